"""Redis goes away, forgets everything or has another learner: nothing is missing afterwards."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from cluster_world import Clock, Server, trained
from foretype.errors import ConfigError, StoreError
from redis_server import RedisServer
from whole_cluster import World, client_of

pytestmark = pytest.mark.redis


def test_while_redis_is_away_servers_go_on_and_later_nothing_is_missing(tmp_path: Path) -> None:
    redis = RedisServer(tmp_path / "redis")
    world = World(tmp_path, redis)
    server = world.servers[0]
    server.write(100)
    world.minute()
    known = server.shift()
    redis.kill()
    server.write(100, first=100)
    world.clock.wait()
    assert server.turn() == ["learning waits"] and server.turn() == []
    with pytest.raises(StoreError, match="nothing was lost"):
        world.teacher.turn(world.clock.now_s)
    assert server.shift() == pytest.approx(known, rel=1e-3) and server.member.behind_s(world.clock.now_s) > 60
    assert server.forget("ben") is False
    server.close()
    world.servers[0] = server = world.server("one")  # starts without Redis, having been in the cluster
    redis.start()
    world.clock.wait()
    assert server.turn() == [] and world.servers[1].turn() == []
    world.minute()
    assert world.num_lessons == 200 and server.member.behind_s(world.clock.now_s) == 0
    world.close()
    redis.stop()


def test_the_first_time_redis_has_to_answer(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="wanted a server that answers"):
        Server(tmp_path / "one", "redis://127.0.0.1:1/0", Clock(), own=trained(tmp_path))


def test_a_redis_that_lost_everything_costs_nothing(world: World) -> None:
    world.servers[0].write(200)
    world.minute()
    before, number = world.weights(), world.servers[0].journal.number("ann")
    client_of(world.redis).flushall()
    world.minute()
    world.minute()
    assert (world.num_lessons, world.weights()) == (200, before)
    assert world.server("three").journal.number("ann") == number
    assert world.servers[1].shift() == world.servers[0].shift() != 0.0


def test_one_folder_learns_until_another_takes_over(world: World) -> None:
    world.servers[0].write(200)
    world.servers[1].write(100, user="ben")
    world.minute()
    with pytest.raises(StoreError, match="--take-over"):
        world.learner("other")
    given_up, world.teacher = world.teacher, world.learner("other", take_over=True)
    with pytest.raises(ConfigError, match="took over"):
        given_up.turn(world.clock.now_s)
    given_up.close()
    world.minute()
    world.minute()
    assert world.num_lessons == 300


def test_an_older_copy_of_the_learners_folder_takes_over_and_misses_nothing(world: World) -> None:
    world.servers[0].write(100)
    world.minute()
    world.teacher.close()
    shutil.copytree(world.folder / "learner", world.folder / "copy")
    world.teacher = world.learner()
    world.servers[0].write(100, first=100)
    world.minute()
    world.teacher.close()
    world.teacher = world.learner("copy", take_over=True)
    world.minute()
    world.minute()
    assert world.num_lessons == 200
    assert world.servers[1].shift() == world.servers[0].shift() != 0.0
