"""`foretype blend fit`, from corpus files to a strengths file that opens."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from cli.conftest import Terminal
from foretype.compose.strengths import load_strengths
from foretype.corpus.splits import is_valid
from foretype.evals.held_out import MAX_MESSAGES, read_held_out
from small_world import small_background

LETTER = "Thanks for the quokka, Susan. I will read it on Monday. Let me know."


def corpus(path: Path, holders: Sequence[str], *, each: int = 3) -> Path:
    rows = [{"author": holder, "body": f"{LETTER} {holder}"} for holder in holders for _ in range(each)]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def test_strengths_are_learned_written_and_told(foretype: Terminal, tmp_path: Path) -> None:
    small_background(tmp_path / "background.ngram")
    valid = corpus(tmp_path / "valid.jsonl", ["anna", "peter", "maria"])
    out = tmp_path / "strengths.json"
    told = foretype(
        *("blend", "fit", "--valid", str(valid), "--out", str(out), "--model", "none"),
        *("--background", str(tmp_path / "background.ngram"), "--messages", "4"),
    )
    assert told.status == 0
    facts = json.loads(told.out)
    assert facts["counts"]["after"] > facts["counts"]["before"]
    assert facts["team"]["after"] >= facts["team"]["before"]
    assert facts["sets"] == ["valid.jsonl"] and facts["places"] > 20 and "share" not in facts
    assert json.loads(out.read_text(encoding="utf-8"))["card"] == facts
    assert load_strengths(out).user != load_strengths(out).message
    assert "counts: mean log likelihood of a word" in told.err


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ([], "found no corpus"),
        (["--messages", "0", "--valid", "x.jsonl"], "--messages: found 0"),
        (["--lm-messages", "-1", "--valid", "x.jsonl"], "--lm-messages: found -1"),
        (["--valid", "nowhere.jsonl"], "nowhere.jsonl: cannot be read"),
    ],
)
def test_what_cannot_be_fitted_is_told(
    foretype: Terminal, tmp_path: Path, options: list[str], said: str
) -> None:
    told = foretype("blend", "fit", "--out", str(tmp_path / "s.json"), "--model", "none", *options)
    assert (told.status, told.out) == (2, "")
    assert said in told.err and "\n" not in told.err.strip()
    assert not (tmp_path / "s.json").exists()


def test_only_held_out_authors_of_a_corpus_are_read(tmp_path: Path) -> None:
    names = [f"author{number}" for number in range(200)]
    held_out = read_held_out(corpus(tmp_path / "all.jsonl", names))
    read = {document.holder for author in held_out.authors for document in author}
    team = {document.holder for document in held_out.team}
    assert read and team and not read & team
    assert read | team == {name for name in names if is_valid(name)}


def test_nobody_counts_for_everybody(tmp_path: Path) -> None:
    path = corpus(tmp_path / "few.jsonl", ["anna", "peter"], each=3 * MAX_MESSAGES)
    held_out = read_held_out(path, all_holders=True)
    assert [len(author) for author in held_out.authors] == [MAX_MESSAGES]
    assert [len(author) for author in held_out.first(5)] == [5]
    assert len(held_out.team) == MAX_MESSAGES


def test_one_author_alone_has_no_team(tmp_path: Path) -> None:
    held_out = read_held_out(corpus(tmp_path / "one.jsonl", ["anna"]), all_holders=True)
    assert (len(held_out.authors), held_out.team) == (1, [])
