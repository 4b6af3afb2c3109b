"""A small world of outcomes: a frozen scorer that errs in a known way, writers with habits, and a journal's columns.

It does not know what is learned from it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from foretype.rank.journal_file import Kept
from foretype.rank.online.lessons import ACCEPTED
from foretype.rank.outcome import OUTCOMES
from foretype.rank.schema import FEATURES, NAMES

IGNORED = len(OUTCOMES) - 1
LOG_PROB, LENGTH, KIND = (NAMES.index(name) for name in ("log_prob", "length", "kind"))


@dataclass(frozen=True, slots=True)
class BlendScorer:
    """Takes the blend's own probability, wrong by so many logits."""

    error: float = 0.0

    def score_many(self, features: NDArray[np.float32]) -> NDArray[np.float32]:
        odds = logit(np.exp(features[:, LOG_PROB])) + self.error
        return sigmoid(odds).astype(np.float32)


def logit(probs: NDArray[np.float32]) -> NDArray[np.float32]:
    cut = np.clip(probs, 1e-4, 1 - 1e-4)
    found: NDArray[np.float32] = np.log(cut / (1 - cut)).astype(np.float32)
    return found


def sigmoid(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    found: NDArray[np.float32] = (1 / (1 + np.exp(-logits))).astype(np.float32)
    return found


def some_features(random: np.random.Generator, num: int) -> NDArray[np.float32]:
    """Rows of proposals: their probability and length vary, the rest is what a mail's middle looks like."""
    rows = np.zeros((num, len(FEATURES)), np.float32)
    rows[:, LOG_PROB] = np.log(random.beta(2, 3, num))
    rows[:, LENGTH] = random.integers(2, 20, num)
    return rows


def some_outcomes(
    random: np.random.Generator,
    num: int,
    *,
    first: int = 1,
    at: int = 1_000,
    users: NDArray[np.int64] | None = None,
    shift: float | NDArray[np.float32] = 0.0,
) -> Kept:
    """Outcomes of suggestions that are right as often as the blend says, but for `shift` logits."""
    features = some_features(random, num)
    truth = sigmoid((logit(np.exp(features[:, LOG_PROB])) + shift).astype(np.float32))
    is_right = random.random(num) < truth
    nobody = np.zeros(num, np.int64)
    return Kept(
        numbers=np.arange(first, first + num, dtype=np.int64),
        at=np.full(num, at, np.int64),
        users=nobody if users is None else users,
        domains=nobody,
        outcomes=np.where(is_right, ACCEPTED, IGNORED).astype(np.int8),
        persisted=np.where(is_right, 1, -1).astype(np.int8),
        features=features,
    )
