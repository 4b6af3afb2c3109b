"""What a panel draws of answers: counts by minute over the last hour, and by day over the last year.

Counts only: it does not know a text or a user, what became of suggestions (the journal does), nor where days are kept.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from foretype.compose.request import Answer
from foretype.errors import InputError
from foretype.monitor.latency import NUM_BUCKETS, bucket_of, quantile_s

KEPT_MINUTES = 60
KEPT_DAYS = 400  # a year and a month, to compare with the same weeks
MINUTE_S = 60


@dataclass(slots=True)
class Counts:
    """Answers of a stretch of time. `latencies`: how many fell into each bucket of latency.py."""

    answers: int = 0
    shown: int = 0  # of them, with something to show
    lm_steps: int = 0
    without_lm_step: int = 0  # from what was known already, or from counts alone
    latencies: list[int] = field(default_factory=lambda: [0] * NUM_BUCKETS)

    def add(self, answer: Answer, elapsed_s: float) -> None:
        self.answers += 1
        self.shown += bool(answer.suggestions)
        self.lm_steps += answer.lm_steps
        self.without_lm_step += not answer.lm_steps
        self.latencies[bucket_of(elapsed_s)] += 1

    def latency_ms(self, share: float) -> float | None:
        """A quantile; None without answers."""
        return quantile_s(self.latencies, share) * 1000 if self.answers else None

    def row(self) -> list[int]:
        return [self.answers, self.shown, self.lm_steps, self.without_lm_step, *self.latencies]

    @classmethod
    def of_row(cls, row: list[int]) -> Counts:
        """What `row` gave. Raises ValueError for anything else."""
        if len(row) != 4 + NUM_BUCKETS or not all(type(each) is int and each >= 0 for each in row):
            raise ValueError(f"{len(row)} values, wanted {4 + NUM_BUCKETS} counts")
        answers, shown, lm_steps, without_lm_step, *latencies = row
        return cls(answers, shown, lm_steps, without_lm_step, latencies)


class Pulse:
    """Counts of one service; safe from any thread."""

    def __init__(self, *, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._minutes: dict[int, Counts] = {}  # by minutes since 1970, ascending
        self._days: dict[date, Counts] = {}
        self._lock = threading.Lock()

    def answered(self, answer: Answer, *, elapsed_s: float) -> None:
        """Count an answer that goes out, `elapsed_s` after it was asked for."""
        now_s = self._clock()
        minute, day = int(now_s // MINUTE_S), datetime.fromtimestamp(now_s).date()
        with self._lock:
            self._minutes.setdefault(minute, Counts()).add(answer, elapsed_s)
            self._days.setdefault(day, Counts()).add(answer, elapsed_s)
            self._drop_old()

    def minutes(self) -> list[tuple[int, Counts]]:
        """The last hour: seconds since 1970 and counts of every minute, also of the empty ones; the last one runs."""
        now = int(self._clock() // MINUTE_S)
        with self._lock:
            return [
                (minute * MINUTE_S, self._minutes.get(minute, Counts()))
                for minute in range(now - KEPT_MINUTES + 1, now + 1)
            ]

    def days(self) -> list[tuple[date, Counts]]:
        """Every day with an answer, oldest first."""
        with self._lock:
            return sorted(self._days.items())

    def saved(self) -> dict[str, Any]:
        """As JSON, for the next start."""
        return {"days": {day.isoformat(): counts.row() for day, counts in self.days()}}

    def restore(self, saved: Mapping[str, Any]) -> None:
        """Go on from what `saved` gave. Raises InputError for anything else, and changes nothing then."""
        try:
            days = {date.fromisoformat(day): Counts.of_row(row) for day, row in saved["days"].items()}
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise InputError(f"counts of days: found {error}, wanted what an earlier run kept") from error
        with self._lock:
            self._days = days

    def _drop_old(self) -> None:
        while len(self._minutes) > KEPT_MINUTES:
            del self._minutes[next(iter(self._minutes))]
        while len(self._days) > KEPT_DAYS:
            del self._days[min(self._days)]
