"""Counts out of the journal, by hour, day, kind, locale or model: what a panel draws and an alarm watches.

It does not know how anything is drawn.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import Enum
from types import MappingProxyType
from typing import Any, Protocol

from foretype.compose.request import Kind
from foretype.errors import InputError
from foretype.rank.outcome import KINDS

NUM_BINS = 10  # of probability, for calibration


class Reading(Protocol):
    """What is asked: journal.py."""

    def query(self, statement: str, *values: object) -> list[tuple[Any, ...]]: ...


class By(Enum):
    """What outcomes are grouped by; the value is SQL."""

    ALL = "'all'"
    DAY = "day"
    CLOCK = "at / 3600"  # each hour that ever was
    HOUR = "hour"  # of the day
    WEEKDAY = "weekday"
    KIND = "kind"
    LOCALE = "(SELECT name FROM names WHERE id = locale)"
    MODEL = "(SELECT name FROM names WHERE id = model)"
    WORDS = "words"


@dataclass(frozen=True, slots=True)
class Group:
    """Outcomes of one group.

    `name`: a day or the beginning of an hour (ISO 8601, the hour in UTC), an hour of the day, a weekday (Monday is 0), a
    kind, a locale, a model, words shown.
    """

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
    FROM outcomes WHERE at >= ? AND at < ? AND {only} GROUP BY 1 ORDER BY 1
"""
_BINS = f"""
    SELECT min(CAST(prob * {NUM_BINS} AS INTEGER), {NUM_BINS - 1}), count(*), avg(prob), avg(outcome IN (0, 2))
    FROM outcomes WHERE at >= ? AND at < ? AND {{only}} GROUP BY 1 ORDER BY 1
"""
END_OF_TIME = 2**62
EVERYTHING: Mapping[By, str] = MappingProxyType({})


def groups(
    journal: Reading,
    by: By = By.ALL,
    *,
    since: int = 0,
    until: int = END_OF_TIME,
    only: Mapping[By, str] = EVERYTHING,
) -> list[Group]:
    """Outcomes from `since` on and before `until`, in seconds since 1970, by group; nothing where nothing was shown.

    `only` keeps those of one kind, one locale or one model: {By.KIND: "chat", By.LOCALE: "en-US"}.
    """
    where, values = _only(only)
    rows = journal.query(_GROUPS.format(by=by.value, only=where), since, until, *values)
    return [_group(by, row) for row in rows]


def calibration(
    journal: Reading, *, since: int = 0, until: int = END_OF_TIME, only: Mapping[By, str] = EVERYTHING
) -> list[Bin]:
    """Tenths of probability with what was believed and what came true; tenths without a suggestion are left out."""
    where, values = _only(only)
    return [_bin(row) for row in journal.query(_BINS.format(only=where), since, until, *values)]


def calibration_error(bins: Sequence[Bin]) -> float:
    """Expected calibration error: the mean distance between belief and truth, over suggestions; 0 for none.

    >>> calibration_error([Bin(30, 0.55, 0.5), Bin(10, 0.8, 1.0)])
    0.0875
    """
    total = sum(each.shown for each in bins)
    apart = sum(each.shown * abs(each.mean_prob - each.right_share) for each in bins)
    return round(apart / total, 12) if total else 0.0


def _only(only: Mapping[By, str]) -> tuple[str, list[Any]]:
    """A condition in SQL, and its values."""
    unknown = [by.name for by in only if by not in (By.KIND, By.LOCALE, By.MODEL)]
    if unknown:
        raise InputError(
            f"counts: found a filter by {unknown[0]}, wanted KIND, LOCALE or MODEL; leave it out"
        )
    values = [KINDS.index(Kind(name)) if by is By.KIND else name for by, name in only.items()]
    return " AND ".join(["true", *(f"{by.value} = ?" for by in only)]), values


def _group(by: By, row: tuple[Any, ...]) -> Group:
    name, *rest = row
    return Group(_named(by, name), *rest)


def _bin(row: tuple[Any, ...]) -> Bin:
    _, shown, mean_prob, right_share = row
    return Bin(shown, mean_prob, right_share)


def _named(by: By, name: Any) -> str:
    if by is By.DAY:
        return date.fromordinal(name).isoformat()
    if by is By.CLOCK:
        return datetime.fromtimestamp(name * 3600, UTC).isoformat()
    return KINDS[name].value if by is By.KIND else str(name)
