"""Servers learn together through a real Redis: what one of them sees all decide by, each outcome once."""

from __future__ import annotations

import pytest

from cluster_world import an_end, trained, versions_in
from foretype.compose.request import OutcomeKind
from foretype.errors import InputError
from foretype.rank.cluster import stream as stream_file
from foretype.rank.journal import Journal
from foretype.rank.online.versions import BUILT_IN, State
from whole_cluster import World

pytestmark = pytest.mark.redis


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
