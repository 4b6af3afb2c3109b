"""95 % intervals for a share of counted reports: exact (Clopper and Pearson) for few, normal for many.

It does not know noise: what it is given is counted as it came.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
Interval: TypeAlias = tuple[float, float]

MISS = 0.05  # how often an interval may miss the truth
NORMAL_WIDTH = 1.959964  # standard errors each way
EXACT_BELOW = 1_000  # reports; above, the two differ by less than a thousandth
_HALVINGS = 40  # of [0, 1]: a trillionth


def exact(count: int, num_reports: int) -> Interval:
    """The shares that `count` of `num_reports` does not speak against, at 2.5 % each way.

    >>> [round(bound, 4) for bound in exact(0, 10)], [round(bound, 4) for bound in exact(5, 10)]
    ([0.0, 0.3085], [0.1871, 0.8129])
    """
    ways = _log_ways(num_reports, count)
    low = _solved(lambda share: 1 - _at_most(ways[:-1], num_reports, share) < MISS / 2)
    high = _solved(lambda share: _at_most(ways, num_reports, share) > MISS / 2)
    return (low if count else 0.0), (high if count < num_reports else 1.0)


def normal(share: float, standard_error: float) -> Interval:
    """The share and what lies within 1.96 standard errors."""
    return share - NORMAL_WIDTH * standard_error, share + NORMAL_WIDTH * standard_error


def clipped(interval: Interval) -> Interval:
    """What of the interval a share can be.

    >>> clipped((-0.1, 0.2))
    (0.0, 0.2)
    """
    low, high = interval
    return min(1.0, max(0.0, low)), min(1.0, max(0.0, high))


def _solved(is_below: Callable[[float], bool]) -> float:
    """Where `is_below` turns from true to false in [0, 1]."""
    low, high = 0.0, 1.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if is_below(middle) else (low, middle)
    return (low + high) / 2


def _log_ways(num_reports: int, count: int) -> Floats:
    """Logarithms of how many ways there are to choose 0, 1, ..., `count` of the reports."""
    whole = math.lgamma(num_reports + 1)
    return np.array(
        [whole - math.lgamma(each + 1) - math.lgamma(num_reports - each + 1) for each in range(count + 1)]
    )


def _at_most(log_ways: Floats, num_reports: int, share: float) -> float:
    """P(fewer than len(log_ways)) of a binomial; `share` is inside (0, 1)."""
    each = np.arange(len(log_ways))
    logs = log_ways + each * math.log(share) + (num_reports - each) * math.log1p(-share)
    return float(np.exp(logs).sum())
