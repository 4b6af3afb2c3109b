"""A user is forgotten on all machines, and nothing on its way is a name or a word."""

from __future__ import annotations

from pathlib import Path

import pytest

from foretype.rank.cluster.parcel import no_parcel
from redis_server import RedisServer
from whole_cluster import World, traces

pytestmark = pytest.mark.redis


def test_a_user_is_forgotten_on_all_machines(world: World) -> None:
    one, two = world.servers
    for user, first in (("ann", 0), ("ben", 100)):
        one.write(100, user=user, first=first)
        two.write(100, user=user, first=first)
    world.minute()
    two.write(50, first=300)  # not sent yet when it happens
    assert {"journal of one", "replica of two", "gathered", "redis"} <= set(traces(world, "ann"))
    ben = two.shift("ben")
    assert one.forget("ann") and one.shift() == one.shift(None)
    world.minute()
    world.minute()
    assert traces(world, "ann") == [] and traces(world, "ben") != []
    assert world.teacher._stream.num_waiting == 0  # parcels are packed: no trace could be seen in them
    assert two.shift() == two.shift(None) and two.shift("ben") == pytest.approx(ben, abs=0.2)
    assert not one.forget("nobody")


def test_who_comes_back_is_learned_of_again(world: World) -> None:
    world.servers[0].write(50)
    world.minute()
    world.servers[0].forget("ann")
    world.minute()
    world.servers[1].write(50, first=100)
    world.minute()
    assert "gathered" in traces(world, "ann")


def test_who_was_forgotten_while_redis_was_away_is_forgotten_everywhere_later(tmp_path: Path) -> None:
    redis = RedisServer(tmp_path / "redis")
    world = World(tmp_path, redis)
    for server in world.servers:
        server.write(50)
    world.minute()
    redis.stop()
    assert world.servers[0].forget("ann")
    world.servers[0].close()  # and the server ends before it can tell
    world.servers[0] = world.server("one")
    redis.start()
    world.minute()
    world.minute()
    assert traces(world, "ann") == []
    world.close()
    redis.stop()


def test_nothing_on_its_way_is_a_name_or_a_word(world: World) -> None:
    world.servers[0].write(20, user="qzxj")
    world.clock.wait()
    world.servers[0].turn()
    left = (
        b"".join(path.read_bytes() for path in world.folder.rglob("*") if path.is_file())
        + world.redis.files()
    )
    assert len(left) > 4_096 and b"qzxj" not in left and b"report" not in left
    assert len(no_parcel()) == 0
