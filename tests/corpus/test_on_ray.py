"""The same functions on a Ray cluster give the same bytes, and their errors are the same lines."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.ray

SPANS = 6


def foretype(*words: str) -> subprocess.CompletedProcess[str]:
    """In a process of its own: Ray leaves threads and handlers behind."""
    command = [sys.executable, "-m", "foretype", "corpus", *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=240)


def test_a_local_cluster_gives_what_one_process_gives(tmp_path: Path) -> None:
    pytest.importorskip("ray")
    for number in range(SPANS):
        mails = "".join(
            f"From x\nFrom: a{mail}@example.org\n\nMail {mail} of {number}.\n\n" for mail in range(9)
        )
        (tmp_path / f"{number}.mbox").write_text(mails, encoding="utf-8")
    boxes = [str(tmp_path / f"{number}.mbox") for number in range(SPANS)]
    here, there = tmp_path / "here.jsonl.xz", tmp_path / "there.jsonl.xz"
    options = ("--no-language", "--near", "0")
    assert foretype("import", *boxes, "--out", str(here), *options, "--workers", "1").returncode == 0
    done = foretype("import", *boxes, "--out", str(there), *options, "--ray")
    assert done.returncode == 0, done.stderr
    assert there.read_bytes() == here.read_bytes()
    assert '"kept": 54' in done.stdout


def test_an_error_in_a_part_comes_back_as_one_line(tmp_path: Path) -> None:
    pytest.importorskip("ray")
    rows = tmp_path / "a.jsonl"
    rows.write_text('{"author": "ann", "body": "hello"}\n', encoding="utf-8")
    done = foretype("scrub", str(rows), "--out", str(tmp_path / "o.jsonl"), "--min-authors", "3", "--ray")
    assert done.returncode == 2
    assert done.stderr.strip().splitlines()[-1].startswith("foretype corpus: --min-authors 3: found only 1")
