"""Finding and placing with numpy: a batch moves in rounds, all of it at once.

Placing is a random walk of many entries side by side. In each round every entry without a place takes a free slot
of its bucket, or of its other bucket, or drives out a random tenant of a full one; where two want a slot, one wins.
The driven out go on to their own other bucket. It does not know when a shard should grow.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from foretype.rank.table.entries import EMPTY, Entries, Keys, Mask, Slots
from foretype.rank.table.hashing import two_buckets
from foretype.rank.table.kernels import ABSENT

MAX_ROUNDS = 1_000  # with 300 some batches failed below 95 % of 2**18 slots (benchmarks/bench_table.py)


class NumpyKernels:
    """Kernels in plain numpy."""

    name = "numpy"

    def find(self, keys: Keys, seed: int, wanted: Keys) -> Slots:
        buckets = keys.reshape(-1, 4)
        first, second = two_buckets(wanted, seed, num_buckets=len(buckets))
        slots = _slot_in(buckets, first, wanted)
        missed = np.flatnonzero(slots == ABSENT)
        slots[missed] = _slot_in(buckets, second[missed], wanted[missed])
        return slots

    def place(self, shard: Entries, seed: int, new: Entries) -> Entries:
        return _Walk(shard, seed, new).run()


class _Walk:
    """Invariant: shard and `waiting` are together what they were at the start; `at` is where each waits."""

    def __init__(self, shard: Entries, seed: int, new: Entries) -> None:
        self._shard = shard
        self._seed = seed
        self._buckets = shard.keys.reshape(-1, 4)
        self._claims = np.empty(
            len(shard), np.uint32
        )  # slot -> who claimed it last; read only where just written
        self._random = np.random.default_rng(seed)
        self._waiting = Entries(new.keys.copy(), new.minutes.copy(), new.rows.copy())
        self._at = self._buckets_of(new.keys)[0].copy()

    def run(self) -> Entries:
        for _ in range(MAX_ROUNDS):
            if not len(self._waiting):
                break
            self._round()
        return self._waiting

    def _round(self) -> None:
        slots, is_free = self._wishes()
        winners = self._winners(slots)
        settled = winners & is_free
        self._swap(np.flatnonzero(winners & ~is_free), slots)
        self._write(np.flatnonzero(settled), slots)
        self._waiting = self._waiting.take(~settled)
        self._at = self._at[~settled]

    def _wishes(self) -> tuple[Slots, Mask]:
        """The slot that each wants, and whether it is free; turns to the other bucket where that has room."""
        is_free, position = _free(self._buckets, self._at)
        crowded = np.flatnonzero(~is_free)
        others = self._other_buckets(self._waiting.keys[crowded], self._at[crowded])
        other_free, other_position = _free(self._buckets, others)
        turned = crowded[other_free]
        self._at[turned] = others[other_free]
        is_free[turned], position[turned] = True, other_position[other_free]
        stuck = crowded[~other_free]
        position[stuck] = self._random.integers(0, 4, len(stuck))
        return self._at * 4 + position, is_free

    def _winners(self, slots: Slots) -> Mask:
        mine = np.arange(len(slots), dtype=np.uint32)
        self._claims[slots] = mine
        return np.asarray(self._claims[slots] == mine)

    def _swap(self, who: Slots, slots: Slots) -> None:
        """Put `who` into their slots; whoever was there waits instead, at their own other bucket."""
        evicted = self._shard.take(slots[who])
        self._write(who, slots)
        self._waiting.keys[who] = evicted.keys
        self._waiting.minutes[who] = evicted.minutes
        self._waiting.rows[who] = evicted.rows
        self._at[who] = self._other_buckets(evicted.keys, self._at[who])

    def _write(self, who: Slots, slots: Slots) -> None:
        self._shard.keys[slots[who]] = self._waiting.keys[who]
        self._shard.minutes[slots[who]] = self._waiting.minutes[who]
        self._shard.rows[slots[who]] = self._waiting.rows[who]

    def _other_buckets(self, keys: Keys, at: Slots) -> Slots:
        first, second = self._buckets_of(keys)
        return np.where(first == at, second, first)

    def _buckets_of(self, keys: Keys) -> tuple[Slots, Slots]:
        return two_buckets(keys, self._seed, num_buckets=len(self._buckets))


def _slot_in(buckets: NDArray[np.int64], at: Slots, wanted: Keys) -> Slots:
    hits = buckets[at] == wanted[:, None]
    position = hits.argmax(axis=1)
    return np.where(hits[np.arange(len(at)), position], at * 4 + position, ABSENT)


def _free(buckets: NDArray[np.int64], at: Slots) -> tuple[Mask, Slots]:
    """Whether each bucket has a free slot, and which is the first."""
    free = buckets[at] == EMPTY
    position = free.argmax(axis=1)
    return free[np.arange(len(at)), position], position
