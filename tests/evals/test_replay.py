"""Replay against a composer that can be predicted, and against the shared tool through real HTTP."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from foretype.assemble import open_composer
from foretype.config import load_settings
from foretype.evals.doors import ComposerDoor, HttpDoor
from foretype.evals.messages import Message, read_messages
from foretype.evals.metrics import as_json, summarise
from foretype.evals.replay import Limits, Replayed, replay
from foretype.evals.writer import Writer
from letters import rows, write_rows
from small_composer import SmallComposer, served

SAME_KSR = 0.002


def replayed(path: Path, *, learn: bool = True, limits: Limits | None = None) -> list[Replayed]:
    door = ComposerDoor(SmallComposer())
    return list(replay(door, read_messages(path), learn=learn, limits=limits))


def by_the_tool(tool: Path, path: Path, url: str, limits: Limits) -> dict[str, Any]:
    """What the shared tool finds on the same file at a server."""
    command = [sys.executable, str(tool), "--data", str(path), "--backend", "http", "--url", url, "--learn"]
    command += [
        "--limit",
        str(limits.messages),
        "--chars",
        str(limits.chars),
        "--min-chars",
        str(limits.min_chars),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def test_learning_saves_keys(tmp_path: Path) -> None:
    path = write_rows(tmp_path / "a.jsonl")
    taught = summarise("small", replayed(path))
    assert taught.ksr_word.value > 0.3
    assert summarise("small", replayed(path, learn=False)).ksr_word.value == 0


def test_warm_lines_are_learned_and_not_replayed(tmp_path: Path) -> None:
    found = replayed(write_rows(tmp_path / "a.jsonl"))
    assert [result.id for result in found] == [row["id"] for row in rows() if not row["warm"]]


def test_each_position_is_asked_once(tmp_path: Path) -> None:
    for result in replayed(write_rows(tmp_path / "a.jsonl")):
        positions = [ask.position for ask in result.asks]
        assert len(positions) == len(set(positions))


def test_limits_bound_messages_and_characters(tmp_path: Path) -> None:
    limits = Limits(messages=3, chars=50, min_chars=10)
    found = replayed(write_rows(tmp_path / "a.jsonl"), limits=limits)
    assert [result.num_chars for result in found] == [50, 50, 50]


def test_short_messages_are_passed_over(tmp_path: Path) -> None:
    lines = [{"body": "Too short."}, {"body": "This one is long enough to be worth a replay."}]
    found = replayed(write_rows(tmp_path / "a.jsonl", lines=lines))
    assert [result.id for result in found] == ["line-2"]


def test_without_learning_nothing_personal_is_asked_or_taught(tmp_path: Path) -> None:
    composer = SmallComposer()
    list(replay(ComposerDoor(composer), read_messages(write_rows(tmp_path / "a.jsonl"))))
    assert {request.user for request in composer.requests} == {None}


def test_http_and_in_process_find_the_same(tmp_path: Path) -> None:
    path = write_rows(tmp_path / "a.jsonl")
    with served(SmallComposer()) as url:
        door = HttpDoor(url)
        over_http = list(replay(door, read_messages(path), learn=True))
        door.close()
    here = replayed(path)
    for writer in Writer:
        assert [result.keys(writer) for result in over_http] == [result.keys(writer) for result in here]


@pytest.mark.parametrize("limits", [Limits(), Limits(messages=5, chars=60, min_chars=80)])
def test_the_shared_tool_finds_the_same_savings(shared: Path, tmp_path: Path, limits: Limits) -> None:
    path = write_rows(tmp_path / "a.jsonl")
    with served(SmallComposer()) as url:
        theirs = by_the_tool(shared / "tools" / "replay.py", path, url, limits)
    ours = as_json(summarise("small", replayed(path, limits=limits)))
    assert (ours["messages"], ours["chars"], ours["asks"]) == (
        theirs["messages"],
        theirs["chars"],
        theirs["asks"],
    )
    for name in ("ksr_word", "ksr_full", "shown", "right_when_shown"):
        assert ours[name] == pytest.approx(theirs[name], abs=SAME_KSR)


def test_on_real_mail_the_shared_tool_finds_the_same_savings(shared: Path) -> None:
    path = shared / "data" / "replay" / "enron-new.jsonl"
    limits = Limits(messages=12)
    with served(SmallComposer()) as url:
        theirs = by_the_tool(shared / "tools" / "replay.py", path, url, limits)
    ours = as_json(summarise("small", replayed(path, limits=limits)))
    assert ours["ksr_word"] == pytest.approx(theirs["ksr_word"], abs=SAME_KSR)
    assert ours["ksr_full"] == pytest.approx(theirs["ksr_full"], abs=SAME_KSR)


def test_a_familiar_word_is_seen_only_after_it_was_learned() -> None:
    message = Message(id="1", author="ann", body="please find attached")
    first, second = replay(
        ComposerDoor(SmallComposer()), [message, message], learn=True, limits=Limits(min_chars=1)
    )
    assert first.seen is not None and not any(first.seen)
    assert second.seen is not None and all(second.seen)


def test_a_real_server_and_a_composer_here_find_the_same(shared: Path, tmp_path: Path) -> None:
    path, limits = shared / "data" / "replay" / "chat-new.jsonl", Limits(messages=10)
    with _server(tmp_path / "theirs") as url:
        theirs = by_the_tool(shared / "tools" / "replay.py", path, url, limits)
    door = ComposerDoor(open_composer(load_settings(data_dir=tmp_path / "ours", model="none")))
    with closing(door):
        ours = as_json(
            summarise(door.name, list(replay(door, read_messages(path), learn=True, limits=limits)))
        )
    assert ours["ksr_word"] == pytest.approx(theirs["ksr_word"], abs=SAME_KSR)
    assert ours["ksr_full"] == pytest.approx(theirs["ksr_full"], abs=SAME_KSR)
    assert theirs["ksr_word"] > 0.3


@contextmanager
def _server(data_dir: Path) -> Iterator[str]:
    """`foretype serve` on a free port; the address it says."""
    command = [
        sys.executable,
        "-m",
        "foretype",
        "serve",
        "--port",
        "0",
        "--model",
        "none",
        "--data-dir",
        str(data_dir),
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:
        assert server.stdout is not None
        try:
            yield next(
                found.group() for line in server.stdout if (found := re.search(r"http://[\d.:]+\d", line))
            )
        finally:
            server.terminate()
