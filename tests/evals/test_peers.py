"""The peers: shown like others, trained once, and equal to the shared scripts that run them too."""

from __future__ import annotations

import json
import subprocess
from contextlib import closing
from pathlib import Path

import pytest

from foretype.errors import ConfigError, InputError
from foretype.evals.messages import Message, read_messages
from foretype.evals.peers import PEER_KINDS, PeerDoor, PeerKind, grey_text, trained, training_text
from foretype.evals.replay import replay
from foretype.evals.writer import Writer
from letters import BODIES, write_rows

SCRIPTS = {"presage": "presage_predict.py", "typing-booster": "itb_predict.py"}
STARTS = ("Please find att", "Thanks for ", "Let me know if you ", "Hi Su", "questions about the re", "zzz")

both = pytest.mark.parametrize("kind", PEER_KINDS, ids=lambda kind: kind.name)


def installed(kind: PeerKind) -> PeerKind:
    if not kind.is_installed():
        pytest.skip(f"{kind.name} is not installed: {kind.install}")
    return kind


def message(body: str) -> Message:
    return Message(id="m", author="ann", body=body)


@pytest.mark.parametrize(
    ("word", "text", "shown"),
    [
        ("attached", "please find att", "ached "),
        ("Attached", "please find att", "ached "),
        ("the", "see\n", "the "),
        ("att", "please find att", ""),
        ("you", "please find att", ""),
    ],
)
def test_a_word_becomes_the_rest_of_it(word: str, text: str, shown: str) -> None:
    assert grey_text([word, "other"], text) == shown


def test_training_text_is_all_of_a_small_corpus(tmp_path: Path) -> None:
    assert training_text(write_rows(tmp_path / "a.jsonl")) == "\n".join(BODIES * 3)


def test_training_text_is_spread_over_a_large_corpus(tmp_path: Path) -> None:
    lines = [{"body": f"message {number:04}"} for number in range(1000)]
    found = training_text(write_rows(tmp_path / "a.jsonl", lines=lines), max_bytes=1300).split("\n")
    assert len(found) == 100
    assert found[0] < "message 0020" and found[-1] > "message 0980"


def test_a_corpus_without_messages_is_told(tmp_path: Path) -> None:
    empty = tmp_path / "empty.jsonl"
    empty.touch()
    with pytest.raises(InputError, match="no message to train on"):
        training_text(empty)


@pytest.mark.peers
@both
def test_a_peer_knows_what_it_was_trained_on(kind: PeerKind, tmp_path: Path) -> None:
    database = trained(installed(kind), "\n".join(BODIES * 20), cache_dir=tmp_path)
    with closing(PeerDoor(kind, database)) as door:
        assert door.suggest("Please find att", message(BODIES[2]), user=None).text == "ached "


@pytest.mark.peers
@both
def test_training_happens_once(kind: PeerKind, tmp_path: Path) -> None:
    first = trained(installed(kind), "\n".join(BODIES), cache_dir=tmp_path)
    written_at = first.stat().st_mtime_ns
    assert trained(kind, "\n".join(BODIES), cache_dir=tmp_path) == first
    assert first.stat().st_mtime_ns == written_at
    assert [path.name for path in first.parent.iterdir()] == [first.name]


@pytest.mark.peers
@both
def test_a_peer_predicts_what_the_shared_script_does(kind: PeerKind, shared: Path, tmp_path: Path) -> None:
    database = trained(installed(kind), "\n".join(BODIES * 20), cache_dir=tmp_path)
    command = [kind.python, str(shared / "peers" / SCRIPTS[kind.name]), "--db", str(database), "--serve"]
    command += [] if kind.name == "presage" else ["--lang", ""]
    script = subprocess.run(command, input="\n".join(STARTS), capture_output=True, text=True, check=True)
    theirs = [
        grey_text(json.loads(line), start)
        for line, start in zip(script.stdout.splitlines(), STARTS, strict=True)
    ]
    with closing(PeerDoor(kind, database)) as door:
        ours = [door.suggest(start, message(start), user=None).text for start in STARTS]
    assert ours == theirs
    assert any(ours)


@pytest.mark.peers
def test_typing_booster_learns_while_it_serves(tmp_path: Path) -> None:
    kind = installed(PEER_KINDS[1])
    database = trained(kind, "\n".join(BODIES), cache_dir=tmp_path)
    before = database.read_bytes()
    with closing(PeerDoor(kind, database)) as door:
        door.learn(message("our codename is Zephyrine"), user="ann")
        shown = door.suggest("our codename is Zeph", message("x"), user="ann").text
    assert shown == "yrine "
    assert database.read_bytes() == before


@pytest.mark.peers
@both
def test_a_peer_can_be_replayed(kind: PeerKind, tmp_path: Path) -> None:
    database = trained(installed(kind), "\n".join(BODIES * 20), cache_dir=tmp_path)
    with closing(PeerDoor(kind, database)) as door:
        results = list(replay(door, read_messages(write_rows(tmp_path / "a.jsonl")), learn=True))
    assert sum(result.keys(Writer.WORD) for result in results) < 0.8 * sum(
        result.num_chars for result in results
    )


@pytest.mark.peers
def test_a_peer_that_died_is_told(tmp_path: Path) -> None:
    broken = tmp_path / "broken.db"
    broken.write_bytes(b"no database at all")
    with (
        closing(PeerDoor(installed(PEER_KINDS[0]), broken)) as door,
        pytest.raises(ConfigError, match="its process ended; reinstall it"),
    ):
        door.suggest("Please ", message("Please"), user=None)
