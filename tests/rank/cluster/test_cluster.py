"""Servers learn together through a real Redis: what one of them sees all decide by, and users are forgotten everywhere."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cluster_world import Clock, Server, a_teacher, an_end, trained, versions_in
from foretype.compose.request import OutcomeKind
from foretype.errors import ConfigError, InputError, StoreError
from foretype.rank.cluster import stream as stream_file
from foretype.rank.cluster.parcel import no_parcel
from foretype.rank.cluster.teacher import Teacher
from foretype.rank.journal import Journal
from foretype.rank.online.standing import SALT
from foretype.rank.online.versions import BUILT_IN, State
from foretype.rank.table.hashing import name_key
from foretype.redis_link import RedisLink
from redis_server import RedisServer

pytestmark = pytest.mark.redis
WORLD = Path(__file__).parents[2] / "cluster_world.py"


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


@pytest.fixture(scope="module")
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    server = RedisServer(tmp_path_factory.mktemp("redis"))
    yield server
    server.stop()


@pytest.fixture
def world(redis: RedisServer, tmp_path: Path) -> Iterator[World]:
    client_of(redis).flushall()
    made = World(tmp_path, redis)
    yield made
    made.close()


def client_of(redis: RedisServer) -> Any:
    return RedisLink(redis.url).client


def test_what_one_server_saw_all_decide_by(world: World) -> None:
    one, two = world.servers
    one.write(300)
    world.minute()
    assert world.num_lessons == 300
    assert two.shift() == one.shift() > two.shift("ben") > 0.1
    learners = world.teacher._school.current.learner.correction
    assert one.live.version == two.live.version == "0.0" and learners is not one.live.correction


def test_each_outcome_is_learned_once_whoever_turns_how_often(world: World) -> None:
    for first in (0, 700):
        world.servers[0].write(700, first=first)
        world.servers[1].write(50, first=first)
        world.minute()
        world.minute()
        world.restart_learner()
    assert world.num_lessons == 1_500


def test_a_user_has_one_number_in_all_servers_and_with_the_learner(world: World) -> None:
    numbers = {server.journal.number("ann") for server in world.servers}
    assert numbers == {world.teacher._gathered.number("ann")}
    assert world.server("three").journal.number("ann") in numbers


def test_a_server_that_was_alone_joins_with_its_outcomes_and_no_users(world: World) -> None:
    alone = Journal(world.folder / "three", now=lambda: world.clock.now)
    for number in range(5):
        alone.record(an_end(f"a{number}", "ann", OutcomeKind.TYPED))
    before = alone.number("ann")
    assert alone.kept().users.tolist() == [before] * 5
    alone.close()
    late = world.server("three")
    assert late.journal.number("ann") == world.servers[0].journal.number("ann") != before
    assert late.journal.kept().users.tolist() == [0] * 5
    assert (
        before.to_bytes(8, "big", signed=True)
        not in (world.folder / "three" / "outcomes.sqlite3").read_bytes()
    )
    late.close()


def test_later_word_travels_too(world: World) -> None:
    server = world.servers[0]
    for number in range(3):
        server.end(f"a{number}", "ann", OutcomeKind.ACCEPTED)
    world.minute()
    server.journal.settle("a1", persisted=False)
    world.minute()
    standing = world.teacher._school.current.learner.standing
    assert (standing.num_lessons, standing.num_mends) == (3, 1)


def test_a_server_that_comes_later_decides_as_the_others(world: World) -> None:
    world.servers[0].write(200)
    world.minute()
    late = world.server("three")
    assert late.shift() == 0.0
    late.turn()
    assert late.shift() == world.servers[0].shift() != 0.0
    late.close()


def test_versions_change_everywhere_and_a_bad_one_is_rolled_back(world: World) -> None:
    for first in range(0, 500, 100):
        world.servers[0].write(100, first=first, right=0.5)
        world.minute()
    versions = versions_in(world.folder / "learner", world.own)
    bad = versions.add(trained(world.folder, 2.5), now_s=world.clock.now_s, outcome=500).name
    versions.use(bad, why="forced", outcome=500)
    world.minute()
    assert {server.live.version for server in world.servers} == {"2.5"}
    assert world.servers[1].member.current_name == bad
    events = []
    for first in range(500, 900, 100):
        world.servers[1].write(100, first=first, right=0.5)
        events += world.minute()
    assert "rolled back" in events and versions.current.name == BUILT_IN
    assert {server.live.version for server in world.servers} == {"0.0"}
    assert {each.name: each.state for each in versions.all()}[bad] is State.REJECTED
    with pytest.raises(InputError, match="deciding in the cluster"):
        world.servers[0].member.folder_of(bad)


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


def test_what_servers_of_other_features_send_is_passed_over(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.servers[0].write(20)
    world.clock.wait()
    with monkeypatch.context() as other:
        other.setattr("foretype.rank.cluster.parcel.SCHEMA", "other")
        world.servers[0].turn()
    world.servers[1].write(30)
    world.minute()
    assert world.num_lessons == 30


def test_a_learner_far_behind_lets_outcomes_wait_in_journals(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream_file, "MAX_WAITING", 1)
    world.servers[0].write(1_000)
    world.clock.wait()
    world.servers[0].turn()
    assert world.teacher._stream.num_waiting == 1
    for _ in range(3):
        world.minute()
    assert world.num_lessons == 1_000


def vector_key(server: Server, user: str) -> int:
    return name_key("user", str(server.journal.number(user)), salt=SALT)


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
