"""The shadow tells a better ranker from a worse one on the same outcomes, and says how sure it is."""

from __future__ import annotations

import numpy as np

from foretype.rank.online.lessons import Lessons, lessons_of
from foretype.rank.online.shadow import Comparison, compare
from online_world import BlendScorer, some_outcomes


def lessons(num: int, *, seed: int) -> Lessons:
    random = np.random.default_rng(seed)
    kept = some_outcomes(random, num, users=random.integers(1, 40, num))
    return lessons_of(kept, kept_share=1.0)


def compared(present: float, new: float, *, num: int = 1_000, seed: int = 1) -> Comparison:
    seen = lessons(num, seed=seed)
    claims = [BlendScorer(error).score_many(seen.features) for error in (present, new)]
    return compare(seen, claims[0], claims[1], random=np.random.default_rng(2))


def test_a_ranker_that_claims_rightly_beats_one_that_claims_too_much() -> None:
    found = compared(1.0, 0.0)
    assert found.is_better and not found.is_worse
    assert found.log_loss.low < found.log_loss.value < found.log_loss.high < 0
    assert found.calibration_error.value < -0.1


def test_the_same_ranker_is_neither_better_nor_worse() -> None:
    found = compared(0.5, 0.5)
    assert not found.is_better and not found.is_worse and found.log_loss.value == 0.0


def test_a_worse_one_is_seen() -> None:
    assert compared(0.0, 1.0).is_worse


def test_a_ranker_no_better_takes_over_seldom() -> None:
    """Errors of a quarter logit to either side are as good as each other; one look at 99 % each."""
    better = sum(compared(0.25, -0.25, num=500, seed=seed).is_better for seed in range(30))
    assert better <= 3
