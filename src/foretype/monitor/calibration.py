"""Is a suggestion right as often as it says? Expected calibration error over the latest outcomes.

It does not know which suggestions were never answered for: a client that reports only accepts looks badly calibrated.
"""

from __future__ import annotations

from collections import deque

import numpy as np
from numpy.typing import NDArray

from foretype.monitor.evidence import Floats

NUM_BINS = 10
KEPT_OUTCOMES = 2000  # the latest so many, and the rest of their minute: chance alone makes 0.02 of ECE there
MIN_OUTCOMES = 500
MAX_ECE = 0.1  # a ranker ships at 0.03 or less; at 0.1 a word said to be likely is a coin's throw


class Calibration:
    """Counts, by confidence, how often suggestions were right.

    >>> calibration = Calibration()
    >>> calibration.learn_many(np.full(1000, 0.8), np.arange(1000) % 2 == 0)
    >>> round(calibration.ece(), 2), calibration.score() > 1
    (0.3, True)
    """

    def __init__(self) -> None:
        self._minutes: deque[Floats] = deque()  # (3, NUM_BINS): outcomes, sum of confidences, right ones
        self._sums = np.zeros((3, NUM_BINS))

    def learn_many(self, confidences: Floats, right: NDArray[np.bool_]) -> None:
        """Count one minute's outcomes."""
        bins = np.clip((confidences * NUM_BINS).astype(int), 0, NUM_BINS - 1)
        weights = (None, confidences, right.astype(float))
        counted: Floats = np.stack(
            [np.bincount(bins, weights=weight, minlength=NUM_BINS) for weight in weights]
        ).astype(float)
        self._minutes.append(counted)
        self._sums += counted
        while self._sums[0].sum() - self._minutes[0][0].sum() >= KEPT_OUTCOMES:
            self._sums -= self._minutes.popleft()

    @property
    def num_outcomes(self) -> int:
        return round(float(self._sums[0].sum()))

    def ece(self) -> float:
        """Mean distance between what was said and what came true, weighted by outcomes; 0 when nothing was seen."""
        _, said, right = self._sums
        return float(np.abs(said - right).sum() / max(self.num_outcomes, 1))

    def score(self) -> float:
        """How alarming: 1 where what chance cannot explain of the error reaches MAX_ECE."""
        if self.num_outcomes < MIN_OUTCOMES:
            return 0.0
        return max(0.0, self.ece() - self._by_chance()) / MAX_ECE

    def bins(self) -> list[tuple[float, float, int]]:
        """Mean confidence, share right and outcomes of each bin that has any: the reliability diagram."""
        return [
            (float(said / num), float(right / num), round(num))
            for num, said, right in self._sums.T
            if num > 0.5
        ]

    def _by_chance(self) -> float:
        """The error that a perfectly calibrated ranker would show here."""
        num, said, _ = self._sums
        rate = np.clip(said / np.maximum(num, 1.0), 0.0, 1.0)
        return float(np.sqrt(2 / np.pi * num * rate * (1 - rate)).sum() / max(self.num_outcomes, 1))
