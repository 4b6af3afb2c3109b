"""Dates as programs write them into exports, as ISO 8601.

It does not know time zones: what an export leaves out stays out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from email.utils import parsedate_to_datetime

YEARS = range(1980, 2100)  # a date outside is a wrong clock

_NUMBERS = re.compile(
    r"(?P<first>\d{1,2})(?P<mark>[/.-])(?P<second>\d{1,2})[/.-](?P<year>\d{4}|\d{2})"
    r"(?:,?\s+(?P<hour>\d{1,2})[:.](?P<minute>\d{2})(?:[:.](?P<second_>\d{2}))?\s*(?P<half>[AaPp]\.?\s?[Mm]\.?)?)?"
)


def iso_date(text: str, *, day_first: bool = False) -> str | None:
    """The date in ISO 8601, None where there is none.

    >>> iso_date("5/14/2001 9:30 PM"), iso_date("14/05/2001, 21:30"), iso_date("2001-05-14 09:30:00Z")
    ('2001-05-14T21:30:00', '2001-05-14T21:30:00', '2001-05-14T09:30:00+00:00')
    >>> iso_date("Mon, 14 May 2001 09:30:00 +0200"), iso_date("soon")
    ('2001-05-14T09:30:00+02:00', None)
    """
    text = text.strip()
    found = _iso(text) or _in_numbers(text, day_first=day_first) or _of_mail(text)
    return found.isoformat() if found and found.year in YEARS else None


def is_day_first(dates: Iterable[str]) -> bool:
    """Whether dates of one file give the day before the month, as far as they tell: a 14 can be no month.

    >>> is_day_first(["1/2/21, 9:30", "14/2/21, 9:30"]), is_day_first(["1/2/21, 9:30 AM"])
    (True, False)
    """
    guess = True
    for found in filter(None, map(_NUMBERS.match, dates)):
        if int(found["first"]) > 12 or found["mark"] == ".":
            return True
        if int(found["second"]) > 12:
            return False
        guess = guess and not found["half"]  # only Americans and their like write AM and PM
    return guess


def _iso(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _in_numbers(text: str, *, day_first: bool) -> datetime | None:
    found = _NUMBERS.match(text)
    if found is None:
        return None
    first, second = int(found["first"]), int(found["second"])
    is_day = first > 12 or (second <= 12 and (day_first or found["mark"] == "."))
    day, month = (first, second) if is_day else (second, first)
    year = int(found["year"]) + (0 if len(found["year"]) == 4 else 2000)
    try:
        return datetime(year, month, day, _hour(found), int(found["minute"] or 0), int(found["second_"] or 0))
    except ValueError:
        return None


def _hour(found: re.Match[str]) -> int:
    hour = int(found["hour"] or 0)
    if not found["half"]:
        return hour
    return hour % 12 + (12 if found["half"][0] in "Pp" else 0)


def _of_mail(text: str) -> datetime | None:
    try:
        return parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):  # what it raises for what is no date
        return None
