"""`foretype suggest` with the packaged background model: bare for pipes, explained for people."""

from __future__ import annotations

import io
import sys

import pytest

from cli.conftest import Terminal
from foretype.cli.suggest import explanation
from foretype.compose.request import Suggestion

START = "Please let me kn"


def test_a_pipe_gets_the_bare_suggestion(foretype: Terminal) -> None:
    printed = foretype("suggest", START)
    assert (printed.status, printed.out.split()[0], printed.err) == (0, "ow", "")


def test_standard_input_is_the_same_text(foretype: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(f"{START}\n".encode())))
    assert foretype("suggest", "-").out == foretype("suggest", START).out


def test_explaining_names_words_and_sources(foretype: Terminal) -> None:
    printed = foretype("suggest", START, "--explain")
    assert "know" in printed.out and "background" in printed.out and "%" in printed.out


def test_more_suggestions_differ(foretype: Terminal) -> None:
    lines = foretype("suggest", "Please let me know if you have any q", "-n", "3").out.splitlines()
    assert 1 <= len(lines) <= 3
    assert len(set(lines)) == len(lines)


def test_what_a_user_taught_is_suggested(foretype: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"Our codename is Zephyrine Blue.\n" * 3)))
    foretype("learn", "-", "--user", "ann")
    assert foretype("suggest", "Our codename is Zep", "--user", "ann").out.startswith("hyrine")


def test_silence_gives_its_reason_and_status_1(foretype: Terminal) -> None:
    printed = foretype("suggest", "let me kn", "--suffix", "ow")
    assert (printed.status, printed.out) == (1, "")
    assert printed.err == "no suggestion: a letter follows the caret\n"


def test_an_unknown_model_is_told(foretype: Terminal) -> None:
    printed = foretype("suggest", "x", "--model", "nope")
    assert printed.status == 2 and "'nope' is not installed" in printed.err


def test_a_count_of_nothing_is_told(foretype: Terminal) -> None:
    assert (
        foretype("suggest", "x", "-n", "0").err == "foretype suggest: -n: found 0, wanted a number above 0\n"
    )


def test_an_explanation_shows_the_first_word_whole() -> None:
    suggestion = Suggestion(
        "nding it ", 0.5, 2, {"lm": 1.0}, (0.7, 0.5), ({"lm": 1.0}, {"user": 0.6, "lm": 0.4})
    )
    table = explanation(suggestion, "Thanks for se")
    assert [list(column.cells) for column in table.columns] == [
        ["sending", "it"],
        ["70 %", "50 %"],
        ["language model 100 %", "you 60 %, language model 40 %"],
    ]
