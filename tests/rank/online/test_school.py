"""The school: with a real journal, minute by minute, rankers are corrected, tried, taken over and rolled back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from foretype.compose.outcomes import Ended
from foretype.compose.place import Hypothesis
from foretype.compose.request import OutcomeKind
from foretype.errors import ModelError
from foretype.rank.dial import Dial, Turn
from foretype.rank.journal import Journal
from foretype.rank.online.live import LiveRanker
from foretype.rank.online.own_school import OwnSchool
from foretype.rank.online.school import School
from foretype.rank.online.standing import SALT
from foretype.rank.online.versions import BUILT_IN, State, Versions
from foretype.rank.ranker import Ranker
from foretype.rank.table.hashing import name_key
from online_world import BlendScorer
from situations import a_situation, grown

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


class World:
    """A data folder, its journal and its school, with a clock of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.time = folder, NOON
        self.random = np.random.default_rng(11)
        self.num_ended = 0
        self.versions = Versions(folder / "rankers", built_in=self.trained(0.0))
        self.journal = Journal(folder, now=lambda: self.time)
        self.live = LiveRanker(opened(self.trained(0.0)))
        self.school = self.started()

    def started(self) -> School:
        return OwnSchool(
            self.versions,
            self.journal,
            self.live,
            open_ranker=opened,
            tenant="acme",
            now_min=int(self.time.timestamp() // 60),
        )

    def trained(self, error: float) -> Path:
        """The folder of a ranker that claims `error` logits too much."""
        folder = self.folder / f"trained{error}"
        folder.mkdir(exist_ok=True)
        (folder / "error").write_text(str(error), encoding="utf-8")
        return folder

    def add(self, error: float) -> str:
        return self.versions.add(
            self.trained(error), now_s=self.time.timestamp(), outcome=self.num_ended
        ).name

    def minute(self, num: int = 100, *, shift: float = 0.0) -> list[tuple[str, str]]:
        """Some suggestions end, a minute passes, and the school turns it; what happened."""
        for prob in self.random.beta(3, 4, num):
            odds = np.log(prob / (1 - prob)) + shift
            self.end(float(prob), is_right=self.random.random() < 1 / (1 + np.exp(-odds)))
        self.time += timedelta(seconds=61)
        return [(each.version, each.what) for each in self.school.turn_minute(self.time.timestamp())]

    def end(self, prob: float, *, is_right: bool) -> None:
        path = grown((Hypothesis("report", "report", prob, {"user": 1.0}),), num_typed=2)
        situation = a_situation(num_typed=2, first_probs=(prob,))
        outcome = OutcomeKind.TYPED if is_right else OutcomeKind.IGNORED
        self.num_ended += 1
        self.journal.record(Ended(f"a{self.num_ended}", "ann", outcome, 4, path, situation, "m", 4.0))

    def close(self) -> None:
        self.school.close()
        self.journal.close()


def opened(folder: Path) -> Ranker:
    try:
        error = float((folder / "error").read_text(encoding="utf-8"))
    except OSError as cause:
        raise ModelError(f"{folder}: no ranker") from cause
    return Ranker(BlendScorer(error), Dial([Turn(0.5, 1.0, 0.0)]), coverage=0.5)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    yield made
    made.close()


def test_each_minute_learns_what_came_of_age_once(world: World) -> None:
    for minute in range(1, 4):
        assert world.minute(50) == []
        assert world.school.current.learner.standing.num_lessons == 50 * minute
    world.school.close()
    world.school = world.started()
    world.minute(0)
    assert world.school.current.learner.standing.num_lessons == 150


def test_a_better_ranker_takes_over_after_a_time_in_the_shadow(world: World) -> None:
    world.versions.use(world.add(-1.0), why="test", outcome=0)
    world.minute(0)
    better = world.add(0.0)
    happened = [event for _ in range(6) for event in world.minute(100)]
    assert (better, "takes over") in happened and world.versions.current.name == better
    assert world.school.last_comparison is not None and world.school.last_comparison.is_better
    assert world.school.current.ranker.correction is world.school.current.learner.correction


def test_a_worse_ranker_never_decides(world: World) -> None:
    worse = world.add(1.0)
    happened = [event for _ in range(6) for event in world.minute(100)]
    assert happened == [(worse, "rejected")] and world.versions.current.name == BUILT_IN


def test_a_bad_ranker_that_was_forced_is_rolled_back_soon(world: World) -> None:
    for _ in range(5):
        world.minute(100)
    bad = world.add(2.5)
    world.versions.use(bad, why="forced", outcome=world.num_ended)
    happened = [event for _ in range(4) for event in world.minute(100)]
    assert (bad, "rolled back") in happened and world.versions.current.name == BUILT_IN
    assert {each.name: each.state for each in world.versions.all()}[bad] is State.REJECTED


def test_a_correction_that_harms_begins_anew(world: World) -> None:
    for _ in range(10):
        world.minute(150, shift=2.5)
    happened = [event for _ in range(5) for event in world.minute(150, shift=-0.5)]
    assert (BUILT_IN, "correction reset") in happened


def test_a_version_that_cannot_be_opened_gives_way_to_the_one_before(world: World) -> None:
    broken = world.add(0.0)
    world.versions.use(broken, why="test", outcome=0)
    (world.versions.folder_of(broken) / "error").unlink()
    world.school.close()
    world.school = world.started()
    assert world.versions.current.name == BUILT_IN
    unreadable = world.add(0.0)
    (world.versions.folder_of(unreadable) / "error").unlink()
    world.minute(1)
    assert world.versions.candidate is None


def test_who_is_forgotten_by_another_process_is_forgotten_within_a_minute(world: World) -> None:
    world.minute(100)
    other = Journal(world.folder, now=lambda: world.time)
    assert other.forget("ann")
    other.close()
    learner = world.school.current.learner
    assert len(learner._table.table.pick(user_key(world))[0]) == 1
    world.minute(0)
    assert len(learner._table.table.pick(user_key(world))[0]) == 0 and world.journal.untold() == []


def user_key(world: World) -> NDArray[np.int64]:
    return np.array([name_key("user", str(world.journal.number("ann")), salt=SALT)], np.int64)


def test_a_forgotten_user_leaves_nothing_learned(world: World) -> None:
    world.minute(100)
    assert world.school.forget("ann") and not world.school.forget("ann")
