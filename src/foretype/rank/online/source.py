"""The journal as a source of lessons: what has become of age behind a cursor, and later word on what was left open.

It changes nothing in the journal; whoever learns keeps the Reading together with what was learned. It does not know
what that is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

import numpy as np

from foretype.rank.journal_file import Kept
from foretype.rank.online.lessons import (
    MEND_S,
    WAIT_S,
    Lessons,
    Settlements,
    joined,
    lessons_of,
    no_lessons,
    settled_of,
)

AT_ONCE = 2_048  # outcomes a step: 0.6 MB of features and some milliseconds of learning
MAX_OPEN = 256  # lessons that may still be mended; of more the oldest stay as they were taken
_SETTLED = "SELECT number FROM outcomes WHERE persisted IS NOT NULL AND number IN ({}) ORDER BY number"


class Outcomes(Protocol):
    """What is read of a journal; rank.journal.Journal is one, and what a cluster gathers another."""

    def number(self, name: str) -> int: ...

    def kept(self, *, after: int = 0, limit: int = 100_000) -> Kept: ...

    def query(self, statement: str, *values: object) -> list[tuple[Any, ...]]: ...


@dataclass(frozen=True, slots=True)
class Open:
    """A lesson that was learned before it was known whether what was accepted stayed."""

    number: int
    at: int
    label: float


@dataclass(frozen=True, slots=True)
class Reading:
    """How far a journal has been read."""

    cursor: int = 0  # number of the last outcome that was taken
    settlements: Settlements = field(default_factory=Settlements)
    open: tuple[Open, ...] = ()


@dataclass(frozen=True, slots=True)
class Batch:
    """New lessons; and lessons learned before, whose labels tell by how much theirs were wrong."""

    lessons: Lessons
    mends: Lessons

    def __len__(self) -> int:
        return len(self.lessons) + len(self.mends)


class Source:
    """Lessons out of one journal."""

    def __init__(self, journal: Outcomes, *, wait_s: int = WAIT_S) -> None:
        self._journal = journal
        self._wait_s = wait_s

    def next(self, reading: Reading, *, now_s: float, limit: int = AT_ONCE) -> tuple[Batch, Reading]:
        """What there is behind `reading`, and where it ends. Both are nothing new when nothing came of age."""
        settled = self._settled([one.number for one in reading.open])
        settlements = reading.settlements.after(settled)
        lessons = self._ripe(reading.cursor, now_s=now_s, kept_share=settlements.kept_share, limit=limit)
        still_open = _still_open(reading.open, settled, now_s=now_s) + _opened(lessons)
        read = Reading(
            int(lessons.numbers[-1]) if len(lessons) else reading.cursor,
            settlements.after(lessons.chosen(lessons.is_settled)),
            still_open[-MAX_OPEN:],
        )
        return Batch(lessons, _mends(reading.open, settled)), read

    def _ripe(self, cursor: int, *, now_s: float, kept_share: float, limit: int) -> Lessons:
        """At most `limit` lessons behind the cursor, up to the first that is too young."""
        kept = self._journal.kept(after=cursor, limit=limit)
        is_young = kept.at > now_s - self._wait_s
        num_ripe = int(np.argmax(is_young)) if is_young.any() else len(is_young)
        return lessons_of(kept, kept_share=kept_share).chosen(slice(0, num_ripe))

    def _settled(self, numbers: Sequence[int]) -> Lessons:
        """Those of the numbers of which it is known by now whether they stayed."""
        if not numbers:
            return no_lessons()
        marks = ",".join("?" * len(numbers))
        found = self._journal.query(_SETTLED.format(marks), *numbers)
        return joined([settled_of(self._journal.kept(after=number - 1, limit=1)) for (number,) in found])


def _opened(lessons: Lessons) -> tuple[Open, ...]:
    found = lessons.chosen(lessons.is_open)
    columns = zip(found.numbers.tolist(), found.at.tolist(), found.labels.tolist(), strict=True)
    return tuple(Open(number, at, label) for number, at, label in columns)


def _still_open(opened: tuple[Open, ...], settled: Lessons, *, now_s: float) -> tuple[Open, ...]:
    done = set(settled.numbers.tolist())
    return tuple(one for one in opened if one.number not in done and one.at > now_s - MEND_S)


def _mends(opened: tuple[Open, ...], settled: Lessons) -> Lessons:
    """The settled ones, with the change of their labels instead of the labels."""
    before = {one.number: one.label for one in opened}
    old = np.array([before[number] for number in settled.numbers.tolist()], np.float32)
    return replace(settled, labels=settled.labels - old)
