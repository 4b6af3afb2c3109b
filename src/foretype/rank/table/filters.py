"""Who gets a row: ids that were seen often enough, by exact counts, by a sketch, or by the throw of a die.

Most ids of a long tail come once and never again. A filter is asked only about ids that have no row, with how often each was
seen just now; what it remembers of them is all that is kept of a rare id.

It does not know the table behind it.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from foretype.errors import InputError
from foretype.rank.table.entries import Keys, Mask
from foretype.rank.table.hashing import mix
from foretype.rank.table.table import Table

Counts = NDArray[np.int64]

SKETCH_ROWS = 4  # a wrong count needs a meeting in each
MAX_COUNT = 255  # of a cell, which is a byte; it stays there
ADMITTED_BY_THRESHOLD = 0.95  # share that the die has let in after `threshold` sightings


class Filter(Protocol):
    """Decides about ids without a row."""

    def admits(self, keys: Keys, seen: Counts, *, now_min: int) -> Mask:
        """Which of these different keys get a row, each seen so often just now (n,). Remembers the others."""
        ...

    @property
    def num_bytes(self) -> int:
        """Memory held."""
        ...


class OpenDoor:
    """Admits everybody."""

    num_bytes = 0

    def admits(self, keys: Keys, seen: Counts, *, now_min: int) -> Mask:
        return np.ones(len(keys), np.bool_)


class ExactFilter:
    """Admits an id at its `threshold`-th sighting, if no two of them lie further apart than `window_min`.

    Takes 18 bytes for each id that is waiting.
    """

    def __init__(self, threshold: int, *, window_min: int) -> None:
        self._threshold = checked_threshold(threshold, at_most=2**24)  # float32 counts exactly up to there
        self._window_min = window_min
        self._waiting = Table(width=1)
        self._swept_min = 0

    @property
    def num_bytes(self) -> int:
        return self._waiting.num_bytes

    def admits(self, keys: Keys, seen: Counts, *, now_min: int) -> Mask:
        self._forget_old(now_min)
        counts = self._waiting.rows(keys)[0][:, 0] + seen
        admitted: Mask = counts >= self._threshold
        self._waiting.erase(keys[admitted])
        self._waiting.upsert(keys[~admitted], counts[~admitted, None], now_min=now_min)
        return admitted

    def _forget_old(self, now_min: int) -> None:
        """At most ten times a window: each time reads the whole table."""
        if now_min - self._swept_min >= max(1, self._window_min // 10):
            self._waiting.expire(unused_since_min=max(0, now_min - self._window_min))
            self._swept_min = now_min


class SketchFilter:
    """As ExactFilter in a fixed number of bytes: a count-min sketch with conservative update, in two generations.

    It never counts too few, so nobody is admitted late; now and then an id is admitted early. A sighting is
    remembered for one to two windows.
    """

    def __init__(self, threshold: int, *, window_min: int, num_bytes: int, seed: int = 0) -> None:
        """`num_bytes` is for both generations: seven for each id seen in a window let 2 % of the rare ones in early
        (benchmarks/bench_table.py)."""
        self._threshold = checked_threshold(threshold, at_most=MAX_COUNT)
        self._window_min = window_min
        self._seed = seed
        cells = max(1, num_bytes // (2 * SKETCH_ROWS))
        self._now, self._before = (np.zeros((SKETCH_ROWS, cells), np.uint8) for _ in range(2))
        self._began_min = 0

    @property
    def num_bytes(self) -> int:
        return self._now.nbytes + self._before.nbytes

    def admits(self, keys: Keys, seen: Counts, *, now_min: int) -> Mask:
        self._turn(now_min)
        at = self._cells(keys)
        counts = _least(self._now, at) + seen
        for row, cells in zip(self._now, at, strict=True):
            np.maximum.at(row, cells, np.minimum(counts, MAX_COUNT).astype(np.uint8))
        return np.asarray(counts + _least(self._before, at) >= self._threshold)

    def _turn(self, now_min: int) -> None:
        if now_min - self._began_min < self._window_min:
            return
        is_next = now_min - self._began_min < 2 * self._window_min
        self._before = self._now if is_next else np.zeros_like(self._now)
        self._now = np.zeros_like(self._now)
        self._began_min = now_min

    def _cells(self, keys: Keys) -> NDArray[np.int64]:
        """Cells of keys in each row (SKETCH_ROWS, n)."""
        width = np.uint64(self._now.shape[1])
        hashes = [mix(keys, self._seed + row) % width for row in range(1, SKETCH_ROWS + 1)]
        return np.array(hashes).view(np.int64).reshape(SKETCH_ROWS, len(keys))


class DieFilter:
    """Admits each sighting with one probability, so that 95 % of ids are in after `threshold`. Remembers nothing."""

    num_bytes = 0

    def __init__(self, threshold: int, *, random: np.random.Generator) -> None:
        self._refused = (1 - ADMITTED_BY_THRESHOLD) ** (1 / checked_threshold(threshold, at_most=2**24))
        self._random = random

    def admits(self, keys: Keys, seen: Counts, *, now_min: int) -> Mask:
        return np.asarray(self._random.random(len(keys)) >= self._refused**seen)


def checked_threshold(threshold: int, *, at_most: int) -> int:
    if not 1 <= threshold <= at_most:
        raise InputError(f"threshold: found {threshold}, wanted 1 to {at_most} sightings")
    return threshold


def _least(cells: NDArray[np.uint8], at: NDArray[np.int64]) -> Counts:
    least: Counts = np.take_along_axis(cells, at, axis=1).min(axis=0, initial=MAX_COUNT).astype(np.int64)
    return least
