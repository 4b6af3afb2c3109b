"""Claims about the watch as a whole: what is noted becomes metrics, readings, notices and webhooks."""

from __future__ import annotations

import itertools
import json
from contextlib import closing
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest

from foretype.compose.outcomes import Ended
from foretype.compose.path import Path as Words
from foretype.compose.place import Hypothesis
from foretype.compose.request import Answer, Context, OutcomeKind, Suggestion
from foretype.errors import InputError
from foretype.monitor.acceptance import MINUTE_S
from foretype.monitor.alarms import Turn
from foretype.monitor.facts import FEATURES
from foretype.monitor.metrics import Metrics
from foretype.monitor.psi import FeatureWatch, reference_of
from foretype.monitor.ranker_features import ranker_reference
from foretype.monitor.rules import Reading, make_rules
from foretype.monitor.standing import Surroundings
from foretype.monitor.station import free_disk_mb
from foretype.monitor.watch import Watch
from foretype.monitor.watchman import Watchman
from foretype.monitor.webhooks.book import Book
from foretype.monitor.webhooks.courier import Courier
from foretype.monitor.webhooks.events import SUBSCRIBED
from foretype.monitor.webhooks.records import Webhook
from foretype.monitor.webhooks.sending import Result
from foretype.rank.features import row_of
from situations import a_situation, grown

DAY_MIN = 1440
ANSWER = Answer("a1", (Suggestion("onward ", 0.5, 1, {"lm": 1.0}),), "m", 4.0, lm_steps=1)


@pytest.fixture(scope="module")
def learned() -> dict[str, Any]:
    """What a watch knows after five days of 500 outcomes a minute, a good quarter of them taken."""
    scene = Scene()
    scene.outcomes(5 * DAY_MIN, taken=135)
    saved: dict[str, Any] = json.loads(json.dumps(scene.watch.saved()))
    return saved


class Post:
    """Takes everything, and keeps it."""

    def __init__(self) -> None:
        self.bodies: list[dict[str, object]] = []

    def post(self, url: str, body: bytes, headers: dict[str, str]) -> Result:
        self.bodies.append(json.loads(body))
        return Result(1.0, 200)


class Scene:
    """A watch, what surrounds it, and a minute at a time."""

    def __init__(self, saved: dict[str, Any] | None = None) -> None:
        self.free_mb, self.is_missing, self.is_lossy = 10_000.0, False, False
        self.behind_s: float | None = None
        numbers = itertools.count(1)
        self.metrics = Metrics()
        self.watch = Watch(
            self.metrics,
            make_rules(latency_budget_ms=100, min_free_disk_mb=500),
            around=Surroundings(
                lambda: self.free_mb, lambda: self.is_missing, lambda: self.is_lossy, lambda: self.behind_s
            ),
            new_id=lambda: f"a{next(numbers)}",
        )
        self.now_s = 0.0
        if saved is not None:
            self.watch.restore(saved)
            self.now_s = 7 * 86400.0

    def minutes(self, num: int, *, shown: int = 0, taken: int = 0, elapsed_s: float = 0.004) -> list[str]:
        """Play minutes that are alike; the turns of rules."""
        turns = []
        for _ in range(num):
            for number in range(shown):
                self.watch.answered(ANSWER, context=Context(), elapsed_s=elapsed_s)
                self.watch.ended(ended(OutcomeKind.ACCEPTED if number < taken else OutcomeKind.IGNORED))
            turns += self.turn()
        return turns

    def outcomes(self, num_minutes: int, *, taken: int) -> list[str]:
        """Minutes of 500 outcomes each, counted without playing each outcome; the turns of rules."""
        turns = []
        for _ in range(num_minutes):
            minute = self.watch._minute
            minute.outcomes, minute.taken = 500, taken
            turns += self.turn()
        return turns

    def turn(self) -> list[str]:
        self.now_s += MINUTE_S
        return [f"{each.alarm.rule} {each.turn.value}" for each in self.watch.turn_minute(self.now_s)]


def ended(outcome: OutcomeKind, *, prob: float = 0.5) -> Ended:
    return Ended("a1", None, outcome, 7, Words((), "onward ", (prob,)), a_situation(), "m", 4.0)


def test_slow_answers_are_told_after_five_minutes_and_taken_back() -> None:
    scene = Scene()
    assert scene.minutes(4, shown=60, taken=30, elapsed_s=0.2) == []
    assert scene.minutes(1, shown=60, taken=30, elapsed_s=0.2) == ["slow-answers alarm.raised"]
    assert scene.minutes(20, shown=60, taken=30) == ["slow-answers alarm.resolved"]


def test_limits_of_zero_alarm_nobody() -> None:
    rules = {rule.name: rule for rule in make_rules(latency_budget_ms=0, min_free_disk_mb=0)}
    reading = Reading(0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 9_000.0, 10_000, 0, 10_000, 0, 0.1, False)
    assert rules["slow-answers"].look(reading).score == rules["disk-low"].look(reading).score == 0


def test_failures_disk_and_model_are_told() -> None:
    scene = Scene()
    scene.watch.failed(is_store=True)
    assert scene.turn() == ["store-failures alarm.raised"]
    for _ in range(10):
        scene.watch.failed(is_store=False)
    assert scene.turn() == []
    assert scene.turn() == ["errors alarm.raised"]
    scene.free_mb, scene.is_missing = 100.0, True
    assert set(scene.minutes(2)) == {"disk-low alarm.raised", "model-missing alarm.raised"}
    assert 'foretype_alarm_firing{rule="disk-low"} 1.0' in scene.metrics.page().decode()
    scene.free_mb, scene.is_missing = 10_000.0, False
    assert set(scene.minutes(30)) == {
        f"{rule} alarm.resolved" for rule in ("disk-low", "model-missing", "errors", "store-failures")
    }


def test_a_journal_that_cannot_be_written_is_told() -> None:
    scene = Scene()
    scene.is_lossy = True
    assert scene.turn() == ["store-failures alarm.raised"]


def test_a_server_that_hears_nothing_from_those_it_learns_with_is_told() -> None:
    scene = Scene()
    scene.behind_s = 590.0
    assert scene.turn() == []
    scene.behind_s = 610.0
    assert scene.turn() == ["learning-behind alarm.raised"]
    assert "foretype_learning_behind_seconds 610.0" in scene.metrics.page().decode()
    scene.behind_s = 30.0
    assert scene.turn() == ["learning-behind alarm.resolved"]


def test_a_ranker_that_claims_too_much_is_told() -> None:
    scene = Scene()
    turns = scene.minutes(40, shown=50, taken=5)  # said 0.5, true of a tenth
    assert turns == ["calibration-drift alarm.raised"]
    assert scene.watch.standing().reliability[0][:2] == (0.5, 0.1)


def test_a_ranker_among_other_writers_than_it_learned_from_alarms_nobody() -> None:
    def one(num_typed: int) -> Ended:
        path = grown((Hypothesis("report", "report", 0.5, {"user": 1.0}),))
        return Ended("a1", None, OutcomeKind.TYPED, 0, path, a_situation(num_typed=num_typed), "m", 4.0)

    scene, turns = Scene(), []
    learned_from = [row_of(each.path, each.situation) for each in map(one, [1, 2] * 1000)]
    scene.watch.compare_with(ranker_reference(np.stack(learned_from)))
    for _ in range(70):
        for _ in range(20):
            scene.watch.ended(one(9))
        turns += scene.turn()
    drifted = {each.feature for each in scene.watch.standing().features if each.level == "drifted"}
    assert "ranker_typed" in drifted
    assert [turn for turn in turns if "feature" in turn] == []


def test_suggestions_that_do_not_look_as_they_did_are_told_after_an_hour() -> None:
    scene = Scene()
    usual = np.random.default_rng(4).uniform(0.6, 1.0, (2000, len(FEATURES.names)))
    scene.watch._features = FeatureWatch.restored(reference_of(FEATURES.names, usual))
    assert scene.minutes(120, shown=20, taken=10) == ["feature-drift alarm.raised"]


def test_a_drop_of_acceptance_is_told_once_and_over_when_it_is_mended(learned: dict[str, Any]) -> None:
    scene = Scene(learned)
    assert scene.outcomes(15, taken=135) == []
    assert scene.outcomes(30, taken=95) == ["acceptance-drop alarm.raised"]
    assert scene.outcomes(40, taken=135) == ["acceptance-drop alarm.resolved"]


def test_a_night_without_outcomes_mends_nothing(learned: dict[str, Any]) -> None:
    scene = Scene(learned)
    scene.outcomes(15, taken=135)
    assert scene.outcomes(30, taken=95) == ["acceptance-drop alarm.raised"]
    assert scene.minutes(60) == []
    again = Scene(scene.watch.saved())
    again.now_s = scene.now_s
    assert again.minutes(60) == []
    assert again.outcomes(30, taken=135) == ["acceptance-drop alarm.resolved"]


def test_a_minute_is_turned_once_and_minutes_asleep_are_filled_in() -> None:
    scene = Scene()
    scene.turn()
    assert scene.watch.turn_minute(scene.now_s + 30) == []
    scene.is_missing = True
    scene.now_s += 8 * 3600
    assert scene.turn() == []  # one look after a long sleep is one look
    assert scene.turn() == ["model-missing alarm.raised"]


def test_a_restart_goes_on_where_it_was(learned: dict[str, Any]) -> None:
    first, second = Scene(learned), Scene()
    first.is_missing = second.is_missing = True
    assert first.minutes(2) == ["model-missing alarm.raised"]
    saved = json.loads(json.dumps(first.watch.saved()))
    second.watch.restore(saved)
    second.now_s = first.now_s
    assert second.minutes(5) == []  # it was told before
    assert second.watch.standing().is_acceptance_armed
    with pytest.raises(InputError):
        second.watch.restore({"acceptance": {}})


def test_notices_are_written_before_they_are_sent_and_sent_once(tmp_path: Path) -> None:
    scene, post = Scene(), Post()
    with closing(Book(tmp_path)) as book:
        courier = Courier(book, post, clock=lambda: scene.now_s, random=Random(1))
        watchman = Watchman(scene.watch, book, courier, clock=lambda: scene.now_s)
        add_webhook(book)
        scene.is_missing = True
        for _ in range(3):
            scene.now_s += MINUTE_S
            watchman.turn_minute()
        assert [told.type for told in book.history(limit=9)] == [Turn.RAISED]
        assert courier.deliver_due() == 1
        assert (post.bodies[0]["type"], book.state() is not None) == ("alarm.raised", True)


def test_its_threads_start_and_stop(tmp_path: Path) -> None:
    scene, post = Scene(), Post()
    with closing(Book(tmp_path)) as book:
        courier = Courier(book, post, clock=lambda: 0.0, random=Random(1))
        watchman = Watchman(scene.watch, book, courier, clock=lambda: 0.0)
        watchman.start()
        assert watchman.stop()
        assert book.state() is not None


def test_free_space_is_told_of_a_folder_that_is_not_there_yet(tmp_path: Path) -> None:
    assert (free_disk_mb(tmp_path / "a" / "b") or 0.0) > 0


def add_webhook(book: Book) -> None:
    book.add(
        Webhook("wh_1", "https://example.org/", "", SUBSCRIBED, True, 0.0, None, None, None),
        secret="whsec_AAAA",
    )


def test_residuals_reach_the_detectors(learned: dict[str, Any]) -> None:
    class Detector:
        def __init__(self) -> None:
            self.values: list[float] = []
            self.num_changes, self.changed_s = 0, None

        def learn_many(self, values: list[float], *, at_s: float) -> int:
            self.values += values
            return 0

    streams = {"acceptance": Detector(), "calibration": Detector()}
    scene = Scene(learned)
    scene.watch._open_streams = lambda: streams
    scene.outcomes(10, taken=135)
    scene.minutes(1, shown=10, taken=3)
    assert np.isclose(np.mean(streams["acceptance"].values), 0.0, atol=1e-3)
    assert streams["calibration"].values == [0.5] * 3 + [-0.5] * 7
    assert scene.watch.standing().changes == {"acceptance": (0, None), "calibration": (0, None)}
