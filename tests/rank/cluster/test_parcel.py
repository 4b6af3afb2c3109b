"""Parcels say what a journal holds, once each, and what is none is told."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foretype.compose.outcomes import Ended
from foretype.compose.place import Hypothesis
from foretype.compose.request import OutcomeKind
from foretype.errors import StoreError
from foretype.rank.cluster.parcel import Parcel, Place, next_parcel, no_parcel, packed, unpacked
from foretype.rank.journal import Journal
from foretype.rank.journal_file import Kept
from foretype.rank.schema import SCHEMA
from online_world import some_outcomes
from situations import a_situation, grown

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
LATER_S = NOON.timestamp() + 60


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    opened = Journal(tmp_path, now=lambda: NOON)
    yield opened
    opened.close()


def record(journal: Journal, num: int, outcome: OutcomeKind = OutcomeKind.ACCEPTED) -> None:
    path = grown((Hypothesis("report", "report", 0.5, {"user": 1.0}),), num_typed=2)
    for number in range(num):
        situation = a_situation(num_typed=2, first_probs=(0.5,))
        journal.record(Ended(f"a{number}", "ann", outcome, 4, path, situation, "m", 4.0))


@settings(max_examples=40, deadline=None)
@given(
    st.integers(0, 60),
    st.lists(st.tuples(st.integers(0, 2**62), st.integers(0, 1)), max_size=9),
    st.integers(0),
)
def test_a_parcel_is_unpacked_as_it_was_packed(num: int, settled: list[tuple[int, int]], seed: int) -> None:
    kept = some_outcomes(np.random.default_rng(seed), num)
    found = unpacked(packed(Parcel(kept, tuple(settled))), where="here")
    assert found is not None and found.settled == tuple(settled)
    for field in fields(Kept):
        one, other = getattr(found.outcomes, field.name), getattr(kept, field.name)
        assert one.dtype == other.dtype and one.tolist() == other.tolist()


def test_all_of_a_journal_is_in_parcels_once_and_in_order(journal: Journal) -> None:
    record(journal, 25, OutcomeKind.TYPED)
    place, numbers = Place(), []
    while len(found := next_parcel(journal, place, now_s=LATER_S, limit=10)[0]):
        numbers += found.outcomes.numbers.tolist()
        place = next_parcel(journal, place, now_s=LATER_S, limit=10)[1]
    assert numbers == journal.kept().numbers.tolist() and place == Place(25)


def test_what_is_not_a_minute_old_is_not_due(journal: Journal) -> None:
    record(journal, 5)
    assert len(next_parcel(journal, Place(), now_s=LATER_S - 1)[0]) == 0


def test_later_word_is_sent_once_and_not_waited_for_longer_than_an_hour(journal: Journal) -> None:
    record(journal, 3)
    _, place = next_parcel(journal, Place(), now_s=LATER_S)
    journal.settle("a1", persisted=False)
    found, after = next_parcel(journal, place, now_s=LATER_S + 60)
    assert found.settled == ((2, 0),) and len(found.outcomes.numbers) == 0
    assert [number for number, _ in after.open] == [1, 3]
    assert next_parcel(journal, after, now_s=LATER_S + 3_600)[1] == Place(3)


def test_what_is_no_parcel_is_told_and_one_of_other_features_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = packed(no_parcel())
    broken = zlib.compress(msgspec.msgpack.encode({"schema": SCHEMA, "columns": [b""], "settled": []}))
    for data in (b"", whole[:-5], broken):
        with pytest.raises(StoreError, match="here holds an entry that cannot be read"):
            unpacked(data, where="here")
    monkeypatch.setattr("foretype.rank.cluster.parcel.SCHEMA", "other")
    assert unpacked(whole, where="here") is None
