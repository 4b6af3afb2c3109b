"""`foretype eval` as typed in a terminal, against a server that can be predicted."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from cli.conftest import Terminal
from letters import write_rows
from small_composer import SmallComposer, served


def test_replay_ends_in_one_json_line(foretype: Terminal, tmp_path: Path) -> None:
    path = write_rows(tmp_path / "a.jsonl")
    with served(SmallComposer()) as url:
        printed = foretype("eval", "replay", str(path), "--url", url, "--learn")
    [line] = printed.out.splitlines()
    found = json.loads(line)
    assert (printed.status, found["system"], found["messages"], found["learn"]) == (0, "small", 10, True)
    assert found["ksr_word"] > 0.3
    assert f"{found['ksr_word']:.3f}" in printed.err


def test_replay_writes_a_sheet_and_a_page(foretype: Terminal, tmp_path: Path) -> None:
    path, page, sheet = write_rows(tmp_path / "a.jsonl"), tmp_path / "report.html", tmp_path / "sheet.csv"
    with served(SmallComposer()) as url:
        files = ["--html", str(page), "--csv", str(sheet)]
        foretype("eval", "replay", str(path), "--url", url, "--learn", "--limit", "5", *files)
    rows = list(csv.DictReader(sheet.read_text(encoding="utf-8").splitlines()))
    assert [row["id"] for row in rows] == ["m2", "m3", "m4", "m5", "m6"]
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")
    assert "Susan" not in page.read_text(encoding="utf-8") + sheet.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--limit", "0"], "--limit: found 0, wanted a number above 0"),
        (["--min-chars", "5000"], "found no message of at least 5000 characters"),
        (["--model", "x"], "--model and --url: a server has its model already"),
        (["--html", "/nowhere/at/all.html"], "/nowhere/at/all.html: No such file or directory"),
    ],
)
def test_replay_tells_what_is_wrong(foretype: Terminal, tmp_path: Path, words: list[str], told: str) -> None:
    path = write_rows(tmp_path / "a.jsonl")
    with served(SmallComposer()) as url:
        printed = foretype("eval", "replay", str(path), "--url", url, *words)
    assert printed.status == 2
    assert printed.err.splitlines()[-1].startswith(f"foretype eval: {told}")


@pytest.mark.parametrize("url", ["localhost:8765", "ftp://x", "http://"])
def test_an_address_that_is_none_is_told(foretype: Terminal, tmp_path: Path, url: str) -> None:
    printed = foretype("eval", "replay", str(write_rows(tmp_path / "a.jsonl")), "--url", url)
    assert printed.status == 2 and "wanted an address such as" in printed.err


def test_latency_accounts_for_every_key(foretype: Terminal) -> None:
    with served(SmallComposer()) as url:
        fast = ["--writers", "3", "--keys-per-second", "40", "--seconds", "0.5"]
        printed = foretype("eval", "latency", "--url", url, *fast)
    found = json.loads(printed.out)
    assert found["keys"] == found["answered"] > 0
    assert found["refused"] == 0
    assert "first in a word" in printed.err


@pytest.mark.parametrize("words", [["--writers", "0"], ["--seconds", "-1"], ["--keys-per-second", "0"]])
def test_latency_refuses_a_load_nobody_types(foretype: Terminal, words: list[str]) -> None:
    printed = foretype("eval", "latency", "--url", "http://127.0.0.1:9", *words)
    assert printed.status == 2 and words[0] in printed.err


@pytest.mark.peers
def test_peers_stand_beside_us(foretype: Terminal, tmp_path: Path) -> None:
    path = write_rows(tmp_path / "a.jsonl")
    with served(SmallComposer()) as url:
        printed = foretype(
            "eval", "peers", str(path), "--train", str(path), "--url", url, "--learn", "--limit", "4"
        )
    found = json.loads(printed.out)
    names = [system["system"] for system in found["systems"]] + found["missing"]
    assert sorted(names) == ["presage", "small", "typing-booster"]
    assert all(name in printed.err for name in names)


def test_a_missing_peer_is_a_row_with_its_remedy(
    foretype: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("foretype.evals.peers.PeerKind.is_installed", lambda kind: False)
    path = write_rows(tmp_path / "a.jsonl")
    with served(SmallComposer()) as url:
        printed = foretype("eval", "peers", str(path), "--train", str(path), "--url", url)
    assert json.loads(printed.out)["missing"] == ["presage", "typing-booster"]
    assert "not installed" in printed.err and "apt-get" in printed.err
