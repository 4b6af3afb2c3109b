"""Buckets of latency, and quantiles out of their counts.

It does not know what took so long.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

BUCKETS_S = (0.001, 0.0025, 0.005, 0.01, 0.02, 0.03, 0.04, 0.06, 0.08, 0.1, 0.15, 0.25)
# 30, 60 and 100 ms stand on a boundary of their own: the goal on two cores, Gmail's p90, and the eye's limit
NUM_BUCKETS = len(BUCKETS_S) + 1  # the last for all above


def bucket_of(elapsed_s: float) -> int:
    """Which of the NUM_BUCKETS buckets a latency falls into.

    >>> bucket_of(0.001), bucket_of(7.0) == NUM_BUCKETS - 1
    (0, True)
    """
    return bisect_left(BUCKETS_S, elapsed_s)


def quantile_s(counts: Sequence[int], share: float) -> float:
    """The latency under which lies `share` of the counted ones, by straight line within its bucket.

    What is above all buckets counts as the last edge.

    >>> quantile_s([0, 0, 0, 0, 10], 0.5), quantile_s([0] * 12 + [7], 0.9)
    (0.015, 0.25)
    """
    wanted = share * sum(counts)
    below_s = 0.0
    for count, edge_s in zip(counts, BUCKETS_S, strict=False):
        if count and wanted <= count:
            return below_s + (edge_s - below_s) * wanted / count
        wanted -= count
        below_s = edge_s
    return BUCKETS_S[-1]
