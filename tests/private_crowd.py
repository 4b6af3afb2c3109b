"""Many devices at once, with the plan's own chances: the sums that their reports would make, in a few numpy calls.

It draws as privacy/ldp/noise.py does (tests/privacy/ldp/test_crowd.py compares them) and knows no device's ledger.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count

import numpy as np
from numpy.typing import NDArray

from foretype.privacy.ldp.estimates import Sums
from foretype.privacy.ldp.noise import ONE, Words
from foretype.privacy.ldp.plan import Choice, Sketch
from foretype.privacy.ldp.sketch import NUM_ROWS, WIDTH, position

Ints = NDArray[np.int64]


def seeded_words(seed: int) -> Words:
    """A scripted source of 32-bit words, the same on every run."""
    generator = np.random.default_rng(seed)
    words = (int(word) for _ in count() for word in generator.integers(0, ONE, 4096))
    return lambda: next(words)


@dataclass
class Crowd:
    """Devices that keep their permanent answers from day to day."""

    seed: int
    generator: np.random.Generator = field(init=False)

    def __post_init__(self) -> None:
        self.generator = np.random.default_rng(self.seed)

    def symbols(self, shares: Sequence[float], num_devices: int) -> Ints:
        """True answers, drawn from `shares`."""
        return self.generator.choice(len(shares), num_devices, p=np.array(shares)).astype(np.int64)

    def permanent(self, choice: Choice, truth: Ints) -> Ints:
        return self._drawn(truth, choice.size, choice.season_keep)

    def day(self, choice: Choice, permanent: Ints, name: str = "2026-03-01") -> Sums:
        """One day's sums of all these devices."""
        reported = self._drawn(permanent, choice.size, choice.report_keep)
        return Sums(name, np.array([len(reported)]), np.bincount(reported, minlength=choice.size))

    def one_day(self, choice: Choice, truth: Ints) -> Sums:
        return self.day(choice, self.permanent(choice, truth))

    def sketched_days(
        self, sketch: Sketch, truth: Ints, values: Sequence[str], *, num_days: int = 1
    ) -> list[Sums]:
        """Sums of days with the same devices, whose true values are values[truth]."""
        rows = self.generator.integers(0, NUM_ROWS, len(truth))
        places = np.array([[position(row, value) for value in values] for row in range(NUM_ROWS)])
        bits = np.zeros((len(truth), WIDTH), np.int64)
        bits[np.arange(len(truth)), places[rows, truth]] = 1
        permanent = self._drawn(bits, 2, sketch.season_keep)
        return [self._sketched(sketch, permanent, rows) for _ in range(num_days)]

    def _sketched(self, sketch: Sketch, permanent: Ints, rows: Ints) -> Sums:
        cells = np.zeros((NUM_ROWS, WIDTH), np.int64)
        np.add.at(cells, rows, self._drawn(permanent, 2, sketch.report_keep))
        return Sums("2026-03-01", np.bincount(rows, minlength=NUM_ROWS), cells.ravel())

    def _drawn(self, symbols: Ints, size: int, keep: int) -> Ints:
        is_kept = self.generator.integers(0, ONE, symbols.shape) < keep
        return np.where(is_kept, symbols, self.generator.integers(0, size, symbols.shape))
