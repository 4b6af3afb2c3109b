"""What a device answers, and what it remembers so that answering again gives nothing more away.

    season   28 days; begins with a question drawn from the plan, and the answer to it drawn once (permanent)
    report   at most one a day: the permanent answer drawn again, so that no report shows it for certain
    ledger   question and permanent answer of the season, the last day, and how many seasons are still allowed

The true answer is asked for once a season and not kept. Nothing after that depends on what is written, not even whether a
report is sent: so a season gives away SEASON_EPSILON whatever is compared, and no change within it can be noticed.

It does not know where the ledger is kept, nor who takes the report.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

from foretype.errors import InputError
from foretype.privacy.ldp.day import Day, symbol, true_answer
from foretype.privacy.ldp.noise import Words, below, draw
from foretype.privacy.ldp.plan import (
    BY_NAME,
    SEASON_DAYS,
    SEASON_EPSILON,
    STATISTICS,
    VERSION,
    Choice,
    Sketch,
    Statistic,
)
from foretype.privacy.ldp.reports import Report
from foretype.privacy.ldp.sketch import WIDTH, position, to_hex

EPOCH = date(1970, 1, 1).toordinal()
ALLOWED_SEASONS = 13  # a year; then a person has to say yes again
DAYS_BEFORE = 2  # until a whole day has been counted
SPREAD_DAYS = 7  # of first days, so that no weekday is asked about more than another
Symbols = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Season:
    """One question and its permanent answer; `row` is the device's row of a sketch, 0 for a choice."""

    first_day: int  # days since 1970-01-01, UTC
    statistic: str
    row: int
    permanent: Symbols


@dataclass(frozen=True, slots=True)
class Ledger:
    """What a device remembers. It holds no true answer."""

    begins_day: int  # of the first report; days since 1970-01-01, UTC
    seasons_left: int = ALLOWED_SEASONS
    seasons_begun: int = 0
    season: Season | None = None
    last_day: int | None = None

    @property
    def spent_epsilon(self) -> float:
        """Upper bound of what all reports so far gave away together."""
        return self.seasons_begun * SEASON_EPSILON

    @property
    def left_epsilon(self) -> float:
        return self.seasons_left * SEASON_EPSILON


def enrol(today: int, *, words: Words) -> Ledger:
    """The ledger of a device that was opted in today; its first report is made two to eight days later."""
    return Ledger(today + DAYS_BEFORE + below(SPREAD_DAYS, words))


def answer(
    ledger: Ledger, today: int, *, yesterday: Callable[[], Day], words: Words
) -> tuple[Ledger, Report]:
    """The report of `today` and the ledger to keep before it is sent.

    `yesterday` gives the counts of the last whole day; it is called only when a season begins. Raises InputError, and spends
    nothing, for a second report of a day, a day before the last one or the first, and when no season is left.
    """
    _check_day(ledger, today)
    if ledger.season is None or today >= ledger.season.first_day + SEASON_DAYS:
        ledger = _begun(ledger, today, yesterday=yesterday, words=words)
    assert ledger.season is not None
    return replace(ledger, last_day=today), report_of(ledger.season, today, words=words)


def begin(statistic: Statistic, day: Day, *, first_day: int, words: Words) -> Season:
    """A season that answers `statistic` for `day`: the one place where a true answer meets noise."""
    row = below(statistic.num_rows, words)
    truth = _symbols(statistic, day, row=row)
    permanent = _drawn(statistic, truth, keep=statistic.season_keep, words=words)
    return Season(first_day, statistic.name, row, permanent)


def report_of(season: Season, today: int, *, words: Words) -> Report:
    """A report of the season: its permanent answer, drawn again."""
    statistic = BY_NAME[season.statistic]
    symbols = _drawn(statistic, season.permanent, keep=statistic.report_keep, words=words)
    return Report(
        version=VERSION,
        id="".join(f"{words():08x}" for _ in range(4)),
        day=date.fromordinal(EPOCH + today).isoformat(),
        statistic=statistic.name,
        answer=_written(statistic, symbols, row=season.row),
    )


def day_number(day: date) -> int:
    """Days since 1970-01-01.

    >>> day_number(date(1970, 1, 2))
    1
    """
    return day.toordinal() - EPOCH


def first_day(ledger: Ledger) -> date:
    """The day of the first report."""
    return date.fromordinal(EPOCH + ledger.begins_day)


def renewed(ledger: Ledger) -> Ledger:
    """The ledger with a whole allowance again; what was given away stays given away, and is counted on."""
    return replace(ledger, seasons_left=ALLOWED_SEASONS)


def _begun(ledger: Ledger, today: int, *, yesterday: Callable[[], Day], words: Words) -> Ledger:
    if not ledger.seasons_left:
        raise InputError(
            f"private statistics: found the allowance spent (epsilon {ledger.spent_epsilon:g} in {ledger.seasons_begun} "
            "seasons), wanted a season that is left; nothing more is sent unless `foretype private renew` allows it"
        )
    statistic = STATISTICS[below(len(STATISTICS), words)]
    season = begin(statistic, yesterday(), first_day=today, words=words)
    return replace(
        ledger,
        seasons_left=ledger.seasons_left - 1,
        seasons_begun=ledger.seasons_begun + 1,
        season=season,
    )


def _check_day(ledger: Ledger, today: int) -> None:
    if today < ledger.begins_day:
        raise InputError(
            f"private statistics: found {date.fromordinal(EPOCH + today)}, wanted {first_day(ledger)} or later, when a "
            "whole day has been counted"
        )
    if ledger.last_day is not None and today <= ledger.last_day:
        last = date.fromordinal(EPOCH + ledger.last_day)
        raise InputError(
            f"private statistics: found a report of {last} already, wanted a later day; one report a day is all that is "
            "allowed, so try again tomorrow (or set the clock right)"
        )


def _symbols(statistic: Statistic, day: Day, *, row: int) -> Symbols:
    match statistic:
        case Choice():
            return (symbol(statistic, day),)
        case Sketch():
            place = position(row, true_answer(statistic, day))
            return tuple(int(at == place) for at in range(WIDTH))


def _drawn(statistic: Statistic, symbols: Symbols, *, keep: int, words: Words) -> Symbols:
    return tuple(draw(each, statistic.size, keep=keep, words=words) for each in symbols)


def _written(statistic: Statistic, symbols: Symbols, *, row: int) -> str:
    match statistic:
        case Choice():
            return statistic.values[symbols[0]]
        case Sketch():
            return f"{row}:{to_hex(symbols)}"
