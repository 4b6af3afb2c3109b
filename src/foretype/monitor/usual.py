"""What is usual at this hour: the share of suggestions taken, by hour of the day, workdays and weekends apart.

People take fewer suggestions in the evening than in the morning, so a drop is a drop only against the same hour. An hour
seen for the first time leans on the mean of all hours. It does not know why hours differ.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from foretype.errors import InputError
from foretype.monitor.evidence import Floats

NUM_HOURS = 48  # 24 of a workday, 24 of a weekend's day
HALF_LIFE_S = 14 * 86400.0  # two weeks: each hour of a workday is in the mean some ten times
CYCLE_SD = (
    0.1  # how far hours lie apart, as a share of the rate: of an hour never seen we know no more than that
)
EPOCH_WEEKDAY = 3  # 1 January 1970 was a Thursday; Monday is 0


def hour_of_week(at_s: float) -> int:
    """Which of the 48 hours a time falls into (UTC).

    >>> hour_of_week(0.0), hour_of_week(2 * 86400 + 3600)
    (0, 25)
    """
    days, within_s = divmod(at_s, 86400.0)
    is_weekend = (int(days) + EPOCH_WEEKDAY) % 7 >= 5
    return int(within_s // 3600) + 24 * is_weekend


@dataclass(frozen=True, slots=True)
class Usual:
    """A rate, and how many outcomes it is worth."""

    rate: Floats
    weight: Floats


class UsualHours:
    """Counts hits and trials of each hour, older ones less. `shape` is for many simulated services at once."""

    def __init__(self, shape: tuple[int, ...] = ()) -> None:
        self._hits = np.zeros((NUM_HOURS, *shape))
        self._trials = np.zeros((NUM_HOURS, *shape))
        self._faded_s: float | None = None  # counts are worth what they were then

    def learn(self, at_s: float, *, hits: Any, trials: Any) -> None:
        """Count what happened in the minute at `at_s`."""
        self._fade(at_s)
        hour = hour_of_week(at_s)
        self._hits[hour] += hits
        self._trials[hour] += trials

    def at(self, at_s: float) -> Usual:
        """What is usual at a time.

        >>> hours = UsualHours()
        >>> hours.learn(0.0, hits=300, trials=1000)
        >>> f"{hours.at(0.0).rate:.3f} {hours.at(50000.0).rate:.3f}"
        '0.300 0.300'
        >>> bool(hours.at(0.0).weight > hours.at(50000.0).weight)
        True
        """
        hour = hour_of_week(at_s)
        trials = self._trials.sum(axis=0)
        overall = (self._hits.sum(axis=0) + 0.5) / (trials + 1.0)
        prior = np.minimum((1.0 - overall) / (overall * CYCLE_SD**2), trials)
        weight = self._trials[hour] + prior
        rate = (self._hits[hour] + prior * overall) / np.maximum(weight, 1e-9)
        return Usual(np.clip(np.where(weight > 0, rate, 0.5), 1e-6, 1.0 - 1e-6), weight)

    def saved(self) -> dict[str, Any]:
        """As JSON, for the next start."""
        return {"hits": self._hits.tolist(), "trials": self._trials.tolist(), "faded_s": self._faded_s}

    @classmethod
    def restored(cls, saved: dict[str, Any]) -> UsualHours:
        """What `saved` gave. Raises InputError for anything else."""
        hours = cls()
        try:
            hits, trials = np.array(saved["hits"], float), np.array(saved["trials"], float)
            faded_s = None if saved["faded_s"] is None else float(saved["faded_s"])
        except (KeyError, TypeError, ValueError) as error:
            raise InputError(f"usual hours: found {error}, wanted what an earlier run kept") from error
        if hits.shape != (NUM_HOURS,) or trials.shape != (NUM_HOURS,):
            raise InputError(f"usual hours: found {hits.shape} counts, wanted {NUM_HOURS}")
        hours._hits, hours._trials, hours._faded_s = hits, trials, faded_s
        return hours

    def _fade(self, at_s: float) -> None:
        if self._faded_s is not None and at_s > self._faded_s:
            kept = 0.5 ** ((at_s - self._faded_s) / HALF_LIFE_S)
            self._hits *= kept
            self._trials *= kept
        self._faded_s = at_s if self._faded_s is None else max(at_s, self._faded_s)
