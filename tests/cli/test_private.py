"""`foretype private`: off unless opted in, shows exactly what is sent, and tables what an aggregator learned."""

from __future__ import annotations

import json
import re
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

import msgspec
import pytest

from cli.conftest import Terminal
from foretype.privacy.ldp.device import ALLOWED_SEASONS
from foretype.privacy.ldp.plan import STATISTICS
from foretype.privacy.ldp.reports import Report
from foretype.serve.private.book import Book
from foretype.serve.private.sender import today_utc
from foretype.serve.private.sums import SumsStore


@pytest.fixture
def new(foretype: Terminal, monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """Opted in just now."""
    monkeypatch.setenv("FORETYPE_STATISTICS_TO", "http://localhost:1")
    return foretype


@pytest.fixture
def opted_in(new: Terminal, tmp_path: Path) -> Terminal:
    """Opted in eight days ago: a report is due."""
    with closing(Book(tmp_path / "data")) as book:
        book.ledger(today_utc() - timedelta(days=8))
    return new


@pytest.fixture
def aggregator(foretype: Terminal, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Terminal:
    """Forty reports of the question "outcome" of two days lie here."""
    monkeypatch.setenv("FORETYPE_STATISTICS_DIR", str(tmp_path / "sums"))
    with closing(SumsStore(tmp_path / "sums")) as store:
        for number in range(40):
            day = f"2026-03-0{1 + number % 2}"
            taken = Report(1, f"{number:032x}", day, "outcome", "accepted")
            assert store.take(taken, today=date(2026, 3, 2))
    return foretype


def test_the_plan_lists_every_question_and_what_it_gives_away(foretype: Terminal) -> None:
    out = foretype("private", "plan").out
    assert all(each.name in out for each in STATISTICS)
    assert "epsilon 1 at most" in out and "together 2" in out


def test_nobody_opted_in_means_an_example_and_nothing_kept(foretype: Terminal, tmp_path: Path) -> None:
    printed = foretype("private", "show")
    assert printed.status == 0 and printed.out.startswith("off: nothing is counted and nothing is sent")
    assert not (tmp_path / "data").exists()
    assert foretype("private", "send").status == 2


def test_what_is_shown_is_what_a_dry_run_would_send(opted_in: Terminal) -> None:
    shown = opted_in("private", "show").out
    report = msgspec.json.decode(shown.splitlines()[-1], type=Report)
    assert report.day == today_utc().isoformat()
    assert "not sent yet" in shown and "epsilon 2 in all, 24 left" in shown
    assert opted_in("private", "send", "--dry-run").out == shown.splitlines()[-1] + "\n"


@pytest.mark.parametrize("verb", ["show", "send"])
def test_before_the_first_report_its_day_is_told(new: Terminal, verb: str) -> None:
    printed = new("private", verb)
    assert (printed.status, printed.out) == (1, "")
    assert re.search(r"the first is made on \d{4}-\d\d-\d\d", printed.err)


def test_an_address_that_does_not_answer_is_told(opted_in: Terminal) -> None:
    printed = opted_in("private", "send")
    assert printed.status == 2
    assert "http://localhost:1: no answer" in printed.err and "the report is kept" in printed.err


def test_renewing_allows_a_year(opted_in: Terminal) -> None:
    opted_in("private", "show")
    assert opted_in("private", "renew").out == f"allowed: {ALLOWED_SEASONS} seasons of 28 days, epsilon 26\n"


def test_the_table_tells_shares_with_intervals(aggregator: Terminal) -> None:
    out = aggregator("private", "table").out
    assert "2026-03-01 to 2026-03-02" in out and "40 reports" in out
    assert re.search(r"accepted +100\.0% +\d", out)


def test_the_table_as_json_can_be_cut_to_days_and_locales(aggregator: Terminal) -> None:
    out = aggregator("private", "table", "--json", "--since", "2026-03-02", "--locales", "de-DE,en-US").out
    found = json.loads(out)
    assert (found["since"], found["until"]) == ("2026-03-02", "2026-03-02")
    outcome = next(each for each in found["questions"] if each["statistic"] == "outcome")
    assert outcome["reports"] == 20


def test_an_empty_aggregator_is_status_1(aggregator: Terminal) -> None:
    printed = aggregator("private", "table", "--since", "2027-01-01")
    assert printed.status == 1 and "no reports yet" in printed.err


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--since", "yesterday"), "--since: found 'yesterday'"),
        (("--since", "2026-03-05", "--until", "2026-03-01"), "wanted a day not after --until"),
        (("--locales", " , "), "--locales: found"),
    ],
)
def test_options_that_make_no_sense_are_told(aggregator: Terminal, words: tuple[str, ...], told: str) -> None:
    printed = aggregator("private", "table", *words)
    assert printed.status == 2 and told in printed.err
