"""Lessons through a real Redis server: whoever is killed, each is in the stream once and is learned once."""

from __future__ import annotations

import importlib.util
import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from foretype.compose.outcomes import Ended
from foretype.compose.place import Hypothesis
from foretype.compose.request import OutcomeKind
from foretype.errors import StoreError
from foretype.rank.journal import Journal
from foretype.rank.online.learner import Learner
from foretype.rank.online.lessons import lessons_of, no_lessons
from foretype.rank.online.source import Batch, Reading, Source
from foretype.rank.online.stream import Stream, learn_from
from foretype.rank.outcome import number_for
from online_world import BlendScorer, some_outcomes
from situations import a_situation, grown

pytestmark = pytest.mark.redis
NOW_MIN = 29_000_000
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
MUCH_LATER_S = NOON.timestamp() + 3_600

DYING_LEARNER = """
import os, signal, sys
from pathlib import Path
from foretype.rank.online.learner import Learner
from foretype.rank.online.stream import Stream, learn_from
from foretype.rank.outcome import number_for
from online_world import BlendScorer
url, name, folder, steps, moment = sys.argv[1:]
learner = Learner(Path(folder), BlendScorer(), number=number_for, tenant=None, now_min=29_000_000)
stream, seen = Stream(url, name), 0

def dying(step):
    def call(*arguments, **options):
        global seen
        seen += 1
        if seen > int(steps):
            os.kill(os.getpid(), signal.SIGKILL)
        return step(*arguments, **options)
    return call

owner = {"acknowledge": stream, "learn": learner, "sync": learner._table}[moment]
setattr(owner, moment, dying(getattr(owner, moment)))
for _ in learn_from(stream, learner, now_min=29_000_000):
    pass
"""


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    program = shutil.which("redis-server") or shutil.which("valkey-server")
    if program is None or importlib.util.find_spec("redis") is None:
        pytest.skip("needs redis-server and the package redis")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    folder = tmp_path_factory.mktemp("redis")
    flags = f"--port {port} --bind 127.0.0.1 --dir {folder} --appendonly no --save"
    process = subprocess.Popen([program, *flags.split(), ""], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        assert any("eady to accept connections" in line for line in process.stdout)
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        process.terminate()
        process.communicate(timeout=20)


@pytest.fixture
def stream(url: str, request: pytest.FixtureRequest) -> Iterator[Stream]:
    opened = Stream(url, request.node.name)
    yield opened
    opened.close()


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    opened = Journal(tmp_path / "journal", now=lambda: NOON)
    yield opened
    opened.close()


def opened(folder: Path) -> Learner:
    return Learner(folder, BlendScorer(), number=number_for, tenant=None, now_min=NOW_MIN)


def batch_of(num: int, *, seed: int) -> Batch:
    kept = some_outcomes(np.random.default_rng(seed), num, shift=1.0)
    return Batch(lessons_of(kept, kept_share=0.9), no_lessons())


def record(journal: Journal, num: int, *, first: int = 0) -> None:
    path = grown((Hypothesis("report", "report", 0.5, {"user": 1.0}),), num_typed=2)
    for number in range(first, first + num):
        situation = a_situation(num_typed=2, first_probs=(0.5,))
        journal.record(Ended(f"a{number}", "ann", OutcomeKind.ACCEPTED, 4, path, situation, "m", 4.0))


def learn_all(stream: Stream, learner: Learner) -> None:
    for _ in learn_from(stream, learner, now_min=NOW_MIN):
        pass


def test_what_servers_send_is_learned_once(stream: Stream, journal: Journal, tmp_path: Path) -> None:
    learner, source = opened(tmp_path / "learner"), Source(journal)
    for first in (0, 700):
        record(journal, 700, first=first)
        assert stream.send("one", source, now_s=MUCH_LATER_S) == 700
        assert stream.send("one", source, now_s=MUCH_LATER_S) == 0
        learn_all(stream, learner)
    assert learner.standing.num_lessons == 1_400
    learner.close()


def test_later_word_travels_too(stream: Stream, journal: Journal, tmp_path: Path) -> None:
    learner, source = opened(tmp_path / "learner"), Source(journal)
    record(journal, 3)
    stream.send("one", source, now_s=NOON.timestamp() + 60)
    journal.settle("a1", persisted=False)
    stream.send("one", source, now_s=NOON.timestamp() + 120)
    learn_all(stream, learner)
    assert (learner.standing.num_lessons, learner.standing.num_mends) == (3, 1)
    learner.close()


def test_a_server_that_never_heard_back_sends_nothing_twice(stream: Stream, journal: Journal) -> None:
    """The transaction went through, its reply did not: the reading that counts is the one on the server."""
    record(journal, 5)
    source = Source(journal)
    batch, reading = source.next(Reading(), now_s=MUCH_LATER_S)
    stream._put("one", batch, reading)
    assert stream.send("one", source, now_s=MUCH_LATER_S) == 0


@pytest.mark.parametrize("moment", ["learn", "sync", "acknowledge"])
def test_a_learner_killed_in_the_middle_learns_nothing_twice_and_leaves_nothing_out(
    url: str, stream: Stream, tmp_path: Path, moment: str, request: pytest.FixtureRequest
) -> None:
    undisturbed = opened(tmp_path / "undisturbed")
    for seed in range(6):
        batch = batch_of(20, seed=seed)
        stream._put("one", batch, Reading(cursor=seed))
        undisturbed.learn(batch, now_min=NOW_MIN)
    folder = tmp_path / "disturbed"
    call = [sys.executable, "-c", DYING_LEARNER, url, request.node.name, str(folder)]
    helpers = str(Path(__file__).parents[2])
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([helpers, os.environ.get("PYTHONPATH", "")])}
    for steps in ("2", "1"):
        done = subprocess.run([*call, steps, moment], env=environment, capture_output=True, timeout=60)
        assert done.returncode == -signal.SIGKILL, done.stderr
    learner = opened(folder)
    learn_all(stream, learner)
    assert learner.standing.num_lessons == 120
    assert learner.standing.weights.tolist() == undisturbed.standing.weights.tolist()
    learner.close()
    undisturbed.close()


def test_what_another_version_sent_is_refused(stream: Stream, tmp_path: Path) -> None:
    stream._client.xadd(stream._key, {b"batch": b"\x81\xa6schema\xa3old"})
    learner = opened(tmp_path / "learner")
    with pytest.raises(StoreError, match="one version of foretype"):
        learn_all(stream, learner)
    learner.close()


def test_a_server_that_does_not_answer_is_told() -> None:
    pytest.importorskip("redis")
    with pytest.raises(StoreError, match="see that the server runs"):
        Stream("redis://127.0.0.1:1/0", "x")
