"""The table: int64 keys to rows of floats, with no collisions, growing a shard at a time.

A mixed key's first bits name its shard, through a directory as in extendible hashing: a shard that would become
too large is split by one more bit, and no other is touched. So the longest pause is making one shard of 2**18 slots, and
the load of the whole stays near 0.87 however many entries there are.

Any thread may read while one changes. It does not know what a row means, where tables are kept, or which changes others
wait for.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from foretype.errors import InputError
from foretype.rank.table.directory import MAX_DEPTH, Directory, Region
from foretype.rank.table.entries import (
    Entries,
    Keys,
    Mask,
    Rows,
    checked_keys,
    checked_minute,
    checked_rows,
    joined,
    no_entries,
)
from foretype.rank.table.hashing import mix_one
from foretype.rank.table.kernels import Kernels, fastest_kernels
from foretype.rank.table.shard import Shard, make_shard, slots_for

MAX_SHARD_SLOTS = 2**18  # made anew in 0.1 s (numba) or 0.2 s (numpy) at width 9 (benchmarks/bench_table.py)
MAX_WIDTH = 2**16 - 1
SPARSE = 0.4  # a shard emptier than this after an expiry is made anew, smaller


class Table:
    """Rows of `width` floats under int64 keys.

    >>> table = Table(width=2)
    >>> table.upsert(np.array([7, 8]), np.array([[1, 2], [3, 4]]), now_min=29_000_000)
    >>> table.rows(np.array([8, 9]))[0].tolist()
    [[3.0, 4.0], [0.0, 0.0]]
    >>> table.expire(unused_since_min=29_000_001).size, len(table)
    (2, 0)
    """

    def __init__(
        self,
        *,
        width: int,
        seed: int = 0,
        kernels: Kernels | None = None,
        max_shard_slots: int = MAX_SHARD_SLOTS,
    ) -> None:
        """`seed` decides where entries lie; keep it from whoever may choose keys.

        Raises InputError for a width that no row has or no sync record can tell.
        """
        if not 1 <= width <= MAX_WIDTH:
            raise InputError(f"width: found {width}, wanted 1 to {MAX_WIDTH} floats a row")
        self.width = width
        self.seed = seed
        self.kernels = kernels or fastest_kernels()
        self._max_shard_slots = max_shard_slots
        self._directory = Directory(seed, Region(0, 0, self._made(0, no_entries(width))))
        self._lock = threading.RLock()

    def __len__(self) -> int:
        return sum(region.shard.used for region in self.regions())

    @property
    def num_slots(self) -> int:
        return sum(len(region.shard.slots) for region in self.regions())

    @property
    def num_bytes(self) -> int:
        """Memory of all slots, free ones too, and of the directory."""
        return sum(region.shard.slots.num_bytes for region in self.regions()) + 8 * len(self._directory)

    @property
    def load(self) -> float:
        """Share of the slots in use."""
        return len(self) / self.num_slots

    def rows(self, keys: NDArray[Any]) -> tuple[Rows, Mask]:
        """Rows of keys (n, width), zeros for unknown ones, and which are known (n,)."""
        wanted = checked_keys(keys)
        rows, there = np.zeros((len(wanted), self.width), np.float32), np.zeros(len(wanted), np.bool_)
        with self._lock:
            for region, chosen in self._directory.parts(wanted):
                rows[chosen], there[chosen] = region.shard.rows(wanted[chosen], self.kernels)
        return rows, there

    def knows(self, keys: NDArray[Any]) -> Mask:
        """Which keys are in the table (n,)."""
        wanted, there = checked_keys(keys), np.zeros(len(keys), np.bool_)
        with self._lock:
            for region, chosen in self._directory.parts(wanted):
                found = self.kernels.find(region.shard.slots.keys, region.shard.seed, wanted[chosen])
                there[chosen] = found >= 0
        return there

    def pick(self, keys: NDArray[Any]) -> tuple[Entries, Keys]:
        """The entries of the keys that are in the table, and the keys that are not."""
        wanted = checked_keys(keys)
        parts, missing = [no_entries(self.width)], [np.zeros(0, np.int64)]
        with self._lock:
            for region, chosen in self._directory.parts(wanted):
                found, absent = region.shard.pick(wanted[chosen], self.kernels)
                parts.append(found)
                missing.append(absent)
        return joined(parts), np.concatenate(missing)

    def upsert(self, keys: NDArray[Any], rows: NDArray[Any], *, now_min: int) -> None:
        """Set rows; of a key named twice the last row counts.

        Raises InputError, and changes nothing, for rows of another shape, numbers that are not finite, and a
        minute beyond 32 bits.
        """
        wanted = checked_keys(keys)
        checked = checked_rows(rows, num_rows=len(wanted), width=self.width)
        minutes = np.full(len(wanted), checked_minute(now_min), np.uint32)
        self.put(Entries(wanted, minutes, checked))

    def put(self, given: Entries) -> None:
        """Set entries that were checked before, each with its own minute.

        Readers wait for one shard's part at a time, and not while a fuller one is made anew.
        """
        for region, chosen in self._directory.parts(given.keys):
            with self._lock:
                new = _last_of_each(region.shard.overwrite(given.take(chosen), self.kernels))
                has_room = region.shard.has_room_for(len(new))
                left = region.shard.place(new, self.kernels) if has_room else new
                if has_room and len(left):  # readers would miss whom the new ones drove out
                    self._make_room(region, left)
            if not has_room:
                self._make_room(region, left)

    def erase(self, keys: NDArray[Any]) -> Mask:
        """Remove keys; which of them were there."""
        wanted, there = checked_keys(keys), np.zeros(len(keys), np.bool_)
        with self._lock:
            for region, chosen in self._directory.parts(wanted):
                there[chosen] = region.shard.erase(wanted[chosen], self.kernels)
        return there

    def expire(self, *, unused_since_min: int) -> Keys:
        """Remove what was last used before a minute, and give memory back; the keys that went."""
        return np.concatenate([self._expire(region, unused_since_min) for region in self.regions()])

    def regions(self) -> Iterator[Region]:
        """All regions in the order of their prefixes, as they are when reached."""
        return self._directory.regions()

    def copies(self) -> Iterator[Region]:
        """As `regions`, each copied at one moment: for whoever is slow while the table changes."""
        for region in self.regions():
            with self._lock:
                copy = Region(region.depth, region.prefix, region.shard.narrowed(self.width))
            yield copy

    def narrowed(self, width: int) -> Table:
        """A copy with the first `width` columns, shard by shard as they lie: 20 times as fast as inserting."""
        copy = Table(width=width, seed=self.seed, kernels=self.kernels, max_shard_slots=self._max_shard_slots)
        copy.adopt(
            Region(region.depth, region.prefix, region.shard.narrowed(width)) for region in self.regions()
        )
        return copy

    def entries(self) -> Iterator[Entries]:
        """Copies of what is in the table, a shard at a time."""
        for region in self.regions():
            with self._lock:
                entries = region.shard.entries()
            yield entries

    def adopt(self, regions: Iterable[Region]) -> None:
        """Use shards made elsewhere instead of what is here; together they hold the place of every key."""
        for region in regions:
            self._directory.install(region)

    def _make_room(self, region: Region, new: Entries) -> None:
        """Put wider or more shards where a region was, all of them at once."""
        entries = joined([region.shard.entries(), new])
        regions = self._regions_for(entries, depth=region.depth, prefix=region.prefix)
        with self._lock:
            self.adopt(regions)

    def _regions_for(self, entries: Entries, *, depth: int, prefix: int) -> list[Region]:
        """A region of these entries, or several if one would be too large."""
        if slots_for(len(entries), seed=self.seed) <= self._max_shard_slots or depth == MAX_DEPTH:
            return [Region(depth, prefix, self._made(prefix, entries))]
        is_upper = self._directory.upper_half(entries.keys, depth=depth)
        return [
            *self._regions_for(entries.take(~is_upper), depth=depth + 1, prefix=2 * prefix),
            *self._regions_for(entries.take(is_upper), depth=depth + 1, prefix=2 * prefix + 1),
        ]

    def _made(self, prefix: int, entries: Entries) -> Shard:
        return make_shard(entries, self.kernels, seed=mix_one(self.seed + 1, prefix))

    def _expire(self, region: Region, minute: int) -> Keys:
        with self._lock:
            gone = region.shard.erase_unused_since(minute)
            if len(gone) and region.shard.load < SPARSE:
                region.shard = self._made(region.prefix, region.shard.entries())
        return gone


def _last_of_each(new: Entries) -> Entries:
    keys, first_from_behind = np.unique(new.keys[::-1], return_index=True)
    return new if len(keys) == len(new) else new.take(len(new) - 1 - first_from_behind)
