"""Servers and the learner die in the middle of what they do: nothing is counted twice, and nothing is missing."""

from __future__ import annotations

import pytest

from redis_server import RedisServer
from whole_cluster import World, die, traces

pytestmark = pytest.mark.redis


LEARNERS_MOMENTS = [
    ("_gathered.take", False),
    ("_gathered.take", True),
    ("_school.current.learner.learn", False),
    ("_school.current.learner._table.sync", True),
    ("_relay.relay", False),
    ("_relay.relay", True),
    ("_board.announce", True),
    ("_stream.drop", True),
]


SERVERS_MOMENTS = [("_stream.send", False), ("_stream.send", True), ("_board.decision", False)]


def test_whoever_is_killed_nothing_is_counted_twice_and_nothing_is_missing(world: World) -> None:
    """Servers and learner die in the middle of all they do; what is learned is bit by bit what a quiet world learns."""
    quiet = World(world.folder / "quiet", RedisServer(world.folder / "redis2"))
    steps = [("learner", *each) for each in LEARNERS_MOMENTS] + [
        ("server", *each) for each in SERVERS_MOMENTS
    ]
    for at, (role, moment, after) in enumerate(steps):
        for each in (world, quiet):
            each.servers[0].write(40, first=1_000 * at)
            each.clock.wait()
        _send_and_die(world, role, moment, after=after)
        for server in quiet.servers:
            server.turn()
        assert world.teacher.turn(world.clock.now_s).num_lessons == 40 * (at + 1), (role, moment, after)
        quiet.teacher.turn(quiet.clock.now_s)
        for server in world.servers:
            server.turn()
    assert world.weights() == quiet.weights()
    assert world.servers[1].shift() == world.servers[0].shift() != 0.0
    quiet.close()
    quiet.redis.stop()


def _send_and_die(world: World, role: str, moment: str, *, after: bool) -> None:
    if role == "server":
        world.servers[0].close()
        die(world, role, "one", moment, after=after)
        world.servers[0] = world.server("one")
    for server in world.servers:
        server.turn()
    if role == "learner":
        world.teacher.close()
        die(world, role, "learner", moment, after=after)
        world.teacher = world.learner()


def test_a_killed_learner_still_forgets(world: World) -> None:
    for server in world.servers:
        server.write(50)
    world.minute()
    world.servers[0].forget("ann")
    world.teacher.close()
    for moment, after in (
        ("_gathered.forget", True),
        ("_school.forget_number", True),
        ("_relay.begin_anew", True),
    ):
        die(world, "learner", "learner", moment, after=after)
    world.teacher = world.learner()
    world.minute()
    assert traces(world, "ann") == []
