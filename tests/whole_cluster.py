"""Two servers, a learner and their Redis, turned minute by minute; where a user left a trace; how any of them is killed.

It does not know what is claimed of them.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np

from cluster_world import Clock, Server, a_teacher, trained
from foretype.rank.cluster.teacher import Teacher
from foretype.rank.online.standing import SALT
from foretype.rank.table.hashing import name_key
from foretype.redis_link import RedisLink
from redis_server import RedisServer

WORLD = Path(__file__).with_name("cluster_world.py")


class World:
    """Two servers, a learner and their Redis."""

    def __init__(self, folder: Path, redis: RedisServer) -> None:
        self.folder, self.redis, self.clock = folder, redis, Clock()
        self.own = trained(folder)
        self.servers = [self.server("one"), self.server("two")]
        self.teacher = self.learner()

    def server(self, name: str) -> Server:
        return Server(self.folder / name, self.redis.url, self.clock, own=self.own)

    def learner(self, name: str = "learner", *, take_over: bool = False) -> Teacher:
        return a_teacher(self.folder / name, self.redis.url, self.own, take_over=take_over)

    def minute(self) -> list[str]:
        """What came of age is sent, learned and heeded; what happened."""
        self.clock.wait()
        for server in self.servers:
            server.turn()
        events = [event.what for event in self.teacher.turn(self.clock.now_s).events]
        for server in self.servers:
            server.turn()
        return events

    @property
    def num_lessons(self) -> int:
        return self.teacher._school.current.learner.standing.num_lessons

    def weights(self) -> list[float]:
        return [float(each) for each in self.teacher._school.current.learner.standing.weights]

    def restart_learner(self) -> None:
        self.teacher.close()
        self.teacher = self.learner()

    def close(self) -> None:
        for server in self.servers:
            server.close()
        self.teacher.close()


def client_of(redis: RedisServer) -> Any:
    return RedisLink(redis.url).client


def traces(world: World, user: str) -> list[str]:
    """Where anything is left of a user: journals, the learner's files, replicas, Redis and its files."""
    number = world.servers[0].journal.number(user)
    key = vector_key(world.servers[0], user).to_bytes(8, "little", signed=True)
    found = [
        str(path.relative_to(world.folder))
        for path in world.folder.rglob("*")
        if path.is_file() and "redis" not in path.parts and key in path.read_bytes()
    ]
    for server in world.servers:
        if server.journal.query("SELECT 1 FROM outcomes WHERE user = ?", number):
            found.append(f"journal of {server.folder.name}")
        if server.member._replica.table.knows(np.array([vector_key(server, user)]))[0]:
            found.append(f"replica of {server.folder.name}")
    if world.teacher._gathered.query("SELECT 1 FROM outcomes WHERE user = ?", number):
        found.append("gathered")
    if key in world.redis.files():
        found.append("redis")
    return found


def vector_key(server: Server, user: str) -> int:
    return name_key("user", str(server.journal.number(user)), salt=SALT)


def die(world: World, role: str, folder: str, moment: str, *, after: bool) -> None:
    helpers = str(WORLD.parent)
    path = os.pathsep.join([helpers, os.environ.get("PYTHONPATH", "")])
    command = [
        sys.executable,
        str(WORLD),
        role,
        str(world.folder / folder),
        world.redis.url,
        str(world.own),
        moment,
    ]
    done = subprocess.run(
        [*command, "after" if after else "before"],
        env=os.environ | {"PYTHONPATH": path},
        capture_output=True,
        timeout=60,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()
