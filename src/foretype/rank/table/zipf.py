"""What a Zipf stream is expected to touch: the r-th of N ids comes with probability r**-s / (1 + 2**-s + ... + N**-s).

Ranks beyond the first 20,000 are taken in bins that grow by 0.2 %, so a billion ids take 5,500 bins; sums differ from the
exact ones by less than one in 10,000 (tests/rank/table/test_plan.py). It does not know what an id costs.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from foretype.errors import InputError

EXACT_RANKS = 20_000
BIN_GROWTH = 1.002


@dataclass(frozen=True, slots=True)
class Ranks:
    """Ids by bins: how many are in each, and the probability of one of them."""

    counts: NDArray[np.float64]
    probabilities: NDArray[np.float64]

    def touched(self, num_draws: float) -> float:
        """Different ids expected in so many draws.

        >>> round(zipf_ranks(1_000, exponent=0.0).touched(1_000))  # of equally likely ones 1 - 1/e
        632
        """
        return float(np.sum(self.counts * -np.expm1(-num_draws * self.probabilities)))

    def admitted(self, num_draws: float, *, threshold: int) -> tuple[float, float]:
        """Ids seen at least `threshold` times in so many draws, and the share of later draws that is theirs."""
        means = num_draws * self.probabilities
        log_means = np.log(np.maximum(means, np.finfo(np.float64).tiny))  # in logs no power overflows
        too_few = sum(np.exp(seen * log_means - means - math.lgamma(seen + 1)) for seen in range(threshold))
        enough = self.counts * (1 - too_few)
        return float(enough.sum()), float((enough * self.probabilities).sum())


def zipf_ranks(num_ids: int, *, exponent: float) -> Ranks:
    """Raises InputError without ids, and for a negative exponent."""
    if num_ids < 1 or exponent < 0:
        raise InputError(f"ids, exponent: found {num_ids} and {exponent}, wanted at least 1 and 0")
    exact = min(num_ids, EXACT_RANKS)
    num_bins = math.ceil(math.log(num_ids / exact, BIN_GROWTH)) + 1 if num_ids > exact else 1
    edges = np.unique(np.geomspace(exact, num_ids, num_bins + 1).round()) + 0.5
    middles = np.sqrt(edges[:-1] * edges[1:])
    counts = np.concatenate([np.ones(exact), np.diff(edges)])
    weights = np.concatenate([np.arange(1.0, exact + 1), middles]) ** -exponent
    return Ranks(counts, weights / np.sum(counts * weights))
