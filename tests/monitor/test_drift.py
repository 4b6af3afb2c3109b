"""Claims about calibration, features and change detectors."""

from __future__ import annotations

import importlib.util

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foretype.errors import InputError
from foretype.monitor.calibration import Calibration
from foretype.monitor.psi import Edges, FeatureWatch, psi

EDGES = Edges(("confidence", "words"), ((0.25, 0.5, 0.75), (1.0, 2.0)))
HOUR_S = 3600.0


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
    assert watch.score() > 1


def test_the_first_week_is_learned_and_judges_nothing() -> None:
    watch = learned(FeatureWatch(EDGES), hours=range(100))
    assert {state.level for state in watch.states()} == {"learning"} and watch.score() == 0


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
