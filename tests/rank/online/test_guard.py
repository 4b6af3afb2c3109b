"""The guard: a bad ranker goes soon, a good one stays for hundreds of weeks however often one looks."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from foretype.rank.online.guard import ALPHA, MIN_RATE_OUTCOMES, Before, Guard, Wealth
from online_world import logit, sigmoid

WEEK = 5_000  # outcomes of one busy writer
KNOWN, UNKNOWN = Before(2_000, 800), Before(0, 0)
AT_ONCE = 100


def outcomes(
    random: np.random.Generator, num: int, *, over: float
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Claims that are `over` logits too high, and what came."""
    claims = random.beta(4, 6, num).astype(np.float32)
    return claims, random.random(num) < sigmoid(logit(claims) - np.float32(over))


def falls_after(over: float, *, seed: int, before: Before = UNKNOWN) -> float:
    """Outcomes until the guard speaks, infinity if it never does in a week."""
    guard = Guard(before)
    claims, is_right = outcomes(np.random.default_rng(seed), WEEK, over=over)
    for start in range(0, WEEK, AT_ONCE):
        guard.saw(claims[start : start + AT_ONCE], is_right[start : start + AT_ONCE])
        if guard.verdict:
            return start + AT_ONCE
    return np.inf


def test_a_good_ranker_stays_through_200_weeks() -> None:
    assert not [seed for seed in range(200) if np.isfinite(falls_after(0.0, seed=seed, before=KNOWN))]


def test_a_ranker_as_bad_as_allowed_falls_no_oftener_than_the_bound() -> None:
    falls = sum(np.isfinite(falls_after(0.3, seed=seed)) for seed in range(200))
    assert falls <= 3  # ALPHA * 200 = 0.2 expected at most; four come with a chance of 6e-5


@pytest.mark.parametrize(("over", "within"), [(1.0, 1_000), (2.0, 300), (3.0, 200)])
def test_a_ranker_that_claims_too_much_goes(over: float, within: int) -> None:
    assert np.quantile([falls_after(over, seed=seed) for seed in range(40)], 0.95) <= within


def test_a_ranker_that_claims_rightly_but_takes_worse_goes_by_its_rate() -> None:
    random, guard = np.random.default_rng(3), Guard(Before(2_000, 1_200))
    claims = np.full(3_000, 0.3, np.float32)
    guard.saw(claims, random.random(3_000) < 0.3)
    assert guard.verdict and "the one before" in guard.verdict


def test_where_little_is_known_of_before_only_claims_count() -> None:
    assert Before(MIN_RATE_OUTCOMES - 1, 300).least_rate is None
    assert Before(10_000, 4_000).least_rate == pytest.approx(0.4 * 0.85, abs=0.02)


def test_looking_in_parts_is_looking_at_once() -> None:
    claims, is_right = outcomes(np.random.default_rng(5), 500, over=1.0)
    once, parts = Wealth(), Wealth()
    once.bet(claims, is_right)
    for start in range(0, 500, 7):
        parts.bet(claims[start : start + 7], is_right[start : start + 7])
    assert parts.highest == pytest.approx(once.highest) and parts.logs == pytest.approx(once.logs)


def test_a_bet_against_the_truth_gains_nothing_on_average() -> None:
    """The mean of the wealth stays below one: what the bound stands on, computed exactly for one outcome."""
    for allowed in (0.05, 0.3, 0.8):
        for truth in (allowed, min(0.99, allowed + 0.1)):
            gains = [Wealth(), Wealth()]
            for wealth, came in zip(gains, (True, False), strict=True):
                wealth.bet(np.array([allowed]), np.array([came]))
            mean = truth * np.exp(gains[0].logs) + (1 - truth) * np.exp(gains[1].logs)
            assert (mean <= 1 + 1e-9).all()
    assert ALPHA <= 0.001
