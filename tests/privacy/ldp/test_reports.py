"""Claims about reports: what is not of the plan is refused, with the place, and nothing of an answer is repeated."""

from __future__ import annotations

from datetime import date

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from foretype.errors import InputError
from foretype.privacy.ldp.day import Day
from foretype.privacy.ldp.device import begin, report_of
from foretype.privacy.ldp.noise import secure_word
from foretype.privacy.ldp.plan import BY_NAME
from foretype.privacy.ldp.reports import Report, counted
from foretype.privacy.ldp.sketch import from_hex, to_hex

TODAY = date(2026, 3, 2)
GOOD = {"version": 1, "id": "0" * 32, "day": "2026-03-01", "statistic": "kind", "answer": "chat"}


def report(**changes: object) -> Report:
    return msgspec.convert(GOOD | changes, Report)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"version": 2}, "version: found 2, wanted 1"),
        ({"statistic": "text"}, "statistic: found an unknown one, wanted one of taken"),
        ({"day": "2026-02-30"}, "wanted a day of the calendar"),
        ({"day": "2026-02-20"}, "wanted at most 7 days before 2026-03-02"),
        ({"day": "2026-03-04"}, "1 after it"),
        ({"answer": "a secret"}, "wanted one of none, email, chat, note"),
        ({"statistic": "locale"}, "wanted ROW:BITS"),
        ({"statistic": "locale", "answer": "16:" + "0" * 32}, "a row below 16"),
        ({"statistic": "locale", "answer": "1:" + "0" * 31}, "32 hex digits"),
    ],
)
def test_what_is_not_of_the_plan_is_refused(changes: dict[str, object], told: str) -> None:
    with pytest.raises(InputError, match=told) as refused:
        counted(report(**changes), today=TODAY)
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize(
    "changes",
    [
        {"id": "x" * 32},
        {"id": "0" * 31},
        {"user": "ann"},
        {"answer": "x" * 41},
        {"day": "today"},
        {"version": "1"},
    ],
)
def test_what_is_no_report_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(msgspec.ValidationError):
        report(**changes)


@pytest.mark.parametrize("name", BY_NAME)
def test_every_report_a_device_makes_is_counted(name: str) -> None:
    season = begin(BY_NAME[name], Day(), first_day=20_000, words=secure_word)
    found = counted(report_of(season, 20_000, words=secure_word), today=date(2024, 10, 4))
    assert found.row == season.row and all(cell < BY_NAME[name].num_cells for cell in found.cells)


@given(st.lists(st.integers(0, 1), min_size=128, max_size=128).map(tuple))
def test_bits_are_written_and_read_back(bits: tuple[int, ...]) -> None:
    assert from_hex(to_hex(bits)) == bits
