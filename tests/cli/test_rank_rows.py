"""`foretype rank rows`, from a corpus file to rows that load."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cli.conftest import Terminal
from foretype.rank.rows import load_rows
from letters import rows, write_rows


def test_rows_are_made_written_and_told(foretype: Terminal, tmp_path: Path) -> None:
    data = write_rows(tmp_path / "mail.jsonl", lines=rows()[:4])
    out = tmp_path / "rows.npz"
    told = foretype(
        *("rank", "rows", str(data), "--out", str(out), "--part", "all", "--model", "none", "--users"),
        *("--chars", "40", "--limit", "3"),
    )
    assert told.status == 0, told.err
    facts, made = json.loads(told.out), load_rows(out)
    assert facts["rows"] == len(made) > 100 and facts["messages"] == 3
    assert facts["shown_by_gate"] == made.by_gate.sum()
    assert not (tmp_path / "data").exists()  # nothing of this machine's memories was touched


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--limit", "0"], "--limit: found 0"),
        (["--per-author", "-1"], "--per-author: found -1"),
        (["--takes", "1.5"], "--takes: found 1.5, wanted a share"),
        (["--part", "valid"], "found no message of 40 characters among the authors of part 'valid'"),
    ],
)
def test_what_makes_no_rows_is_told_in_a_line(
    foretype: Terminal, tmp_path: Path, options: list[str], said: str
) -> None:
    data = write_rows(tmp_path / "mail.jsonl")
    told = foretype("rank", "rows", str(data), "--out", str(tmp_path / "o.npz"), "--model", "none", *options)
    assert told.status == 2 and said in told.err and told.err.strip().count("\n") == 0
