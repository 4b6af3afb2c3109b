"""A report as it travels, and the cells of the sums that it counts into.

    {"version": 1, "id": "<32 hex digits>", "day": "2026-03-01", "statistic": "kind", "answer": "chat"}

An answer is one of the question's own, or "<row>:<32 hex digits>" of a sketch: there is no place for a text in it. The id is
random and new in each report; it names no device.

It does not know who sent it, nor how sums are kept.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated

import msgspec
from msgspec import Meta

from foretype.errors import InputError
from foretype.privacy.ldp.plan import BY_NAME, VERSION, Choice, Sketch, Statistic
from foretype.privacy.ldp.sketch import NUM_ROWS, WIDTH, from_hex

MAX_REPORT_BYTES = 1_000  # the longest is 175
MAX_DAYS_LATE = 7  # a machine that was off line for a week
MAX_DAYS_EARLY = 1  # its midnight may come before ours
_SKETCHED = re.compile(rf"(\d{{1,2}}):([0-9a-f]{{{WIDTH // 4}}})")


class Report(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One answer of one device on one day."""

    version: int
    id: Annotated[str, Meta(pattern="^[0-9a-f]{32}$")]
    day: Annotated[str, Meta(pattern=r"^\d{4}-\d{2}-\d{2}$")]
    statistic: Annotated[str, Meta(max_length=20)]
    answer: Annotated[str, Meta(max_length=40)]


class Counted(msgspec.Struct, frozen=True):
    """Where a report counts: one report in `row`, and one in each of `cells`."""

    statistic: Statistic
    row: int
    cells: tuple[int, ...]


def counted(report: Report, *, today: date) -> Counted:
    """Check what a schema cannot say. Raises InputError that tells where, found and wanted; nothing of an answer is echoed.

    >>> counted(Report(1, "0" * 32, "2026-03-01", "kind", "chat"), today=date(2026, 3, 2)).cells
    (2,)
    """
    if report.version != VERSION:
        raise InputError(
            f"version: found {report.version}, wanted {VERSION}; update whichever side is the older"
        )
    statistic = BY_NAME.get(report.statistic)
    if statistic is None:
        raise InputError(f"statistic: found an unknown one, wanted one of {', '.join(BY_NAME)}")
    _check_day(report.day, today=today)
    row, cells = _cells(statistic, report.answer)
    return Counted(statistic, row, cells)


def _check_day(text: str, *, today: date) -> None:
    try:
        days_ago = (today - date.fromisoformat(text)).days
    except ValueError as error:
        raise InputError(f"day: found {text}, wanted a day of the calendar") from error
    if not -MAX_DAYS_EARLY <= days_ago <= MAX_DAYS_LATE:
        raise InputError(
            f"day: found {text}, wanted at most {MAX_DAYS_LATE} days before {today} and {MAX_DAYS_EARLY} after it"
        )


def _cells(statistic: Statistic, answer: str) -> tuple[int, tuple[int, ...]]:
    match statistic:
        case Choice():
            return 0, (_chosen(statistic, answer),)
        case Sketch():
            return _sketched(statistic, answer)


def _chosen(choice: Choice, answer: str) -> int:
    if answer not in choice.values:
        raise InputError(
            f"answer: found none of the possible ones to {choice.name!r}, wanted one of {', '.join(choice.values)}"
        )
    return choice.values.index(answer)


def _sketched(sketch: Sketch, answer: str) -> tuple[int, tuple[int, ...]]:
    found = _SKETCHED.fullmatch(answer)
    row = int(found[1]) if found else NUM_ROWS
    if found is None or row >= NUM_ROWS:
        raise InputError(
            f"answer: found no row of {sketch.name!r}, wanted ROW:BITS, a row below {NUM_ROWS} and {WIDTH // 4} hex digits"
        )
    return row, tuple(row * WIDTH + at for at, bit in enumerate(from_hex(found[2])) if bit)
