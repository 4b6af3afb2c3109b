"""Which columns of outcome rows a network reads, and on what scale: fitted on training rows, kept with the network.

A column that never varied in training is left out, and what lies outside the range seen there counts as its end: serving
must not meet weights that nobody trained. It does not know networks.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from foretype.rank.schema import CATEGORIES, NAMES
from foretype.rank.training import UNSEEN

LEAST_SPREAD = 1e-6


@dataclass(frozen=True, slots=True)
class Columns:
    """Indices into schema.FEATURES; `low` to `std` belong to `numbers`, in their order."""

    numbers: tuple[int, ...]  # of more than two values
    flags: tuple[int, ...]  # of two
    categories: tuple[int, ...]
    low: NDArray[np.float32]
    high: NDArray[np.float32]
    mean: NDArray[np.float32]
    std: NDArray[np.float32]

    @property
    def used(self) -> tuple[int, ...]:
        """Every column that is read, in the order of the schema."""
        return tuple(sorted((*self.numbers, *self.flags, *self.categories)))


def fitted_columns(features: NDArray[np.float32]) -> Columns:
    """The columns that vary in `features`, shape (rows, features), and their ranges.

    >>> rows = np.zeros((4, 71), np.float32)
    >>> rows[:, 0], rows[:, 1] = [0, 1, 2, 3], [0, 1, 0, 1]
    >>> found = fitted_columns(rows)
    >>> found.numbers, found.flags, found.categories, found.high.tolist()
    ((0,), (1,), (), [3.0])
    """
    low, high = features.min(axis=0), features.max(axis=0)
    unseen = [NAMES.index(name) for name in UNSEEN]
    varying = np.setdiff1d(np.flatnonzero(high - low > LEAST_SPREAD), unseen).tolist()
    categories = tuple(at for at in varying if at in CATEGORIES)
    flags = tuple(at for at in varying if at not in CATEGORIES and _is_flag(features[:, at]))
    numbers = [at for at in varying if at not in CATEGORIES and at not in flags]
    found = features[:, numbers].astype(np.float64)
    return Columns(
        tuple(numbers),
        flags,
        categories,
        low[numbers],
        high[numbers],
        found.mean(axis=0).astype(np.float32),
        found.std(axis=0).astype(np.float32),
    )


def _is_flag(values: NDArray[Any]) -> bool:
    return bool(((values == 0) | (values == 1)).all())
