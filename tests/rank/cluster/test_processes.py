"""Real processes of the command line learn together, through kill -9 and a Redis that goes away, at life's own pace."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from foretype.redis_link import RedisLink
from redis_server import RedisServer

pytestmark = [pytest.mark.redis, pytest.mark.slow]
SOURCE = Path(__file__).parents[3] / "src"
PATIENCE_S = 240.0  # outcomes are due after a minute, and a server turns each minute
TEXT = "Please let me know if you have any questions. Thanks for your help. "


class Machine:
    """One process of `foretype`, that may be killed and started again in its folder."""

    def __init__(self, folder: Path, url: str, *words: str) -> None:
        self.folder, self._words = folder, words
        path = os.pathsep.join([str(SOURCE), os.environ.get("PYTHONPATH", "")])
        own = {
            "FORETYPE_DATA_DIR": str(folder),
            "FORETYPE_CACHE_DIR": str(folder),
            "FORETYPE_LEARNING_REDIS": url,
        }
        self._environment = os.environ | own | {"PYTHONPATH": path, "HOME": str(folder)}
        self.start()

    def start(self) -> None:
        self.folder.mkdir(exist_ok=True)
        self._log = (self.folder / "log").open("ab")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "foretype", *self._words],
            env=self._environment,
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
        )
        assert self._process.stdout is not None
        self.said = self._process.stdout.readline()

    @property
    def address(self) -> str:
        return self.said.split("open ")[1].split()[0].rstrip("/")

    def end(self, number: signal.Signals) -> int:
        self._process.send_signal(number)
        self._process.communicate(timeout=30)
        self._log.close()
        return self._process.returncode

    def kill(self) -> None:
        assert self.end(signal.SIGKILL) == -signal.SIGKILL

    def ask(self, way: str, body: Any = None, *, method: str = "POST") -> Any:
        data = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(self.address + way, data, headers, method=method)
        with urllib.request.urlopen(request, timeout=30) as reply:
            return json.loads(reply.read())

    def write(self, user: str, session: str) -> int:
        """Type a text; how many suggestions were taken."""
        num_taken, at = 0, 0
        while at < len(TEXT):
            at += 1
            asked = {"text": TEXT[:at], "user": user, "session": session}
            answer = self.ask("/v1/suggest", asked)
            for shown in answer["suggestions"]:
                if TEXT[at:].startswith(shown["text"]):
                    at, num_taken = at + len(shown["text"]), num_taken + 1
                    told = {"id": answer["id"], "outcome": "accepted", "characters": len(shown["text"])}
                    self.ask("/v1/feedback", told)
        return num_taken


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[RedisServer]:
    server = RedisServer(tmp_path / "redis")
    yield server
    server.stop()


def comes(what: Callable[[], bool]) -> bool:
    give_up, pause = time.monotonic() + PATIENCE_S, threading.Event()
    while time.monotonic() < give_up:
        if what():
            return True
        pause.wait(0.5)
    return False


def counted(machine: Machine, what: str) -> int:
    with closing(sqlite3.connect(machine.folder / "outcomes.sqlite3")) as journal:
        return int(journal.execute(f"SELECT count({what}) FROM outcomes").fetchone()[0])


def num_kept(machine: Machine) -> int:
    return counted(machine, "*")


def test_two_servers_and_a_learner_through_kills_and_an_outage(redis: RedisServer, tmp_path: Path) -> None:
    serve = ("serve", "--port", "0", "--model", "none")
    servers = [Machine(tmp_path / name, redis.url, *serve) for name in ("one", "two")]
    learner = Machine(tmp_path / "learner", redis.url, "rank", "learn", "--every", "1")
    for number, server in enumerate(servers):
        for user in ("ann", "ben"):
            assert sum(server.write(user, f"{user}{number}{at}") for at in range(3)) > 2
    assert comes(lambda: all(counted(server, "DISTINCT user") == 2 for server in servers))
    link = RedisLink(redis.url)

    def num_lessons() -> int:
        found = link.client.get("foretype:learning:{cluster}:decides")
        return 0 if found is None else int(json.loads(found)["num_lessons"])

    servers[0].kill()
    learner.kill()
    redis.kill()
    servers[1].write("ann", "during")
    redis.start()
    servers[0].start()
    learner.start()
    assert comes(lambda: num_lessons() == sum(map(num_kept, servers)) > 10), num_lessons()
    learner.kill()
    learner.start()
    assert servers[1].ask("/v1/users/ann", method="DELETE")["forgotten"]
    assert comes(lambda: counted(servers[0], "DISTINCT user") == 1)  # ann is gone there too
    ended = [learner.end(signal.SIGTERM), *(server.end(signal.SIGTERM) for server in servers)]
    assert ended == [0, 0, 0]
    link.close()
