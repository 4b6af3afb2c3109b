"""What followed one context in a writer's stream: words and counts, few as lists, many as views of arrays.

It does not know where the context stood, nor how its counts are weighed.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from foretype.ngram.largest import first_largest, largest
from foretype.ngram.lexicon import STRANGE

FEW = 48  # words that plain Python counts and sorts as quickly as numpy does
BYTES_A_FOLLOWER = 12  # its id, its count, and the sum of those before


class Follow(NamedTuple):
    """What followed one context: ids in ascending order, their counts (whole numbers), and the counts' sum.

    >>> follow = Follow([4, 7, 9], [3.0, 1.0, 3.0], 7.0)
    >>> follow.count_of(7), follow.count_of(8), follow.count_between(5, 10), follow.top(0, 10, limit=2)
    (1.0, 0.0, (4.0, 2), [4, 9])
    """

    ids: Sequence[int]
    counts: Sequence[float]
    total: float
    sums: Sequence[int] | None = None  # counts of all words before each, and of all; where there are many

    def count_of(self, id: int) -> float:
        """How often a word followed."""
        at = bisect_left(self.ids, id)
        return self.counts[at] if at < len(self.ids) and self.ids[at] == id else 0.0

    def count_between(self, low: int, high: int) -> tuple[float, int]:
        """How often words with ids low..high-1 followed, and how many different ones."""
        first, last = self._between(low, high)
        if self.sums is None:
            return sum(self.counts[first:last], 0.0), last - first
        return float(self.sums[last] - self.sums[first]), last - first

    def top(self, low: int, high: int, *, limit: int) -> list[int]:
        """Those of the ids low..high-1 that followed most often, at most `limit`, in no order; of equals the first."""
        first, last = self._between(low, high)
        if last - first <= limit:
            return list(self.ids[first:last])
        if last - first <= FEW:
            best = first_largest(range(first, last), self.counts.__getitem__, limit)
        else:
            best = (first + largest(np.asarray(self.counts[first:last]), limit)).tolist()
        return [self.ids[at] for at in best]

    def strange(self) -> Sequence[int]:
        """Ids of those that are outside the lexicon."""
        return self.ids[bisect_left(self.ids, STRANGE) :]

    def _between(self, low: int, high: int) -> tuple[int, int]:
        first = bisect_left(self.ids, low)
        return first, bisect_left(self.ids, high, first)


def follow_of(ids: NDArray[np.uint32]) -> Follow:
    """The words of some places, counted."""
    if len(ids) <= FEW:
        return follow_of_few(ids.tolist())
    unique, counts = np.unique(ids, return_counts=True)
    sums = np.append(np.uint32(0), np.cumsum(counts, dtype=np.uint32))
    return Follow(unique.data, counts.astype(np.float32).data, float(len(ids)), sums.data)


def follow_of_few(ids: Sequence[int]) -> Follow:
    """The same for a list.

    >>> follow_of_few([9, 4, 9])
    Follow(ids=[4, 9], counts=[1.0, 2.0], total=3.0, sums=None)
    """
    counted = sorted(Counter(ids).items())
    return Follow([id for id, _ in counted], [float(count) for _, count in counted], float(len(ids)))
