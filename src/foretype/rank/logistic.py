"""The simplest ranker: logistic regression on standardised features, fitted by Newton's method. What trees must beat.

It does not know calibration.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from foretype.rank.schema import CATEGORIES

MAX_STEPS = 25
TOLERANCE = 1e-6


@dataclass(frozen=True, slots=True)
class Logistic:
    """Weights over standardised columns, the last one a constant."""

    columns: tuple[int, ...]
    mean: NDArray[np.float64]
    scale: NDArray[np.float64]
    weights: NDArray[np.float64]  # (columns + 1,)

    def raw_logits(self, features: NDArray[np.float32]) -> NDArray[np.float32]:
        """Shape (n,), of features (n, F)."""
        columns = (features[:, list(self.columns)] - self.mean) / self.scale
        logits: NDArray[np.float64] = columns @ self.weights[:-1] + self.weights[-1]
        return logits.astype(np.float32)


def fit_logistic(
    features: NDArray[np.float32], is_right: NDArray[np.bool_], *, used: list[int], ridge: float = 1.0
) -> Logistic:
    """The weights of highest penalised likelihood; categories are left out, as their codes are no numbers."""
    columns = [at for at in used if at not in CATEGORIES]
    chosen = features[:, columns].astype(np.float64)
    mean, scale = chosen.mean(0), chosen.std(0)
    scale = np.where(scale > 0, scale, 1.0)
    design = np.column_stack([(chosen - mean) / scale, np.ones(len(chosen))])
    penalty = ridge * np.eye(design.shape[1])
    penalty[-1, -1] = 0.0
    weights = np.zeros(design.shape[1])
    for _ in range(MAX_STEPS):
        probs = 1.0 / (1.0 + np.exp(-np.clip(design @ weights, -30, 30)))
        gradient = design.T @ (is_right - probs) - penalty @ weights
        curvature = (design * (probs * (1 - probs))[:, None]).T @ design + penalty
        step = np.linalg.solve(curvature + 1e-9 * np.eye(len(weights)), gradient)
        weights += step
        if np.abs(step).max() < TOLERANCE:
            break
    return Logistic(tuple(columns), mean, scale, weights)
