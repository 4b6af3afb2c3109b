"""Lessons come out of the journal once each, when it is known what became of them; later word mends them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from foretype.compose.outcomes import Ended
from foretype.compose.place import Hypothesis
from foretype.compose.request import OutcomeKind
from foretype.rank.journal import Journal
from foretype.rank.online.lessons import WAIT_S
from foretype.rank.online.source import Reading, Source
from situations import a_situation, grown

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


class Clock:
    def __init__(self) -> None:
        self.time = NOON

    def __call__(self) -> datetime:
        return self.time

    def later(self, seconds: float) -> float:
        self.time += timedelta(seconds=seconds)
        return self.time.timestamp()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def journal(tmp_path: Path, clock: Clock) -> Iterator[Journal]:
    opened = Journal(tmp_path, now=clock)
    yield opened
    opened.close()


def ended(id: str, outcome: OutcomeKind) -> Ended:
    path = grown((Hypothesis("report", "report", 0.5, {"user": 1.0}),), num_typed=2)
    return Ended(id, "ann", outcome, 4, path, a_situation(num_typed=2, first_probs=(0.5,)), "m", 4.0)


def test_an_outcome_is_a_lesson_when_it_may_be_settled(journal: Journal, clock: Clock) -> None:
    source = Source(journal)
    for at, outcome in enumerate(OutcomeKind):
        journal.record(ended(f"a{at}", outcome))
    batch, reading = source.next(Reading(), now_s=clock.later(WAIT_S - 1))
    assert len(batch) == 0 and reading == Reading()
    batch, reading = source.next(Reading(), now_s=clock.later(1))
    assert batch.lessons.labels == pytest.approx([0.95, 0, 1, 0, 0])
    assert reading.cursor == 5 and [one.number for one in reading.open] == [1]
    again, after = source.next(reading, now_s=clock.later(1))
    assert len(again) == 0 and after == reading


def test_only_what_is_behind_the_first_young_one_waits(journal: Journal, clock: Clock) -> None:
    source = Source(journal)
    journal.record(ended("a", OutcomeKind.TYPED))
    clock.later(WAIT_S)
    journal.record(ended("b", OutcomeKind.TYPED))
    batch, reading = source.next(Reading(), now_s=clock.later(1))
    assert batch.lessons.numbers.tolist() == [1] and reading.cursor == 1
    batch, reading = source.next(reading, now_s=clock.later(WAIT_S))
    assert batch.lessons.numbers.tolist() == [2]


def test_what_was_undone_in_time_is_wrong(journal: Journal, clock: Clock) -> None:
    for id, persisted in (("a", True), ("b", False)):
        journal.record(ended(id, OutcomeKind.ACCEPTED))
        journal.settle(id, persisted=persisted)
    batch, reading = Source(journal).next(Reading(), now_s=clock.later(WAIT_S))
    assert batch.lessons.labels.tolist() == [1, 0] and reading.open == ()
    assert (reading.settlements.kept, reading.settlements.undone) == (1, 1)


def test_later_word_mends_what_was_learned(journal: Journal, clock: Clock) -> None:
    source = Source(journal)
    for id in ("a", "b", "c"):
        journal.record(ended(id, OutcomeKind.ACCEPTED))
    batch, reading = source.next(Reading(), now_s=clock.later(WAIT_S))
    journal.settle("a", persisted=False)
    journal.settle("b", persisted=True)
    batch, reading = source.next(reading, now_s=clock.later(60))
    assert len(batch.lessons) == 0 and batch.mends.labels == pytest.approx([-0.95, 0.05])
    assert [one.number for one in reading.open] == [3]
    batch, reading = source.next(reading, now_s=clock.later(60))
    assert len(batch) == 0
    batch, reading = source.next(reading, now_s=clock.later(4_000))
    assert reading.open == ()  # nobody will say


def test_what_clients_settle_sets_what_is_believed_of_the_others(journal: Journal, clock: Clock) -> None:
    for number in range(180):
        journal.record(ended(f"a{number}", OutcomeKind.ACCEPTED))
        journal.settle(f"a{number}", persisted=number % 2 == 0)
    _, reading = Source(journal).next(Reading(), now_s=clock.later(WAIT_S))
    journal.record(ended("b", OutcomeKind.ACCEPTED))
    batch, _ = Source(journal).next(reading, now_s=clock.later(WAIT_S))
    assert batch.lessons.labels == pytest.approx([(90 + 19) / 200])
