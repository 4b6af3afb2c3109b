"""Versions: the book always names rankers that can be served, whatever moment a change dies in."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from foretype.errors import InputError, StoreError
from foretype.rank.online.versions import BOOK, BUILT_IN, KEEP, State, Versions

DYING = """
import os, signal, sys
from pathlib import Path
steps, folder, source = int(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3])
from foretype.rank.online.versions import Versions
versions = Versions(folder, built_in=source)
STEPS = ("open", "os.rename", "os.mkdir", "os.remove", "os.rmdir", "shutil.copyfile", "shutil.rmtree")
seen = 0

def die(event, args):
    global seen
    if event in STEPS and (event != "open" or isinstance(args[1], str) and "w" in args[1]):
        seen += 1
        if seen > steps:
            os.kill(os.getpid(), signal.SIGKILL)

sys.addaudithook(die)
added = versions.add(source, now_s=1.0, outcome=10)
versions.use(added.name, why="test", outcome=20)
versions.roll_back(why="test", outcome=30)
"""


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "trained"
    folder.mkdir()
    for name in ("ranker.json", "ranker.onnx"):
        (folder / name).write_text(name, encoding="utf-8")
    return folder


def test_a_new_version_begins_in_the_shadow(tmp_path: Path, source: Path) -> None:
    versions = Versions(tmp_path / "rankers", built_in=source)
    assert (versions.current.name, versions.candidate) == (BUILT_IN, None)
    added = versions.add(source, now_s=5.0, outcome=7)
    assert versions.candidate == added and versions.current.name == BUILT_IN
    assert sorted(path.name for path in versions.folder_of(added.name).iterdir()) == [
        "ranker.json",
        "ranker.onnx",
    ]


def test_taking_over_and_rolling_back(tmp_path: Path, source: Path) -> None:
    versions = Versions(tmp_path / "rankers", built_in=source)
    first = versions.add(source, now_s=1.0, outcome=0)
    assert not versions.has_previous
    versions.use(first.name, why="better", outcome=100)
    assert versions.previous.name == BUILT_IN
    second = versions.add(source, now_s=2.0, outcome=100)
    versions.use(second.name, why="better", outcome=200)
    assert versions.roll_back(why="worse", outcome=300).name == first.name
    states = {each.name: (each.state, each.why) for each in versions.all()}
    assert states == {
        BUILT_IN: (State.RETIRED, "better"),
        first.name: (State.CURRENT, f"back in place of {second.name}"),
        second.name: (State.REJECTED, "worse"),
    }
    versions.roll_back(why="asked for", outcome=400)
    with pytest.raises(InputError, match="none before it"):
        versions.roll_back(why="asked for", outcome=400)


def test_only_some_old_versions_are_kept(tmp_path: Path, source: Path) -> None:
    versions = Versions(tmp_path / "rankers", built_in=source)
    for at in range(KEEP + 4):
        added = versions.add(source, now_s=at, outcome=at)
        versions.use(added.name, why="better", outcome=at)
    names = [each.name for each in versions.all()]
    folders = {path.name for path in (tmp_path / "rankers").iterdir() if path.is_dir()}
    assert names[0] == BUILT_IN and len(names) == KEEP + 3 and folders == set(names[1:])
    assert versions.previous.name == names[-2]


def test_what_is_not_there_is_told(tmp_path: Path, source: Path) -> None:
    versions = Versions(tmp_path / "rankers", built_in=source)
    with pytest.raises(InputError, match="wanted one of built-in"):
        versions.use("r0009", why="", outcome=0)
    with pytest.raises(InputError, match="rank train"):
        versions.add(tmp_path / "nowhere", now_s=0.0, outcome=0)
    (tmp_path / "rankers" / BOOK).write_text("{}", encoding="utf-8")
    with pytest.raises(StoreError, match="delete it to begin"):
        Versions(tmp_path / "rankers", built_in=source)


def died_after(steps: int, folder: Path, source: Path) -> bool:
    """Run the changes in a process that is killed after so many writing steps; whether it was."""
    call = [sys.executable, "-c", DYING, str(steps), str(folder), str(source)]
    done = subprocess.run(call, env=dict(os.environ), capture_output=True, text=True, timeout=60)
    assert done.returncode in (0, -signal.SIGKILL), done.stderr
    return done.returncode != 0


def test_killed_between_any_two_steps_it_leaves_versions_that_can_be_served(
    tmp_path: Path, source: Path
) -> None:
    steps = 0
    while died_after(steps, tmp_path / str(steps), source):
        versions = Versions(tmp_path / str(steps), built_in=source)
        for version in versions.all():
            found = {path.name for path in versions.folder_of(version.name).iterdir()}
            assert found == {"ranker.json", "ranker.onnx"}
        again = versions.add(source, now_s=2.0, outcome=40)
        folders = {path.name for path in (tmp_path / str(steps)).iterdir() if path.is_dir()}
        assert folders == {each.name for each in versions.all()} - {BUILT_IN}
        assert again.state is State.SHADOW
        steps += 4  # not each one: steps are alike, and each run starts an interpreter
    assert steps > 12
