"""The keys touched since the last sync, each once however often it was.

It does not know what happened to them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from foretype.rank.table.entries import Keys

MIN_PENDING = 10_000  # fewer are not worth sorting


class Touched:
    """A set of keys that grows by batches: one sorted array, and batches not yet sorted into it.

    >>> touched = Touched()
    >>> touched.add(np.array([3, 1, 3]))
    >>> [batch.tolist() for batch in touched.batches(1)]
    [[1], [3]]
    """

    def __init__(self) -> None:
        self._sorted: Keys = np.zeros(0, np.int64)
        self._pending: list[Keys] = []
        self._num_pending = 0

    def add(self, keys: NDArray[Any]) -> None:
        self._pending.append(keys.astype(np.int64))
        self._num_pending += len(keys)
        if self._num_pending > max(MIN_PENDING, len(self._sorted)):
            self._sort()

    def batches(self, size: int) -> Iterator[Keys]:
        """All keys, sorted, in batches; what was dropped meanwhile does not matter."""
        self._sort()
        keys = self._sorted
        return (keys[start : start + size] for start in range(0, len(keys), size))

    def drop(self, num_keys: int) -> None:
        """Forget the first `num_keys` that `batches` gave."""
        self._sorted = self._sorted[num_keys:]

    def _sort(self) -> None:
        if self._pending:
            self._sorted = np.unique(np.concatenate([self._sorted, *self._pending]))
            self._pending, self._num_pending = [], 0
