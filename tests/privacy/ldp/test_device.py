"""Claims about a device: what it remembers, when it refuses, and that no answer of it can hold a text."""

from __future__ import annotations

import string
from collections import Counter
from dataclasses import replace
from datetime import date

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from foretype.compose.request import Kind, OutcomeKind
from foretype.errors import InputError
from foretype.privacy.ldp.day import Day, Seen, count_all, locale_of, symbol, true_answer
from foretype.privacy.ldp.device import ALLOWED_SEASONS, Ledger, answer, begin, enrol, renewed, report_of
from foretype.privacy.ldp.noise import secure_word
from foretype.privacy.ldp.plan import (
    BY_NAME,
    NONE,
    SEASON_DAYS,
    SEASON_EPSILON,
    STATISTICS,
    Choice,
    Sketch,
)
from foretype.privacy.ldp.reports import MAX_REPORT_BYTES, Report
from private_crowd import seeded_words

BUSY = Day(60, 30, Seen("accepted", "chat", 9, 2, "de-AT", "browser"))
seen = st.builds(
    Seen,
    outcome=st.sampled_from(list(OutcomeKind)),
    kind=st.sampled_from(list(Kind)),
    hour=st.integers(0, 23),
    num_words=st.integers(0, 50),
    locale=st.text(max_size=40) | st.just("en-US"),
    client=st.sampled_from(["server", "browser", "editor"]),
)


def reports(days: range, *, seed: int = 1) -> tuple[Ledger, list[Report]]:
    """The reports of a device that is on from the first day to the last."""
    ledger, words, sent = Ledger(0), seeded_words(seed), []
    for today in days:
        ledger, report = answer(ledger, today, yesterday=lambda: BUSY, words=words)
        sent.append(report)
    return ledger, sent


def test_the_first_report_waits_for_a_whole_day_and_falls_on_any_weekday() -> None:
    ledgers = [enrol(100, words=seeded_words(seed)) for seed in range(200)]
    assert {ledger.begins_day for ledger in ledgers} == set(range(102, 109))
    with pytest.raises(InputError, match="found 1970-04-12, wanted 1970-04-1"):
        answer(ledgers[0], 101, yesterday=lambda: BUSY, words=secure_word)


def test_a_season_asks_one_question_and_looks_at_one_day_only() -> None:
    looked = []

    def yesterday() -> Day:
        looked.append(today)
        return BUSY

    ledger, words, asked = Ledger(0), seeded_words(3), []
    for today in range(100, 100 + 2 * SEASON_DAYS):
        ledger, report = answer(ledger, today, yesterday=yesterday, words=words)
        asked.append(report.statistic)
    assert looked == [100, 100 + SEASON_DAYS]
    assert len(set(asked[:SEASON_DAYS])) == len(set(asked[SEASON_DAYS:])) == 1


def test_a_device_keeps_its_permanent_answer_and_sends_it_drawn_again() -> None:
    words = seeded_words(4)
    season = begin(BY_NAME["kind"], BUSY, first_day=0, words=words)
    sent = Counter(report_of(season, day, words=words).answer for day in range(4_000))
    permanent = BY_NAME["kind"].values[season.permanent[0]]  # type: ignore[union-attr]
    assert sent.most_common(1)[0][0] == permanent and len(sent) == 4


def test_questions_are_drawn_evenly() -> None:
    asked = Counter(reports(range(1), seed=seed)[1][0].statistic for seed in range(900))
    assert set(asked) == set(BY_NAME) and min(asked.values()) > 60


@pytest.mark.parametrize("today", [7, 6, 2])
def test_a_second_report_of_a_day_is_refused_and_costs_nothing(today: int) -> None:
    ledger, _ = reports(range(5, 8))
    with pytest.raises(InputError, match="found a report of 1970-01-08 already, wanted a later day"):
        answer(ledger, today, yesterday=lambda: BUSY, words=secure_word)


def test_the_budget_counts_seasons_and_a_spent_one_is_refused_until_it_is_renewed() -> None:
    days = range(0, ALLOWED_SEASONS * SEASON_DAYS, SEASON_DAYS)
    ledger, _ = reports(days)
    assert (ledger.spent_epsilon, ledger.left_epsilon) == (ALLOWED_SEASONS * SEASON_EPSILON, 0)
    today = ALLOWED_SEASONS * SEASON_DAYS
    last_of_season, _ = answer(ledger, today - 1, yesterday=lambda: BUSY, words=secure_word)
    with pytest.raises(InputError, match=r"epsilon 26 in 13 seasons.*foretype private renew"):
        answer(last_of_season, today, yesterday=lambda: BUSY, words=secure_word)
    again, _ = answer(renewed(last_of_season), today, yesterday=lambda: BUSY, words=secure_word)
    assert again.spent_epsilon == (ALLOWED_SEASONS + 1) * SEASON_EPSILON


def test_what_is_refused_does_not_depend_on_what_was_written() -> None:
    def fate(day: Day) -> list[bool]:
        ledger, sent = Ledger(0), []
        for today in [0, 0, 1, 40, 30, *range(50, 700, 25)]:
            try:
                ledger, _ = answer(ledger, today, yesterday=lambda: day, words=secure_word)
                sent.append(True)
            except InputError:
                sent.append(False)
        return sent

    assert fate(Day()) == fate(BUSY)


def test_a_quiet_day_is_answered_as_well() -> None:
    for statistic in STATISTICS:
        expected = {"taken": "no", "shown": "0"}.get(statistic.name, NONE)
        assert true_answer(statistic, Day()) == expected


@given(st.lists(seen, max_size=30), st.integers(0, 2**32))
def test_every_day_has_an_answer_to_every_question(shown: list[Seen], seed: int) -> None:
    day = count_all(shown, words=seeded_words(seed))
    assert (day.num_shown, day.drawn in shown) == (len(shown), bool(shown))
    for statistic in STATISTICS:
        if isinstance(statistic, Choice):
            assert 0 <= symbol(statistic, day) < statistic.size


def test_each_suggestion_of_a_day_is_drawn_as_often() -> None:
    words = seeded_words(9)
    shown = [Seen("typed", "email", hour, 1, "en", "server") for hour in range(5)]
    drawn = Counter(day.drawn.hour for _ in range(5_000) if (day := count_all(shown, words=words)).drawn)
    assert min(drawn.values()) > 900 and max(drawn.values()) < 1_100


def test_the_plans_answers_are_the_outcomes_and_kinds_there_are() -> None:
    outcome, kind = BY_NAME["outcome"], BY_NAME["kind"]
    assert isinstance(outcome, Choice) and isinstance(kind, Choice)
    assert set(outcome.values) == {NONE, *OutcomeKind}
    assert set(kind.values) == {NONE, *Kind}


@given(st.lists(seen, min_size=1, max_size=5), st.text(min_size=4, max_size=40), st.integers(0, 2**32))
def test_no_payload_holds_text(shown: list[Seen], secret: str, seed: int) -> None:
    """Every member is of a closed set, a date or random digits, whatever an application puts into its fields."""
    dirty = [replace(each, locale=secret) for each in shown]
    words = seeded_words(seed)
    day = count_all(dirty, words=words)
    for statistic in STATISTICS:
        report = report_of(begin(statistic, day, first_day=20_000, words=words), 20_000, words=words)
        payload = msgspec.json.encode(report)
        assert len(payload) <= MAX_REPORT_BYTES
        assert set(msgspec.json.decode(payload)) == {"version", "id", "day", "statistic", "answer"}
        assert (report.version, report.day, report.statistic) == (1, "2024-10-04", statistic.name)
        assert len(report.id) == 32 and set(report.id) <= set(string.hexdigits)
        assert is_closed(statistic, report.answer)


def is_closed(statistic: Choice | Sketch, found: str) -> bool:
    if isinstance(statistic, Choice):
        return found in statistic.values
    row, _, digits = found.partition(":")
    return int(row) < 16 and len(digits) == 32 and set(digits) <= set(string.hexdigits)


@given(st.text(max_size=60))
def test_a_locale_is_at_most_a_language_and_a_region(text: str) -> None:
    found = locale_of(text)
    assert found == "other" or (len(found) <= 6 and found.replace("-", "").isalpha() and found.isascii())


def test_days_are_told_in_utc() -> None:
    assert reports(range(20_000, 20_001))[1][0].day == str(date(2024, 10, 4))
