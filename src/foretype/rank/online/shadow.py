"""The shadow: what a new ranker would have claimed of the suggestions that the present one showed.

The journal keeps the features that each was decided by, so nothing is scored at a key: the new one is asked afterwards, as
often as one likes. What the present one did not show has no outcome; so this judges claims and choice among what was shown,
not what the new one would show besides. It does not know who decides upon it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from foretype.rank.calibration import expected_calibration_error
from foretype.rank.online.lessons import Lessons
from foretype.rank.schema import NAMES

FIRST_LOOK = 500  # outcomes; the next looks are at twice as many each, so that few looks share the doubt
NUM_DRAWS = 400
CONFIDENCE = 0.99
LEAST_GAIN = 0.0  # nats of log loss
MAX_ECE_LOSS = 0.02
MIN_USERS = 30  # to draw whole ones
BLOCK = 20  # outcomes, some minutes of a writer: neighbours are alike
KEPT_SHARE = 0.7  # of what was shown: the surer part that each would go on showing
_LENGTH = NAMES.index("length")

Probs = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Interval:
    """A figure, and where it lies in CONFIDENCE of draws."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """The new ranker less the present one, on the same outcomes; below zero is better but for precision."""

    num_outcomes: int
    log_loss: Interval
    calibration_error: Interval
    precision: Interval  # of the surest KEPT_SHARE of what was shown

    @property
    def is_better(self) -> bool:
        return self.log_loss.high < -LEAST_GAIN and self.calibration_error.low < MAX_ECE_LOSS

    @property
    def is_worse(self) -> bool:
        return self.log_loss.low > 0


def is_time_to_look(num_before: int, num_now: int) -> bool:
    """Whether the next look is due: at 500, 1,000, 2,000, ... outcomes.

    >>> [is_time_to_look(*pair) for pair in ((0, 499), (499, 510), (510, 990), (900, 1_000))]
    [False, True, False, True]
    """
    return _looks(num_now) > _looks(num_before)


def compare(lessons: Lessons, present: Probs, new: Probs, *, random: np.random.Generator) -> Comparison:
    """Claims of both (n,) against what came, with intervals from draws of whole users.

    Lessons of nobody count as a user each. Where there are few users, runs of BLOCK outcomes are drawn instead.
    """
    right = lessons.labels
    gains = _losses(new, right) - _losses(present, right)
    precision: NDArray[np.float64] = _kept(new, lessons) * right - _kept(present, lessons) * right
    draws = _draws(lessons.users, random)
    sizes = np.maximum(draws.sum(axis=1), 1)
    errors = [_calibration_gain(present, new, right >= 0.5, draw) for draw in draws[:100]]
    return Comparison(
        len(lessons),
        _interval(float(gains.mean()), draws @ gains / sizes),
        _interval(_calibration_gain(present, new, right >= 0.5, np.ones(len(right))), np.array(errors)),
        _interval(float(precision.mean() / KEPT_SHARE), draws @ precision / sizes / KEPT_SHARE),
    )


def _looks(num: int) -> int:
    return 0 if num < FIRST_LOOK else 1 + int(np.log2(num / FIRST_LOOK))


def _losses(probs: Probs, right: Probs) -> NDArray[np.float64]:
    cut = np.clip(probs.astype(np.float64), 1e-4, 1 - 1e-4)
    return np.asarray(-right * np.log(cut) - (1 - right) * np.log1p(-cut), np.float64)


def _kept(probs: Probs, lessons: Lessons) -> NDArray[np.float64]:
    """Which it would go on showing if it had to leave out the least useful part."""
    worth = probs * lessons.features[:, _LENGTH]
    return np.asarray(worth >= np.quantile(worth, 1 - KEPT_SHARE), np.float64)


def _draws(users: NDArray[np.int64], random: np.random.Generator) -> NDArray[np.float64]:
    """How often each lesson comes in each draw (draws, n): a Poisson bootstrap of users, or of runs of outcomes."""
    places = np.arange(1, len(users) + 1)
    names, which = np.unique(np.where(users == 0, -places, users), return_inverse=True)
    if len(names) < MIN_USERS:
        which = places // BLOCK
    return random.poisson(1.0, (NUM_DRAWS, which.max() + 1))[:, which].astype(np.float64)


def _calibration_gain(
    present: Probs, new: Probs, right: NDArray[np.bool_], weights: NDArray[np.float64]
) -> float:
    picked = np.repeat(np.arange(len(right)), weights.astype(np.int64))
    found = [expected_calibration_error(probs[picked], right[picked]) for probs in (new, present)]
    return found[0] - found[1]


def _interval(value: float, draws: NDArray[np.float64]) -> Interval:
    low, high = np.quantile(draws, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
    return Interval(value, float(low), float(high))
