"""One shard: a cuckoo hash table small enough to be made anew within a keystroke's patience.

A key lies in one of two buckets of four slots; its full 64 bits are stored, so no two keys are ever taken for one
another. A shard never grows in place: the next one is made beside it, so a failure has changed nothing.

It does not know which keys belong to it.
"""

from __future__ import annotations

import mmap
from dataclasses import dataclass

import numpy as np

from foretype.errors import StoreError
from foretype.rank.table.entries import EMPTY, Entries, Keys, Mask, Rows
from foretype.rank.table.hashing import mix_one
from foretype.rank.table.kernels import ABSENT, Kernels

MIN_SLOTS = 64
FULL = (
    0.955  # of the slots; the theory's limit is 0.980, but from 0.94 on a place costs 4 to 40 times as much
)
LOADS = (0.74, 0.86)  # of a shard just made; each has its own, or all would grow in the same minute
MAX_TRIES = 16  # seeds; below LOADS the first one does


@dataclass(slots=True)
class Shard:
    """Slots side by side; a slot with the key EMPTY is free. `used` counts the others."""

    slots: Entries
    seed: int
    used: int

    @property
    def load(self) -> float:
        return self.used / len(self.slots)

    def narrowed(self, width: int) -> Shard:
        """A copy with the first `width` columns."""
        slots = Entries(self.slots.keys.copy(), self.slots.minutes.copy(), self.slots.rows[:, :width].copy())
        return Shard(slots, self.seed, self.used)

    def entries(self) -> Entries:
        """A copy of what is in it."""
        return self.slots.take(self.slots.keys != EMPTY)

    def rows(self, keys: Keys, kernels: Kernels) -> tuple[Rows, Mask]:
        """Rows of keys, zeros for absent ones, and which are there."""
        found = kernels.find(self.slots.keys, self.seed, keys)
        there = found != ABSENT
        rows = self.slots.rows[found]  # ABSENT reads the last slot, and is overwritten here
        rows[~there] = 0
        return rows, there

    def pick(self, keys: Keys, kernels: Kernels) -> tuple[Entries, Keys]:
        """The entries of keys that are here, and the keys that are not."""
        found = kernels.find(self.slots.keys, self.seed, keys)
        there = found != ABSENT
        return self.slots.take(found[there]), keys[~there]

    def overwrite(self, given: Entries, kernels: Kernels) -> Entries:
        """Replace what is there already; gives back the entries that are new here."""
        found = kernels.find(self.slots.keys, self.seed, given.keys)
        there = found != ABSENT
        at = found[there]
        self.slots.rows[at], self.slots.minutes[at] = given.rows[there], given.minutes[there]
        return given.take(~there)

    def has_room_for(self, num_new: int) -> bool:
        return self.used + num_new <= FULL * len(self.slots)

    def place(self, new: Entries, kernels: Kernels) -> Entries:
        """Take in entries that are not here; gives back as many as found no place (see Kernels.place)."""
        left = kernels.place(self.slots, self.seed, new)
        self.used += len(new) - len(left)
        return left

    def erase(self, keys: Keys, kernels: Kernels) -> Mask:
        """Free the slots of keys; which were there."""
        found = kernels.find(self.slots.keys, self.seed, keys)
        there: Mask = found != ABSENT
        self._free(found[there])
        return there

    def erase_unused_since(self, minute: int) -> Keys:
        """Free the slots last used before `minute`; the keys that went."""
        old = np.flatnonzero((self.slots.minutes < minute) & (self.slots.keys != EMPTY))
        gone = self.slots.keys[old]
        self._free(old)
        return gone

    def _free(self, slots: Keys) -> None:
        gone = np.unique(slots)  # a key may be named twice
        self.slots.keys[gone] = EMPTY
        self.slots.rows[gone] = 0
        self.used -= len(gone)


def make_shard(entries: Entries, kernels: Kernels, *, seed: int) -> Shard:
    """A shard of entries with different keys, at a load within LOADS. `seed` decides where everything lies.

    Raises StoreError if MAX_TRIES seeds in a row, each with more slots, find no place for all: that is a bug.
    """
    num_slots = slots_for(len(entries), seed=seed)
    for _ in range(MAX_TRIES):
        shard = Shard(_free_slots(num_slots, width=entries.rows.shape[1]), mix_one(seed, num_slots), 0)
        if not len(kernels.place(shard.slots, shard.seed, entries)):
            shard.used = len(entries)
            return shard
        num_slots += 4 * (num_slots // 32 + 1)
    raise StoreError(
        f"table: {len(entries)} entries found no place in {num_slots} slots, wanted one for each; report it"
    )


def slots_for(num_entries: int, *, seed: int) -> int:
    """Slots of a new shard, a multiple of four; `seed` chooses the load within LOADS."""
    low, high = LOADS
    load = low + (high - low) * mix_one(seed, num_entries) / 2**64
    return max(MIN_SLOTS, 4 * -(-int(num_entries / load) // 4))


def _free_slots(num_slots: int, *, width: int) -> Entries:
    """Slots in pages of their own, which the system has back at once when the shard is replaced: shards in the
    allocator's heap left two fifths of it as holes."""
    pages = mmap.mmap(-1, num_slots * (12 + 4 * width))
    keys = np.frombuffer(pages, np.int64, num_slots)
    keys.fill(EMPTY)
    minutes = np.frombuffer(pages, np.uint32, num_slots, 8 * num_slots)
    rows = np.frombuffer(pages, np.float32, num_slots * width, 12 * num_slots)
    return Entries(keys, minutes, rows.reshape(num_slots, width))
