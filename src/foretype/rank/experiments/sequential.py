"""Intervals and tests that hold however often one looks, and whenever one stops.

A difference with variance V, watched as V shrinks, behaves like a Brownian motion in information 1 / V. Robbins' mixture of
effects N(0, tau ** 2) gives a boundary that it crosses ever with a chance of alpha at most if there is no effect (the
mixture sequential probability ratio test; Johari, Pekelis and Walsh, 2015). Arrays work element by element. It does not
know what differs.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

ALPHA = 0.05
EFFECT = 0.05  # of the control's value: the change that intervals are made for; others take a little longer
MIN_USERS = 25  # an arm, each counted by what it writes; a variance over fewer is no good measure
SRM_ALPHA = 0.001  # of a false alarm that arms are filled unevenly
_MEAN_SHARE_WEIGHT = 100.0  # users' worth of belief in the planned shares


def radius(variance: Any, *, tau: Any, alpha: float = ALPHA) -> Any:
    """Half the width of the interval around a difference with this variance.

    >>> round(float(radius(1.0, tau=1.0)), 2)  # 1.96 would hold for one look
    3.66
    """
    total = variance + tau**2
    return np.sqrt(variance * total / tau**2 * (np.log(total / variance) - 2 * math.log(alpha)))


def evidence(difference: Any, variance: Any, *, tau: Any) -> Any:
    """Log of how much likelier the difference is with some effect than with none; over log(1 / alpha) it is told.

    >>> bool(evidence(3.7, 1.0, tau=1.0) > math.log(1 / ALPHA) > evidence(3.6, 1.0, tau=1.0))
    True
    """
    total = variance + tau**2
    return tau**2 * difference**2 / (2 * variance * total) - np.log(total / variance) / 2


def is_uneven(counts: Sequence[int]) -> bool:
    """Whether arms that share users evenly have got such counts by something else than chance, at any look.

    A Bayes factor of the planned shares against shares around them (Lindon and Malek, 2022).

    >>> is_uneven([500, 520]), is_uneven([500, 700])
    (False, True)
    """
    total, num = sum(counts), len(counts)
    prior = _MEAN_SHARE_WEIGHT / num
    log_factor = (
        math.lgamma(_MEAN_SHARE_WEIGHT)
        - math.lgamma(_MEAN_SHARE_WEIGHT + total)
        + sum(math.lgamma(prior + count) - math.lgamma(prior) for count in counts)
        + total * math.log(num)
    )
    return log_factor > math.log(1 / SRM_ALPHA)
