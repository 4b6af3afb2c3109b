"""What is left of a time, handed out among the tasks that are left.

It does not know what the tasks are.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

Clock = Callable[[], float]  # seconds, rising


class Timetable:
    """Hands out what is left of a time among the tasks that are left, by their weights.

    What a task needs besides training is kept back for each: `overhead_s`, or what the last one took where that is more.

    >>> now = iter([0.0, 0.0, 40.0])
    >>> times = Timetable(100.0, weights=[1.0, 3.0], overhead_s=10.0, clock=lambda: next(now))
    >>> times.next_seconds(), times.next_seconds(trained_s=15.0)
    (20.0, 35.0)
    """

    def __init__(
        self,
        total_s: float,
        *,
        weights: Sequence[float],
        overhead_s: float,
        clock: Clock = time.perf_counter,
    ) -> None:
        self._clock, self._handed_at = clock, clock()
        self._ends = self._handed_at + total_s
        self._weights, self._overhead_s = list(weights), overhead_s

    def next_seconds(self, *, trained_s: float | None = None) -> float | None:
        """Seconds of training for the next task when the one before trained for `trained_s`; None: time is up."""
        now = self._clock()
        seen_s = 0.0 if trained_s is None else now - self._handed_at - trained_s
        overhead_s = max(self._overhead_s, seen_s)
        left = self._ends - now - overhead_s * len(self._weights)
        if now + overhead_s >= self._ends:
            return None
        share = self._weights[0] / sum(self._weights)
        del self._weights[0]
        self._handed_at = now
        return max(left * share, 1.0)
