"""Rankers against each other on held-out rows: foresight, calibration and choices, with intervals of the differences.

Choices are made as rank/choosing.py makes them, at two settings: as often as the fixed gate with its price of a wrong look,
and at half of all keys with a higher price. Intervals are bootstrapped over messages; all rankers share the draws. It does
not know how anything was trained.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from foretype.compose.gate import Gate
from foretype.evals.metrics import SEED, Estimate
from foretype.rank.calibration import ECE_BINS
from foretype.rank.choosing import Shown, best_of_each_key, shown_by_gate
from foretype.rank.rows import OutcomeRows

NUM_DRAWS = 300
LEAST_PROB = 1e-6
HALF, HALF_PRICE = 0.5, 2.0  # of all keys; keys that a wrong look costs: foretype.rank.training.TYPICAL_PRICE
DIGITS = 5

Floats: TypeAlias = NDArray[np.float32]
Draws: TypeAlias = NDArray[
    np.float64
]  # (draws, messages): how often each is drawn; in the first row once each
Figures: TypeAlias = Mapping[str, NDArray[np.float64]]  # by name, a value for each draw


def draws_of(rows: OutcomeRows) -> Draws:
    """Resamples of the messages; the first are the messages as they are."""
    num = int(rows.message.max()) + 1
    drawn = np.random.default_rng(SEED).integers(num, size=(NUM_DRAWS, num))
    counted = [np.bincount(draw, minlength=num) for draw in drawn]
    return np.stack([np.ones(num), *counted]).astype(np.float64)


def judge(rows: OutcomeRows, probs: Floats, draws: Draws) -> Figures:
    """The figures of a ranker that gives each row this probability of being right."""
    often = best_of_each_key(rows, probs, wrong_look=Gate().wrong_look).at(shown_by_gate(rows).coverage)
    half = best_of_each_key(rows, probs, wrong_look=HALF_PRICE).at(HALF)
    return _figures(rows, probs, often, half, draws)


def judge_gate(rows: OutcomeRows, probs: Floats, draws: Draws) -> Figures:
    """The same of what the fixed gate shows, its dial turned for half the keys; `probs` are those that it goes by."""
    gate = shown_by_gate(rows)
    return _figures(rows, probs, gate, gate.at(HALF), draws)


def gained(ours: Figures, theirs: Figures) -> Figures:
    """Our figures less theirs, draw by draw."""
    return {name: ours[name] - theirs[name] for name in ours}


def estimates(found: Figures) -> dict[str, Estimate]:
    """Each figure over all messages, and the middle 95 % of what other draws of them give."""
    return {name: _estimate(values) for name, values in found.items()}


def as_line(found: Figures) -> dict[str, object]:
    """The same, rounded for JSON."""
    return {
        name: {key: round(value, DIGITS) for key, value in asdict(each).items()}
        for name, each in estimates(found).items()
    }


@dataclass(frozen=True, slots=True)
class _Totals:
    """Sums over rows, for each draw."""

    message: NDArray[np.int64]
    draws: Draws

    def of(self, values: NDArray[np.generic] | NDArray[np.bool_]) -> NDArray[np.float64]:
        return self.draws @ np.bincount(self.message, values, minlength=self.draws.shape[1])


def _figures(rows: OutcomeRows, probs: Floats, often: Shown, half: Shown, draws: Draws) -> Figures:
    totals = _Totals(rows.message, draws)
    clipped = np.clip(probs.astype(np.float64), LEAST_PROB, 1 - LEAST_PROB)
    losses = -np.where(rows.is_right, np.log(clipped), np.log1p(-clipped))
    keys = totals.of(np.append(True, np.diff(rows.place) != 0))
    return {
        "auc": _area_under_curve(rows, probs, draws),
        "log_loss": totals.of(losses) / totals.of(np.ones(len(rows))),
        "ece": _calibration_error(rows, probs, draws),
        **_choice(rows, probs, often, keys, draws, name="often"),
        **_choice(rows, probs, half, keys, draws, name="half"),
    }


def _choice(
    rows: OutcomeRows, probs: Floats, shown: Shown, keys: NDArray[np.float64], draws: Draws, *, name: str
) -> Figures:
    """Share of keys with something shown, share of that which is right, wrong shows and keys saved a key."""
    which = shown.rows
    picked = rows.chosen(which)
    totals = _Totals(picked.message, draws)
    num_shown, num_right = totals.of(np.ones(len(which))), totals.of(picked.is_right)
    saved = np.maximum(picked.right_chars - picked.right_words, 0)
    return {
        f"{name}_coverage": num_shown / keys,
        f"{name}_right": num_right / num_shown,
        f"{name}_wrong": (num_shown - num_right) / keys,
        f"{name}_saved": totals.of(saved) / keys,
        f"{name}_ece": _calibration_error(picked, probs[which], draws),
    }


def _area_under_curve(rows: OutcomeRows, probs: Floats, draws: Draws) -> NDArray[np.float64]:
    """Chance that a right proposal is said to be likelier than a wrong one; ties count half."""
    order = np.argsort(probs, kind="stable")
    ends = np.flatnonzero(np.append(np.diff(probs[order]) != 0, True))
    message, is_right = rows.message[order], rows.is_right[order]

    def area(draw: NDArray[np.float64]) -> float:
        weights = draw[message]
        right = np.diff(np.cumsum(weights * is_right)[ends], prepend=0)
        wrong = np.diff(np.cumsum(weights * ~is_right)[ends], prepend=0)
        return float(right @ (np.cumsum(wrong) - wrong / 2)) / float(right.sum() * wrong.sum())

    return np.array([area(draw) for draw in draws])


def _calibration_error(rows: OutcomeRows, probs: Floats, draws: Draws) -> NDArray[np.float64]:
    """Mean distance of what is said and what is true, over bins of equally many rows; bins stay as drawn first."""
    bins = np.empty(len(probs), np.int64)
    bins[np.argsort(probs, kind="stable")] = np.arange(len(probs)) * ECE_BINS // max(len(probs), 1)
    gaps = np.zeros((draws.shape[1], ECE_BINS))
    np.add.at(gaps, (rows.message, bins), rows.is_right - probs.astype(np.float64))
    distances: NDArray[np.float64] = np.abs(draws @ gaps).sum(axis=1)
    return distances / _Totals(rows.message, draws).of(np.ones(len(probs)))


def _estimate(values: NDArray[np.float64]) -> Estimate:
    low, high = np.quantile(values[1:], (0.025, 0.975))
    return Estimate(float(values[0]), float(low), float(high))
