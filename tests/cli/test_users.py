"""`foretype learn` and `foretype users`: taught, shown, exported and forgotten, with nothing done unasked."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from cli.conftest import Terminal
from foretype.rank.experiments.book import Book
from foretype.rank.experiments.plan import Arm, Treatment
from foretype.rank.experiments.sums import Sums
from letters import write_rows

NOTE = "The Kryptonomicon workshop is on Friday. The Kryptonomicon workshop is full. password: hunter2xY9!\n"


@pytest.fixture
def taught(foretype: Terminal, tmp_path: Path) -> Terminal:
    """A terminal where ann taught one note."""
    note = tmp_path / "note.txt"
    note.write_text(NOTE, encoding="utf-8")
    assert foretype("learn", str(note), "--user", "ann").status == 0
    return foretype


def test_learning_says_what_was_kept_and_left_out(foretype: Terminal, tmp_path: Path) -> None:
    note = tmp_path / "note.txt"
    note.write_text(NOTE, encoding="utf-8")
    out = foretype("learn", str(note), "--user", "ann").out
    assert out.startswith("learned ") and "in 1 text for ann" in out
    assert "left out 1 word that looked secret" in out


def test_only_the_author_asked_for_is_learned(foretype: Terminal, tmp_path: Path) -> None:
    path = str(write_rows(tmp_path / "a.jsonl"))
    out = foretype("learn", path, "--user", "ann", "--author", "AUTHOR-1").out
    assert "in 6 texts for ann" in out and "passed over 6 texts of other authors" in out


def test_nothing_to_learn_is_status_1(foretype: Terminal, tmp_path: Path) -> None:
    path = str(write_rows(tmp_path / "a.jsonl"))
    printed = foretype("learn", path, "--user", "ann", "--author", "nobody")
    assert (printed.status, printed.out) == (
        1,
        "found no words to learn; 12 texts had another author than nobody\n",
    )


def test_a_file_that_is_not_there_is_told(foretype: Terminal) -> None:
    printed = foretype("learn", "none.txt", "--user", "ann")
    assert printed.status == 2 and "none.txt: cannot be read (No such file" in printed.err


def test_an_export_is_imported_once_and_reads_the_same(taught: Terminal, tmp_path: Path) -> None:
    exported = taught("users", "export", "ann").out
    file = tmp_path / "ann.json"
    file.write_text(exported, encoding="utf-8")
    assert taught("users", "import", "bob", str(file)).out == "learned 12 words in 1 message for bob\n"
    again = taught("users", "import", "bob", str(file))
    assert (again.status, again.out) == (0, "learned 0 words in 0 messages for bob; 1 known already\n")
    assert json.loads(taught("users", "export", "bob").out) == json.loads(exported) | {"user": "bob"}


def test_an_export_is_not_taken_for_a_text(taught: Terminal, tmp_path: Path) -> None:
    file = tmp_path / "ann.json"
    file.write_text(taught("users", "export", "ann").out, encoding="utf-8")
    printed = taught("learn", str(file), "--user", "bob")
    assert printed.status == 2 and f"`foretype users import USER {file}` learns it" in printed.err


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("no json", "no JSON"),
        ("[1]", "found no list of messages"),
        ('{"messages": [{"text": "x"}]}', "message 1: found KeyError"),
        ('{"messages": [{"text": 1, "sent_at": "2026-05-01"}]}', "found a text that is none"),
        ('{"messages": [{"text": "x", "sent_at": "soon"}]}', "message 1: found ValueError"),
    ],
)
def test_a_file_that_is_no_export_is_refused(
    foretype: Terminal, tmp_path: Path, content: str, why: str
) -> None:
    file = tmp_path / "other.json"
    file.write_text(content, encoding="utf-8")
    printed = foretype("users", "import", "ann", str(file))
    assert printed.status == 2 and why in printed.err and "export" in printed.err
    assert foretype("users", "list").out == ""


def test_an_empty_list_says_how_to_begin(foretype: Terminal) -> None:
    printed = foretype("users", "list")
    assert (printed.status, printed.out) == (0, "")
    assert "foretype learn FILE --user NAME" in printed.err


def test_list_and_show_count(taught: Terminal) -> None:
    assert "ann" in taught("users", "list").out
    assert "messages" in taught("users", "show", "ann").out


def test_phrases_are_what_is_repeated(taught: Terminal) -> None:
    assert "Kryptonomicon workshop is" in taught("users", "phrases", "ann").out
    assert "no phrase" in taught("users", "phrases", "ann", "--query", "zebra").err


def test_an_export_holds_no_secret(taught: Terminal) -> None:
    out = taught("users", "export", "ann").out
    assert json.loads(out)["user"] == "ann"
    assert "Kryptonomicon" in out and "hunter2" not in out


def test_a_phrase_can_be_forgotten_alone(taught: Terminal) -> None:
    printed = taught("users", "forget", "ann", "--phrase", "kryptonomicon workshop", "--yes")
    assert printed.out == "forgot 'kryptonomicon workshop', written 2 times\n"
    assert "Friday" in taught("users", "export", "ann").out
    assert taught("users", "forget", "ann", "--phrase", "zebra", "--yes").status == 1


def test_forgetting_is_for_good(taught: Terminal) -> None:
    assert taught("users", "forget", "ann", "--yes").out == "forgot ann\n"
    printed = taught("users", "show", "ann")
    assert (printed.status, printed.out) == (1, "")
    assert "nothing is kept of 'ann'" in printed.err


def test_nobody_to_ask_means_nothing_is_forgotten(taught: Terminal) -> None:
    printed = taught("users", "forget", "ann")
    assert printed.status == 2 and "add --yes" in printed.err
    assert taught("users", "show", "ann").status == 0


@pytest.mark.parametrize(("said", "kept"), [("y", False), ("", True), ("no", True)])
def test_forgetting_asks_first(
    taught: Terminal, monkeypatch: pytest.MonkeyPatch, said: str, kept: bool
) -> None:
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
    monkeypatch.setattr("builtins.input", lambda question: said)
    taught("users", "forget", "ann")
    assert (taught("users", "show", "ann").status == 0) == kept


@pytest.mark.parametrize("verb", ["show", "phrases", "export", "forget"])
def test_a_stranger_is_told(foretype: Terminal, verb: str) -> None:
    printed = foretype("users", verb, "bob")
    assert printed.status == 1 and "nothing is kept of 'bob'" in printed.err


def test_what_experiments_counted_of_a_user_is_forgotten_too(taught: Terminal, tmp_path: Path) -> None:
    book = Book(tmp_path / "data")
    book.start("one", [Arm("bold", Treatment(coverage=0.9))], layer="a", percent=100, now_s=1.0)
    book.add("one", "bold", {"ann": Sums(keys=3.0)})
    assert taught("users", "forget", "ann", "--yes").status == 0
    assert len(book.sums("one")["bold"]) == 0
    book.close()
