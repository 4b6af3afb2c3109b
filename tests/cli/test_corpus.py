"""`foretype corpus` from end to end: what it prints, and options that contradict each other."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cli.conftest import Terminal

ROWS = [
    {"author": f"a{number}", "body": f"Hi,\n\ncall 713-555-0100 about plan {number}.", "date": "2001-05-14"}
    for number in range(40)
]


@pytest.fixture
def rows(tmp_path: Path) -> str:
    path = tmp_path / "rows.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in ROWS), encoding="utf-8")
    return str(path)


def test_from_rows_to_a_card(foretype: Terminal, rows: str, tmp_path: Path) -> None:
    mail, clean, card = (str(tmp_path / name) for name in ("mail.jsonl.xz", "clean.jsonl.xz", "card"))
    one = ("--workers", "1")
    printed = foretype("corpus", "import", rows, "--out", mail, "--no-language", "--near", "0", *one)
    assert (printed.status, json.loads(printed.out)["kept"]) == (0, 40), printed.err
    printed = foretype("corpus", "scrub", mail, "--out", clean, "--min-authors", "2", *one)
    assert json.loads(printed.out)["masked"]["<phone>"] == 40
    printed = foretype("corpus", "split", clean, "--out", clean, "--one-in", "4", *one)
    assert sum(json.loads(line)["kept"] for line in printed.out.splitlines()) == 40
    printed = foretype("corpus", "words", clean, "--out", str(tmp_path / "w.tsv"), *one)
    assert json.loads(printed.out)["words"] == 4, printed.out
    assert (
        foretype("corpus", "card", clean, "--out", card, "--licence", "ours", "--no-plots", *one).status == 0
    )
    text = (tmp_path / "card" / "card.md").read_text(encoding="utf-8")
    assert "| licence | ours |" in text and "| import | 40 | 40 |" in text and "40 phone" in text


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["import", "{rows}", "--near", "2"], "--near: found 2.0"),
        (["import", "{rows}", "--language", "en", "--no-language"], "contradict each other"),
        (["import", "{rows}", "--workers", "0"], "--workers: found 0, wanted 1 or more"),
        (["import", "{rows}", "--workers", "1", "--ray"], "--workers: a Ray cluster has its own"),
        (["import", "nowhere"], "nowhere: cannot be read"),
        (["scrub", "{rows}", "--min-authors", "0"], "--min-authors: found 0"),
        (["scrub", "nowhere.jsonl"], "nowhere.jsonl: cannot be read"),
        (["scrub", __file__], "found no .jsonl or .jsonl.xz file"),
        (["split", "{rows}", "--since", "2001-05-01"], "only --by time has a day"),
        (["split", "{rows}", "--one-in", "1"], "--one-in: found 1, wanted 2 or more"),
        (["words", "{rows}", "--max-words", "0"], "--max-words: found 0"),
    ],
)
def test_what_cannot_be_done_is_one_line(
    foretype: Terminal, rows: str, tmp_path: Path, words: list[str], message: str
) -> None:
    out = str(tmp_path / "out.jsonl")
    printed = foretype("corpus", *(word.format(rows=rows) for word in words), "--out", out)
    assert printed.status == 2 and printed.out == ""
    assert printed.err.strip().startswith("foretype corpus: ") and message in printed.err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["rows.jsonl"]
