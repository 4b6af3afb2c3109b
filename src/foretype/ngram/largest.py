"""The largest of some numbers, chosen so that every machine, and the engine in the browser, chooses alike.

Which of equal numbers `numpy.argpartition` takes depends on the processor; coded probabilities are often equal. It does not
know what the numbers measure.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray


def largest(values: NDArray[Any], limit: int) -> NDArray[np.intp]:
    """Places of the `limit` largest, rising; of equals the first.

    >>> largest(np.array([2.0, 1.0, 2.0, 3.0, 2.0]), 3).tolist()
    [0, 2, 3]
    """
    num = len(values)
    if num <= limit:
        return np.arange(num)
    least = np.partition(values, num - limit)[num - limit]
    candidates = np.flatnonzero(values >= least)
    if len(candidates) == limit:
        return candidates
    equal = values[candidates] == least
    kept = ~equal | (np.cumsum(equal) <= limit - (len(candidates) - int(equal.sum())))
    found: NDArray[np.intp] = candidates[kept]
    return found


def first_largest(places: Sequence[int], value: Callable[[int], float], limit: int) -> list[int]:
    """Places of the `limit` largest values, the largest first; of equals the first. For few places.

    >>> first_largest(range(5), [2.0, 1.0, 2.0, 3.0, 2.0].__getitem__, 3)
    [3, 0, 2]
    """
    return sorted(places, key=value, reverse=True)[:limit]  # a reversed sort keeps equals in order, too
