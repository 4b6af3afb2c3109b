"""Calibration: scores bent so that of all proposals said to be right with 0.3, three in ten are.

Isotonic (pool adjacent violators, Ayer et al. 1955) over equal-sized bins of the scores, read off as a line of pieces. It
does not know what scored.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

NUM_BINS = 60
EDGE_LOGIT = 7.0  # nothing is said to be surer than 0.999
ECE_BINS = 15


@dataclass(frozen=True, slots=True)
class Calibration:
    """Points of a rising line from raw to calibrated logits; straight between them, flat beyond."""

    raw: tuple[float, ...]
    calibrated: tuple[float, ...]

    def logits(self, raw: NDArray[np.float32]) -> NDArray[np.float32]:
        """Calibrated logits, shape as `raw`."""
        return np.interp(raw, self.raw, self.calibrated).astype(np.float32)


def fit_calibration(raw: NDArray[np.float32], is_right: NDArray[np.bool_]) -> Calibration:
    """A line that is right on average in every bin of the given scores."""
    order = np.argsort(raw, kind="stable")
    bins = np.array_split(order, min(NUM_BINS, max(len(order) // 50, 1)))
    centres = np.array([raw[each].mean() for each in bins])
    rights = np.array([is_right[each].sum() + 0.5 for each in bins])  # half a pseudo-count: no bin is certain
    sizes = np.array([len(each) + 1.0 for each in bins])
    rates = pooled(rights, sizes)
    logits = np.clip(np.log(rates) - np.log1p(-rates), -EDGE_LOGIT, EDGE_LOGIT)
    kept = np.append(np.diff(centres) > 0, True)
    return Calibration(tuple(centres[kept].tolist()), tuple(logits[kept].tolist()))


def pooled(rights: NDArray[np.float64], sizes: NDArray[np.float64]) -> NDArray[np.float64]:
    """Rates of neighbouring bins, pooled until they rise.

    >>> pooled(np.array([1.0, 3.0, 2.0]), np.array([10.0, 10.0, 10.0])).tolist()
    [0.1, 0.25, 0.25]
    """
    pools: list[tuple[float, float, int]] = []
    for right, size in zip(rights, sizes, strict=True):
        pool = (float(right), float(size), 1)
        while pools and pools[-1][0] * pool[1] >= pool[0] * pools[-1][1]:
            before = pools.pop()
            pool = (before[0] + pool[0], before[1] + pool[1], before[2] + pool[2])
        pools.append(pool)
    return np.concatenate([np.full(count, right / size) for right, size, count in pools])


def expected_calibration_error(probs: NDArray[np.float32], is_right: NDArray[np.bool_]) -> float:
    """Mean distance between what is said and what is true, over equal-sized bins (Naeini et al. 2015)."""
    order = np.argsort(probs, kind="stable")
    gaps = [
        len(each) * abs(float(probs[each].mean()) - float(is_right[each].mean()))
        for each in np.array_split(order, ECE_BINS)
        if len(each)
    ]
    return sum(gaps) / max(len(probs), 1)


def sigmoid(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    """Probabilities of logits, which lie within some tens; the same on every processor, as exp in 32 bits is not."""
    return (1.0 / (1.0 + np.exp(-logits.astype(np.float64)))).astype(np.float32)
