"""Has acceptance dropped? The last minutes, hour and day against what is usual at those hours.

Three windows, because a busy service shows in minutes what a quiet one shows in a day. Outcomes of one writer resemble
each other, so chance is wider than a coin's: how much wider is measured, for each window. It does not know what to do
about a drop, nor whether anybody was told.
"""

from __future__ import annotations

from collections import deque
from typing import Any

import numpy as np

from foretype.errors import InputError
from foretype.monitor.evidence import Floats, signed_root
from foretype.monitor.usual import UsualHours

WINDOWS_MIN = (10, 60, 1440)
LAG_MIN = 1440  # what is tested is not yet part of what is usual
MINUTE_S = 60.0
LEARNING_MIN = (
    3 * 1440
)  # days of usual before anything is judged: one day alone raised 6 % of null first weeks
MIN_ROOTS = (
    5.5,
    6.5,
    6.5,
)  # of each window, in standard deviations: one or two in a thousand null weeks alarm
# (python benchmarks/bench_alarms.py); a week tests 10,080 minutes
MIN_DROP = 0.1  # of the usual rate: a smaller drop, however certain, wakes nobody
MIN_OUTCOMES = 50  # in a window: below, the root's distribution is too coarse
WIDER = 3.0  # variance against a coin's before any was measured, with the weight of so many windows:
WIDER_WEIGHT = 20.0
CLIPPED = 16.0  # of a squared root: a drop must not widen what counts as chance by much
KEPT_WINDOWS = 200.0  # measured spread forgets windows older than about so many


class AcceptanceTest:
    """Counts outcomes by the minute. `shape` is for many simulated services at once.

    >>> test = AcceptanceTest()
    >>> for minute in range(4 * 1440):
    ...     test.learn_one(60.0 * minute, taken=135, shown=500)
    >>> for minute in range(4 * 1440, 4 * 1440 + 10):
    ...     test.learn_one(60.0 * minute, taken=108, shown=500)
    >>> bool(test.score() > 1.0), round(float(test.drop(0)), 2)
    (True, 0.2)
    """

    def __init__(self, usual: UsualHours | None = None, *, shape: tuple[int, ...] = ()) -> None:
        self.usual = usual or UsualHours(shape)
        self._shape = shape
        self._minutes: deque[tuple[float, Floats]] = deque()  # (start, (taken, shown, expected, doubt))
        self._sums = [np.zeros((4, *shape)) for _ in WINDOWS_MIN]
        self._spread = [np.full(shape, WIDER) for _ in WINDOWS_MIN]
        self._num_spread = [np.full(shape, WIDER_WEIGHT) for _ in WINDOWS_MIN]
        self._num_minutes = 0
        self._num_learned = 0

    def learn_one(self, at_s: float, *, taken: Any, shown: Any) -> None:
        """Count the outcomes of the minute that began at `at_s`; minutes come in order, none left out."""
        usual = self.usual.at(at_s)
        shown = np.broadcast_to(np.asarray(shown, float), self._shape)
        taken = np.broadcast_to(np.asarray(taken, float), self._shape)
        doubt = shown / np.maximum(usual.weight, 1e-3)
        self._minutes.append((at_s, np.stack([taken, shown, usual.rate * shown, doubt])))
        self._num_minutes += 1
        for which, length in enumerate(WINDOWS_MIN):
            self._slide(which, length)
        if len(self._minutes) > LAG_MIN:
            then_s, (old_taken, old_shown, *_) = self._minutes.popleft()
            self.usual.learn(then_s, hits=old_taken, trials=old_shown)
            self._num_learned += 1

    @property
    def is_armed(self) -> bool:
        """Whether enough days were learned to judge by."""
        return self._num_learned >= LEARNING_MIN

    def score(self) -> Floats:
        """How alarming: from 1 on it is a drop that is both certain and large, in at least one window."""
        if not self.is_armed:
            return np.zeros(self._shape)
        scores: Floats = np.max([self.score_of(which) for which in range(len(WINDOWS_MIN))], axis=0)
        return scores

    def score_of(self, which: int) -> Floats:
        """The same in one window."""
        certain = -self._root(which) / np.sqrt(np.maximum(self._spread[which], 1.0)) / MIN_ROOTS[which]
        found: Floats = np.minimum(certain, self.drop(which) / MIN_DROP)
        return np.where(self._sums[which][1] >= MIN_OUTCOMES, found, 0.0)

    def can_tell(self, which: int) -> bool:
        """Whether a window holds enough outcomes to speak of."""
        return bool(np.all(self._sums[which][1] >= MIN_OUTCOMES))

    def drop(self, which: int) -> Floats:
        """How far a window's rate lies under the usual one, as a share of that."""
        taken, _, expected, _ = self._sums[which]
        lower: Floats = 1.0 - taken / np.maximum(expected, 1e-9)
        return np.where(expected > 0, lower, 0.0)

    def rates(self, which: int) -> tuple[Floats, Floats]:
        """A window's share taken, and the usual one."""
        taken, shown, expected, _ = self._sums[which]
        return taken / np.maximum(shown, 1.0), expected / np.maximum(shown, 1.0)

    def begin_anew(self) -> None:
        """Empty the windows: what raised an alarm that is over shall not raise the next."""
        self._minutes.clear()
        for sums in self._sums:
            sums[:] = 0.0

    def saved(self) -> dict[str, Any]:
        """As JSON, for the next start: what is usual, how wide chance is, and the minutes not yet learned."""
        return {
            "usual": self.usual.saved(),
            "minutes": [[at_s, float(sums[0]), float(sums[1])] for at_s, sums in self._minutes if sums[1]],
            "spread": [float(spread) for spread in self._spread],
            "num_learned": self._num_learned,
        }

    @classmethod
    def restored(cls, saved: dict[str, Any]) -> AcceptanceTest:
        """What `saved` gave. Its minutes become usual at once. Raises InputError for anything else."""
        try:
            test = cls(UsualHours.restored(saved["usual"]))
            for at_s, taken, shown in saved["minutes"]:
                test.usual.learn(at_s, hits=taken, trials=shown)
            test._spread = [np.asarray(float(saved["spread"][which])) for which in range(len(WINDOWS_MIN))]
            test._num_learned = int(saved["num_learned"]) + len(saved["minutes"])
        except (KeyError, TypeError, ValueError, IndexError) as error:
            raise InputError(f"acceptance: found {error!r}, wanted what an earlier run kept") from error
        return test

    def _root(self, which: int) -> Floats:
        taken, shown, expected, doubt = self._sums[which]
        num_shown = np.maximum(shown, 1.0)
        rate = np.clip(expected / num_shown, 1e-6, 1 - 1e-6)
        return signed_root(taken, shown, rate=rate, weight=num_shown / np.maximum(doubt, 1e-9))

    def _slide(self, which: int, length: int) -> None:
        self._sums[which] += self._minutes[-1][1]
        if len(self._minutes) > length:
            self._sums[which] -= self._minutes[-1 - length][1]
        if self._num_minutes % length == 0:
            self._measure_spread(which)

    def _measure_spread(self, which: int) -> None:
        """A window is over: how far from usual was it, in variances of a coin?"""
        squared = np.minimum(self._root(which) ** 2, CLIPPED)
        counts = np.where(self._sums[which][1] >= MIN_OUTCOMES, 1.0, 0.0)
        num = np.minimum(self._num_spread[which], KEPT_WINDOWS) + counts
        self._spread[which] = self._spread[which] + counts * (squared - self._spread[which]) / num
        self._num_spread[which] = num
