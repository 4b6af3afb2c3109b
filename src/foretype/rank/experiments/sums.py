"""What is counted of one user in one arm, and of all users of an arm together: enough for every metric and its error.

Users are the units that were drawn; so errors come from how users differ, not from how keys do. It does not know who the
users are.
"""

from __future__ import annotations

from dataclasses import astuple, dataclass, fields
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

CAUTION = 6.0  # users: a variance over few of them is itself unsure, and looked at often

Floats: TypeAlias = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Sums:
    """Counts of one user."""

    keys: float = 0.0  # at which something might have been shown
    saved: float = 0.0  # keys saved by what was taken
    shown: float = 0.0  # suggestions that ended
    taken: float = 0.0  # of those, in whole or part
    wrong: float = 0.0  # of those, neither taken nor typed
    latency_ms: float = 0.0  # of all those keys together

    def plus(self, other: Sums) -> Sums:
        return Sums(*(a + b for a, b in zip(astuple(self), astuple(other), strict=True)))


NAMES = tuple(field.name for field in fields(Sums))


@dataclass(frozen=True, slots=True)
class Metric:
    """A ratio of two sums."""

    name: str
    of: str
    per: str
    more_is_better: bool
    least_margin: float  # of the control's value, by which an arm may be worse before a guardrail stops it


METRICS = (
    Metric("keys saved per key", "saved", "keys", True, 0.05),
    Metric("acceptance", "taken", "shown", True, 0.10),
    Metric("wrong shows per key", "wrong", "keys", False, 0.10),
    Metric("latency ms", "latency_ms", "keys", False, 0.50),
)


@dataclass(frozen=True, slots=True)
class Ratio:
    """A metric of one arm: its value, and the variance that comes from users. Any shape."""

    value: Any
    variance: Any
    num_users: Any
    num_alike: Any  # users that would tell as much if all wrote as much: few where few write most


def ratio_of(users: Floats, metric: Metric) -> Ratio:
    """The metric of users' sums (users, NAMES)."""
    of, per = users[:, NAMES.index(metric.of)], users[:, NAMES.index(metric.per)]
    there = per > 0
    return ratio_of_moments(moments(of[there], per[there]))


@dataclass(frozen=True, slots=True)
class Moments:
    """Of numerators and denominators over users; any shape."""

    num: Any
    of: Any
    per: Any
    of_of: Any
    of_per: Any
    per_per: Any


def moments(of: Floats, per: Floats) -> Moments:
    """Of one arm's users (n,)."""
    return Moments(
        len(of),
        of.sum(),
        per.sum(),
        float((of * of).sum()),
        float((of * per).sum()),
        float((per * per).sum()),
    )


def ratio_of_moments(found: Moments) -> Ratio:
    """Ratio of sums, with the variance of its linear part over users."""
    per = np.maximum(found.per, 1e-12)
    value = found.of / per
    squares = found.of_of - 2 * value * found.of_per + value**2 * found.per_per
    num_alike = per**2 / np.maximum(found.per_per, 1e-12)
    correction = num_alike / np.maximum(num_alike - CAUTION, 1.0)
    return Ratio(value, np.maximum(squares, 0.0) / per**2 * correction, found.num, num_alike)
