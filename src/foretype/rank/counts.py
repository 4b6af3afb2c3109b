"""Counts out of the journal, by hour, day, kind, locale or model: what a panel draws and an alarm watches.

It does not know how anything is drawn.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Any, Protocol

from foretype.rank.outcome import KINDS

NUM_BINS = 10  # of probability, for calibration


class Reading(Protocol):
    """What is asked: journal.py."""

    def query(self, statement: str, *values: object) -> list[tuple[Any, ...]]: ...


class By(Enum):
    """What outcomes are grouped by; the value is SQL."""

    ALL = "'all'"
    DAY = "day"
    HOUR = "hour"
    WEEKDAY = "weekday"
    KIND = "kind"
    LOCALE = "(SELECT name FROM names WHERE id = locale)"
    MODEL = "(SELECT name FROM names WHERE id = model)"
    WORDS = "words"


@dataclass(frozen=True, slots=True)
class Group:
    """Outcomes of one group. `name`: a date (ISO 8601), an hour, a weekday (Monday is 0), a kind, a locale, a model."""

    name: str
    shown: int
    accepted: int
    partly: int
    typed: int
    rejected: int
    ignored: int
    keys_saved: int  # characters that were taken, less a key each time
    persisted: int  # of those taken, still there half a minute later
    undone: int  # and not
    mean_prob: float  # as the composer believed
    mean_latency_ms: float

    @property
    def taken_share(self) -> float:
        """Taken in whole or part, of those shown."""
        return (self.accepted + self.partly) / self.shown

    @property
    def right_share(self) -> float:
        """Wholly right, of those shown: accepted, or written letter by letter."""
        return (self.accepted + self.typed) / self.shown


@dataclass(frozen=True, slots=True)
class Bin:
    """Suggestions of about one probability: how many, what was believed on average, and what share was right."""

    shown: int
    mean_prob: float
    right_share: float


_GROUPS = """
    SELECT {by} AS name, count(*), sum(outcome = 0), sum(outcome = 1), sum(outcome = 2), sum(outcome = 3),
    sum(outcome = 4), sum(CASE WHEN outcome < 2 THEN max(characters - 1, 0) ELSE 0 END),
    sum(outcome < 2 AND persisted IS 1), sum(outcome < 2 AND persisted IS 0), avg(prob), avg(latency_ms)
    FROM outcomes WHERE at >= ? AND at < ? GROUP BY 1 ORDER BY 1
"""
_BINS = f"""
    SELECT min(CAST(prob * {NUM_BINS} AS INTEGER), {NUM_BINS - 1}), count(*), avg(prob), avg(outcome IN (0, 2))
    FROM outcomes WHERE at >= ? AND at < ? GROUP BY 1 ORDER BY 1
"""
END_OF_TIME = 2**62


def groups(journal: Reading, by: By = By.ALL, *, since: int = 0, until: int = END_OF_TIME) -> list[Group]:
    """Outcomes from `since` on and before `until`, in seconds since 1970, by group; nothing where nothing was shown."""
    rows = journal.query(_GROUPS.format(by=by.value), since, until)
    return [_group(by, row) for row in rows]


def calibration(journal: Reading, *, since: int = 0, until: int = END_OF_TIME) -> list[Bin]:
    """Tenths of probability with what was believed and what came true; tenths without a suggestion are left out."""
    return [_bin(row) for row in journal.query(_BINS, since, until)]


def calibration_error(bins: Sequence[Bin]) -> float:
    """Expected calibration error: the mean distance between belief and truth, over suggestions; 0 for none.

    >>> calibration_error([Bin(30, 0.55, 0.5), Bin(10, 0.8, 1.0)])
    0.0875
    """
    total = sum(each.shown for each in bins)
    apart = sum(each.shown * abs(each.mean_prob - each.right_share) for each in bins)
    return round(apart / total, 12) if total else 0.0


def _group(by: By, row: tuple[Any, ...]) -> Group:
    name, *rest = row
    return Group(_named(by, name), *rest)


def _bin(row: tuple[Any, ...]) -> Bin:
    _, shown, mean_prob, right_share = row
    return Bin(shown, mean_prob, right_share)


def _named(by: By, name: Any) -> str:
    if by is By.DAY:
        return date.fromordinal(name).isoformat()
    return KINDS[name].value if by is By.KIND else str(name)
