"""How strongly a count speaks against a rate: signed roots of likelihood ratios.

All of it works on single numbers and, element by element, on arrays. It does not know what is counted.
"""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]


def signed_root(hits: Any, trials: Any, *, rate: Any, weight: Any) -> Floats:
    """Standard normal, nearly, while `hits` of `trials` come at the `rate` seen in `weight` trials before.

    Below zero when hits are fewer than that. The root of twice the log likelihood ratio of two shares against one; unlike a
    difference over its standard error it keeps its tail where hits are few.

    >>> round(float(signed_root(216, 1000, rate=0.27, weight=1e9)), 2)
    -3.94
    >>> round(float(signed_root(0, 0, rate=0.27, weight=1e9)), 2)
    0.0
    """
    hits, trials, rate, weight = (np.asarray(value, np.float64) for value in (hits, trials, rate, weight))
    share = hits / np.maximum(trials, 1.0)
    pooled = (hits + rate * weight) / np.maximum(trials + weight, 1e-9)
    twice = 2.0 * (trials * divergence(share, pooled) + weight * divergence(rate, pooled))
    root: Floats = np.sign(share - rate) * np.sqrt(np.maximum(twice, 0.0))
    return np.where(trials > 0, root, 0.0)


def divergence(share: Any, other: Any) -> Floats:
    """Kullback-Leibler divergence of two coins, in nats, where `other` is strictly between 0 and 1 or equal.

    >>> round(float(divergence(0.0, 0.5)), 4)
    0.6931
    """
    first = _times_log(share, other)
    return first + _times_log(1.0 - np.asarray(share, np.float64), 1.0 - np.asarray(other, np.float64))


def _times_log(share: Any, other: Any) -> Floats:
    """share * log(share / other), zero where share is."""
    share, other = np.asarray(share, np.float64), np.asarray(other, np.float64)
    some = (share > 0) & (other > 0)
    ratio = np.where(some, share, 1.0) / np.where(some, other, 1.0)
    result: Floats = np.where(some, share * np.log(ratio), 0.0)
    return result
