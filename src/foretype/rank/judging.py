"""Judging probabilities and choices on rows that nobody learned from, with intervals over messages.

It does not know what gave the probabilities.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from foretype.rank.calibration import expected_calibration_error
from foretype.rank.choosing import Shown, shown_by_gate, worth_of
from foretype.rank.rows import OutcomeRows

DRAWS = 400  # of messages, with replacement
LEAST_PROB = 1e-6


@dataclass(frozen=True, slots=True)
class Interval:
    """A value and the middle 95 % of what other messages would have given."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Foresight:
    """How well probabilities foresee what is right."""

    auc: float
    log_loss: float
    ece: float


@dataclass(frozen=True, slots=True)
class Against:
    """A choice against the fixed gate's at the same coverage: ratios less one."""

    coverage: float
    right: float
    right_of_gate: float
    wrong: Interval  # -0.25: a quarter fewer wrong shows
    saved: Interval
    ece: float  # of what is shown


def foresight(probs: NDArray[np.float32], is_right: NDArray[np.bool_]) -> Foresight:
    """AUC, mean log loss in nats, and expected calibration error over all rows."""
    clipped = np.clip(probs.astype(np.float64), LEAST_PROB, 1 - LEAST_PROB)
    losses = -np.where(is_right, np.log(clipped), np.log1p(-clipped))
    return Foresight(
        area_under_curve(probs, is_right), float(losses.mean()), expected_calibration_error(probs, is_right)
    )


def area_under_curve(scores: NDArray[np.float32], is_right: NDArray[np.bool_]) -> float:
    """Probability that a right row scores above a wrong one; ties count half.

    >>> area_under_curve(np.array([0.1, 0.4, 0.4, 0.9]), np.array([False, False, True, True]))
    0.875
    """
    _, where, counts = np.unique(scores, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[where]
    num_right = int(is_right.sum())
    num_wrong = len(is_right) - num_right
    total = float(ranks[is_right].sum()) - num_right * (num_right + 1) / 2
    return total / (num_right * num_wrong) if num_right and num_wrong else float("nan")


def against_gate(shown: Shown, rows: OutcomeRows, probs: NDArray[np.float32], *, seed: int = 0) -> Against:
    """What is shown against what the fixed gate shows when its own dial is turned to the same coverage."""
    gate = shown_by_gate(rows).at(shown.coverage)
    ours, theirs = worth_of(shown, rows), worth_of(gate, rows)
    return Against(
        coverage=shown.coverage,
        right=ours.right,
        right_of_gate=theirs.right,
        wrong=_ratio(rows, shown, gate, lambda at: (~rows.is_right[at]).astype(float), seed=seed),
        saved=_ratio(rows, shown, gate, lambda at: _saved(rows, at), seed=seed),
        ece=expected_calibration_error(probs[shown.rows], rows.is_right[shown.rows]),
    )


def coverage_at_precision(shown: Shown, rows: OutcomeRows, *, precision: float) -> float:
    """The largest coverage at which at least this share of what is shown is right; 0 for none."""
    right = rows.is_right[shown.rows]
    shares = np.cumsum(right) / np.arange(1, len(right) + 1)
    enough = np.flatnonzero(shares >= precision)
    return float(enough[-1] + 1) / shown.num_keys if len(enough) else 0.0


def _saved(rows: OutcomeRows, at: NDArray[np.int64]) -> NDArray[np.float64]:
    saved: NDArray[np.int16] = np.maximum(rows.right_chars[at] - rows.right_words[at], 0)
    return saved.astype(np.float64)


def _ratio(
    rows: OutcomeRows,
    ours: Shown,
    theirs: Shown,
    amount: Callable[[NDArray[np.int64]], NDArray[np.float64]],
    *,
    seed: int,
) -> Interval:
    """Our total over theirs, less one, over messages drawn again and again."""
    num_messages = int(rows.message.max()) + 1
    totals = [
        np.bincount(rows.message[each.rows], amount(each.rows), num_messages) for each in (ours, theirs)
    ]
    drawn = np.random.default_rng(seed).integers(0, num_messages, (DRAWS, num_messages))
    ratios = totals[0][drawn].sum(1) / np.maximum(totals[1][drawn].sum(1), 1e-9) - 1
    low, high = np.quantile(ratios, [0.025, 0.975])
    value = totals[0].sum() / max(totals[1].sum(), 1e-9) - 1
    return Interval(float(value), float(low), float(high))
