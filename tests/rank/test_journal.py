"""The journal: what is recorded is kept in numbers for as long as it should be, counted rightly, and forgotten wholly."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path as FilePath

import numpy as np
import pytest

from foretype.compose.outcomes import Ended
from foretype.compose.request import Context, Kind, OutcomeKind
from foretype.compose.situation import Rates
from foretype.errors import InputError, StoreError
from foretype.rank.counts import Bin, By, calibration, calibration_error, groups
from foretype.rank.features import row_of
from foretype.rank.journal import Journal
from foretype.rank.journal_file import FILE_NAME
from situations import a_situation, grown

from .test_features import hypothesis

NOON = datetime(2026, 3, 2, 12, 30, tzinfo=UTC)  # a Monday


class Clock:
    def __init__(self) -> None:
        self.time = NOON

    def __call__(self) -> datetime:
        return self.time


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def make_journal(tmp_path: FilePath, clock: Clock) -> Iterator[Callable[..., Journal]]:
    opened: list[Journal] = []

    def make(**options: int) -> Journal:
        opened.append(Journal(tmp_path, now=clock, **options))
        return opened[-1]

    yield make
    for journal in opened:
        journal.close()


def ended(
    outcome: OutcomeKind = OutcomeKind.ACCEPTED,
    *,
    id: str = "a1",
    user: str | None = "u1",
    prob: float = 0.5,
    characters: int = 3,
    kind: Kind = Kind.EMAIL,
    locale: str = "en-US",
    model: str = "background",
    to: tuple[str, ...] = (),
) -> Ended:
    context = Context(kind=kind, locale=locale, to=to)
    path = grown((hypothesis("report", prob),), num_typed=3, blank=True)
    situation = a_situation(num_typed=3, context=context, first_probs=(prob,))
    return Ended(id, user, outcome, characters, path, situation, model, 4.0)


def test_what_is_recorded_comes_back_with_the_features_it_was_decided_by(
    make_journal: Callable[..., Journal],
) -> None:
    journal, one = make_journal(), ended(to=("Ann <ann@example.org>",))
    journal.record(one)
    journal.record(ended(OutcomeKind.IGNORED, id="a2", user=None))
    kept = journal.kept()
    assert np.array_equal(kept.features[0], row_of(one.path, one.situation))
    assert kept.outcomes.tolist() == [0, 4] and kept.persisted.tolist() == [-1, -1]
    assert kept.users[0] != 0 and kept.users[1] == 0
    assert kept.domains.tolist() == [journal.number("example.org"), 0]
    assert len(journal.kept(after=int(kept.numbers[0])).numbers) == 1
    assert journal.kept(after=int(kept.numbers[1])).features.shape == (0, kept.features.shape[1])


def test_whether_it_stayed_is_kept_with_it(make_journal: Callable[..., Journal]) -> None:
    journal = make_journal()
    for number, persisted in enumerate((True, False)):
        journal.record(ended(id=f"a{number}"))
        journal.settle(f"a{number}", persisted=persisted)
    journal.settle("never shown", persisted=True)
    assert journal.kept().persisted.tolist() == [1, 0]
    [every] = groups(journal)
    assert (every.persisted, every.undone) == (1, 1)


def test_counts_by_day_hour_kind_locale_and_model(make_journal: Callable[..., Journal], clock: Clock) -> None:
    journal = make_journal()
    journal.record(ended(OutcomeKind.ACCEPTED, characters=4))
    journal.record(ended(OutcomeKind.PARTLY, characters=2, kind=Kind.CHAT, locale="de"))
    clock.time += timedelta(hours=13)
    journal.record(ended(OutcomeKind.TYPED, kind=Kind.CHAT, model="background+small", locale="my words"))
    journal.record(ended(OutcomeKind.REJECTED, kind=Kind.CHAT))

    def shown(by: By) -> dict[str, int]:
        return {group.name: group.shown for group in groups(journal, by)}

    assert shown(By.DAY) == {"2026-03-02": 2, "2026-03-03": 2}
    assert shown(By.CLOCK) == {"2026-03-02T12:00:00+00:00": 2, "2026-03-03T01:00:00+00:00": 2}
    assert shown(By.HOUR) == {"12": 2, "1": 2}
    assert shown(By.WEEKDAY) == {"0": 2, "1": 2}
    assert shown(By.KIND) == {"email": 1, "chat": 3}
    assert shown(By.LOCALE) == {"en-US": 2, "de": 1, "other": 1}
    assert shown(By.MODEL) == {"background": 3, "background+small": 1}
    [every] = groups(journal)
    assert (every.accepted, every.partly, every.typed, every.rejected, every.ignored) == (1, 1, 1, 1, 0)
    assert (every.keys_saved, every.taken_share, every.right_share) == (4, 0.5, 0.5)
    assert (every.mean_prob, every.mean_latency_ms) == (0.5, 4.0)
    chats = groups(journal, By.DAY, only={By.KIND: "chat", By.LOCALE: "de"})
    assert [(group.name, group.partly) for group in chats] == [("2026-03-02", 1)]
    assert groups(journal, only={By.MODEL: "gone"}) == [] == calibration(journal, only={By.MODEL: "gone"})
    with pytest.raises(InputError, match="found a filter by DAY"):
        groups(journal, only={By.DAY: "2026-03-02"})
    later = groups(journal, since=int(clock.time.timestamp()))
    assert [group.shown for group in later] == [2]


def test_belief_is_compared_with_what_came_true(make_journal: Callable[..., Journal]) -> None:
    journal = make_journal()
    assert calibration(journal) == [] and groups(journal) == []
    for number in range(4):
        outcome = OutcomeKind.TYPED if number else OutcomeKind.PARTLY
        journal.record(ended(outcome, id=f"a{number}", prob=0.25))
    journal.record(ended(OutcomeKind.ACCEPTED, id="b", prob=1.0))
    assert calibration(journal) == [Bin(4, 0.25, 0.75), Bin(1, 1.0, 1.0)]
    assert calibration_error(calibration(journal)) == 0.4


def test_what_is_older_than_retention_goes(make_journal: Callable[..., Journal], clock: Clock) -> None:
    with closing(make_journal(days=30)) as journal:
        journal.record(ended())
        clock.time += timedelta(days=20)
        journal.record(ended(id="a2"))
    clock.time += timedelta(days=11)
    assert len(make_journal(days=30).kept().numbers) == 1
    clock.time += timedelta(days=31)
    assert len(make_journal(days=30).kept().numbers) == 0


def test_rates_know_the_last_weeks(make_journal: Callable[..., Journal]) -> None:
    journal = make_journal()
    for outcome in OutcomeKind:
        journal.record(ended(outcome, id=outcome.value))
    assert journal.rates("u1") == Rates(shown=5, taken=2)
    journal.close()
    reopened = make_journal()
    assert reopened.rates("u1") == Rates(shown=5, taken=2)
    assert reopened.rates("u2") == Rates()


def test_forgetting_leaves_nothing_of_the_user_and_all_of_the_others(
    make_journal: Callable[..., Journal], tmp_path: FilePath
) -> None:
    journal = make_journal()
    for number in range(300):
        journal.record(ended(id=f"a{number}", user=f"u{number % 2}"))
    user = int(journal.kept(limit=1).users[0]).to_bytes(8, "big", signed=True)
    assert user in b"".join(path.read_bytes() for path in tmp_path.iterdir())
    journal.record(ended(id="waiting", user="u0"))
    assert journal.forget("u0") and not journal.forget("u0")
    assert journal.rates("u0") == Rates() and journal.rates("u1").shown == 150
    assert len(journal.kept().numbers) == 150
    assert user not in b"".join(path.read_bytes() for path in tmp_path.iterdir())


def test_a_user_has_another_number_in_another_journal(tmp_path: FilePath, clock: Clock) -> None:
    numbers = set()
    for name in ("one", "two"):
        with closing(Journal(tmp_path / name, now=clock)) as journal:
            journal.record(ended())
            numbers.add(int(journal.kept().users[0]))
    assert len(numbers) == 2


def test_a_disk_that_fails_loses_no_suggestion_and_is_told(
    make_journal: Callable[..., Journal], tmp_path: FilePath
) -> None:
    journal = make_journal()
    with closing(sqlite3.connect(tmp_path / FILE_NAME)) as other:
        other.execute("DROP TABLE names")
    journal.record(ended())
    with pytest.raises(StoreError, match="no such table: names"):
        journal.flush()
    assert journal.fault is not None
    with closing(sqlite3.connect(tmp_path / FILE_NAME)) as other:
        other.execute("CREATE TABLE names(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE)")
    assert len(journal.kept().numbers) == 1  # it waited
    assert journal.fault is None


def test_a_file_that_is_no_journal_is_refused(tmp_path: FilePath, clock: Clock) -> None:
    (tmp_path / FILE_NAME).write_bytes(b"no database at all, but long enough to be looked at" * 30)
    with pytest.raises(StoreError, match=r"outcomes.sqlite3"):
        Journal(tmp_path, now=clock)


def test_closing_twice_is_closing_once(make_journal: Callable[..., Journal], tmp_path: FilePath) -> None:
    journal = make_journal()
    journal.record(ended())
    journal.close()
    journal.close()
    assert len(make_journal().kept().numbers) == 1
