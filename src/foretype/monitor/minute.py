"""What happened in one minute, in numbers, and the last hour of such minutes.

It does not know what is too much of anything.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from foretype.monitor.latency import NUM_BUCKETS, bucket_of, quantile_s

KEPT_MINUTES = 60


@dataclass(slots=True)
class Minute:
    """Counts of one minute. `rights` and `features` hold one entry an outcome, and one a suggestion shown."""

    answers: int = 0
    errors: int = 0
    store_failures: int = 0
    outcomes: int = 0
    taken: int = 0
    latencies: list[int] = field(default_factory=lambda: [0] * NUM_BUCKETS)
    rights: list[tuple[float, bool]] = field(default_factory=list)  # confidence, and whether it was right
    features: list[tuple[float, ...]] = field(default_factory=list)

    def waited(self, elapsed_s: float) -> None:
        self.answers += 1
        self.latencies[bucket_of(elapsed_s)] += 1


class LastHour:
    """The latest minutes, summed over as many as a rule wants."""

    def __init__(self) -> None:
        self._minutes: deque[Minute] = deque(maxlen=KEPT_MINUTES)

    def append(self, minute: Minute) -> None:
        """Keep a minute's counts; its rows have been counted elsewhere and are dropped."""
        minute.rights, minute.features = [], []
        self._minutes.append(minute)

    def total(self, name: str, *, minutes: int) -> int:
        """Sum of a count over the latest `minutes`."""
        return sum(getattr(minute, name) for minute in self._latest(minutes))

    def latency_s(self, share: float, *, minutes: int) -> float | None:
        """A quantile of the latency over the latest `minutes`; None without answers.

        >>> hour, minute = LastHour(), Minute()
        >>> minute.waited(0.025)
        >>> hour.append(minute)
        >>> hour.latency_s(1.0, minutes=5)
        0.03
        """
        latest = self._latest(minutes)
        counts = [sum(column) for column in zip(*(minute.latencies for minute in latest), strict=True)]
        return quantile_s(counts, share) if sum(counts) else None

    def _latest(self, minutes: int) -> Sequence[Minute]:
        return list(self._minutes)[-minutes:]
