"""Claims about calibration, features and change detectors."""

from __future__ import annotations

import importlib.util

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foretype.compose.outcomes import Ended
from foretype.compose.place import Hypothesis
from foretype.compose.request import OutcomeKind
from foretype.errors import InputError
from foretype.monitor.calibration import Calibration
from foretype.monitor.facts import FEATURES
from foretype.monitor.psi import Edges, FeatureWatch, psi, reference_of
from foretype.monitor.ranker_features import RankerFeatures, ranker_reference
from foretype.rank.features import row_of
from situations import a_situation, grown

EDGES = Edges(("confidence", "words"), ((0.25, 0.5, 0.75), (1.0, 2.0)))
HOUR_S = 3600.0
WORD = Hypothesis("report", "report", 0.5, {"background": 1.0})


def rows(num: int, *, seed: int, shift: float = 0.0) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    random = np.random.default_rng(seed)
    return np.stack([np.clip(random.random(num) + shift, 0, 1), random.integers(1, 4, num)], axis=1)


def learned(watch: FeatureWatch, *, hours: range, shift: float = 0.0) -> FeatureWatch:
    for hour in hours:
        watch.learn_many(hour * HOUR_S, rows(100, seed=hour, shift=shift))
    return watch


def test_the_same_population_is_steady_and_another_has_drifted() -> None:
    watch = learned(FeatureWatch(EDGES), hours=range(200))
    assert [state.level for state in watch.states()] == ["steady", "steady"]
    learned(watch, hours=range(200, 230), shift=0.4)
    assert [state.level for state in watch.states()] == ["drifted", "steady"]


def test_the_first_week_is_learned_and_judges_nothing() -> None:
    watch = learned(FeatureWatch(EDGES), hours=range(100))
    assert {(state.level, state.psi) for state in watch.states()} == {("learning", None)}


def test_a_reference_kept_beside_a_ranker_judges_at_once() -> None:
    kept = learned(FeatureWatch(EDGES), hours=range(200)).saved()
    watch = learned(FeatureWatch.restored(kept), hours=range(20), shift=0.4)
    assert watch.states()[0].level == "drifted"


def test_a_foreign_reference_is_refused() -> None:
    kept = FeatureWatch(EDGES).saved()
    for damage in ({"names": ["one"]}, {"counts": [[1.0], [2.0]]}, {"edges": "x"}, {"num_learning": "soon"}):
        with pytest.raises(InputError, match="feature reference"):
            FeatureWatch.restored(kept | damage)


@given(
    st.lists(st.integers(0, 1000), min_size=3, max_size=3),
    st.lists(st.integers(0, 1000), min_size=3, max_size=3),
)
def test_psi_is_never_negative_and_symmetric(one: list[int], other: list[int]) -> None:
    first, second = np.array(one, float), np.array(other, float)
    assert psi(first, second) >= -1e-12
    assert np.isclose(psi(first, second), psi(second, first))


@settings(deadline=None)
@given(st.integers(0, 1000))
def test_a_calibrated_ranker_never_alarms(seed: int) -> None:
    random = np.random.default_rng(seed)
    calibration = Calibration()
    for _ in range(30):
        confidences = random.random(200)
        calibration.learn_many(confidences, random.random(200) < confidences)
    assert calibration.score() < 0.5 and calibration.ece() < 0.06
    assert 2000 <= calibration.num_outcomes < 2400


def test_a_ranker_that_claims_too_much_does() -> None:
    random = np.random.default_rng(1)
    calibration = Calibration()
    confidences = random.random(1000)
    calibration.learn_many(confidences, random.random(1000) < confidences * 0.6)
    assert calibration.score() > 1
    assert all(share < confidence for confidence, share, num in calibration.bins() if num > 80)


def test_an_adaptive_window_sees_a_change_and_not_a_steady_stream() -> None:
    if importlib.util.find_spec("river") is None:
        pytest.skip("needs the drift extra")
    from foretype.monitor.adwin import Changes

    random = np.random.default_rng(3)
    changes = Changes()
    assert changes.learn_many((random.random(20_000) < 0.27) - 0.27, at_s=1.0) == 0
    assert changes.learn_many((random.random(20_000) < 0.21) - 0.27, at_s=2.0) >= 1
    assert changes.changed_s == 2.0 and changes.mean < -0.03


def test_a_rankers_features_are_watched_against_its_training_rows() -> None:
    random = np.random.default_rng(5)

    def one(letters: int) -> Ended:
        situation = a_situation(num_typed=int(random.integers(0, letters)))
        return Ended("a", None, OutcomeKind.IGNORED, 0, grown((WORD,)), situation, "m", 1.0)

    trained = np.stack([row_of(each.path, each.situation) for each in (one(4) for _ in range(2000))])
    steady, moved = RankerFeatures(ranker_reference(trained)), RankerFeatures(ranker_reference(trained))
    for minute in range(10):
        for _ in range(200):
            steady.note(one(4))
            moved.note(one(12))
        steady.turn_minute(60.0 * minute)
        moved.turn_minute(60.0 * minute)
    drifted = [state.feature for state in moved.states() if state.level == "drifted"]
    assert "ranker_typed" in drifted and len(drifted) < 5
    assert {state.level for state in steady.states()} == {"steady"}
    assert not {state.feature for state in moved.states()} & set(FEATURES.names)
    with pytest.raises(InputError, match="other features"):
        RankerFeatures(reference_of(["one"], np.ones((10, 1))))
