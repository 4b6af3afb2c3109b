"""Finding and placing, compiled by numba: one entry after the other, each by the shortest way.

Placing searches breadth first for the nearest free slot along tenants' other buckets, and moves nobody until it has
found one, so a search that fails has changed nothing. The shortest way never visits a bucket twice: the second visit
would have been found a step earlier from the first. It does not know when a shard should grow.

Compiled code is kept beside this file, or in the user's cache where that cannot be written: the first start on a machine
takes five seconds, the next ones one or two, most of it to import numba.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numba
import numpy as np

from foretype.rank.table.entries import EMPTY, Entries, Keys, Slots
from foretype.rank.table.hashing import STEP_1, STEP_2
from foretype.rank.table.kernels import ABSENT

MAX_NODES = 1024  # buckets looked at for one entry; more fill a shard no further (benchmarks/bench_table.py)

# Typed, since numba turns int64 and uint64 together into floats.
_STEP_1, _STEP_2 = np.uint64(STEP_1), np.uint64(STEP_2)
_27, _30, _31, _32 = np.uint64(27), np.uint64(30), np.uint64(31), np.uint64(32)
_1, _LOW_32 = np.uint64(1), np.uint64(0xFFFFFFFF)


class NumbaKernels:
    """Kernels compiled by numba."""

    name = "numba"

    def __init__(self) -> None:
        """Compiles, or reads what was compiled before, so that no request waits for it."""
        one, minute, row = np.zeros(1, np.int64), np.zeros(1, np.uint32), np.zeros((1, 1), np.float32)
        free = Entries(np.full(8, EMPTY, np.int64), np.zeros(8, np.uint32), np.zeros((8, 1), np.float32))
        self.place(free, 0, Entries(one, minute, row))
        self.find(free.keys, 0, one)

    def find(self, keys: Keys, seed: int, wanted: Keys) -> Slots:
        slots = np.empty(len(wanted), np.int64)
        _find(keys, np.uint64(seed), wanted, slots)
        return slots

    def place(self, shard: Entries, seed: int, new: Entries) -> Entries:
        num_placed = _place(
            shard.keys, shard.minutes, shard.rows, np.uint64(seed), new.keys, new.minutes, new.rows
        )
        return new.take(slice(num_placed, None))


def _compiled(function: Callable[..., Any]) -> Callable[..., Any]:
    made: Callable[..., Any] = numba.njit(cache=True, nogil=True)(function)
    return made


def _two_buckets_of(key: Any, seed: Any, num_buckets: Any) -> Any:
    mixed = np.uint64(key) ^ seed
    mixed = (mixed ^ (mixed >> _30)) * _STEP_1
    mixed = (mixed ^ (mixed >> _27)) * _STEP_2
    mixed = mixed ^ (mixed >> _31)
    first = ((mixed & _LOW_32) * num_buckets) >> _32
    second = ((mixed >> _32) * (num_buckets - _1)) >> _32
    if second >= first:
        second += _1
    return np.int64(first), np.int64(second)


_two_buckets = _compiled(_two_buckets_of)


def _slot_with_key(keys: Any, bucket: Any, key: Any) -> Any:
    for slot in range(bucket * 4, bucket * 4 + 4):
        if keys[slot] == key:
            return slot
    return ABSENT


_slot_with = _compiled(_slot_with_key)


def _find_all(keys: Any, seed: Any, wanted: Any, slots: Any) -> None:
    num_buckets = np.uint64(keys.size // 4)
    for index in range(wanted.size):
        first, second = _two_buckets(wanted[index], seed, num_buckets)
        slot = _slot_with(keys, first, wanted[index])
        slots[index] = slot if slot != ABSENT else _slot_with(keys, second, wanted[index])


_find = _compiled(_find_all)


def _nearest_free_node(
    keys: Any, seed: Any, num_buckets: Any, buckets: Any, parents: Any, positions: Any
) -> Any:
    """The first node of the search with a free slot. Node i is bucket buckets[i], reached from parents[i]."""
    reached, node = 2, 0
    while node < reached:
        bucket = buckets[node]
        if _slot_with(keys, bucket, EMPTY) != ABSENT:
            return node
        for position in range(4):
            if reached < buckets.size:
                first, second = _two_buckets(keys[bucket * 4 + position], seed, num_buckets)
                buckets[reached] = second if first == bucket else first
                parents[reached], positions[reached] = node, position
                reached += 1
        node += 1
    return ABSENT


_nearest_free = _compiled(_nearest_free_node)


def _move_along(
    keys: Any, minutes: Any, rows: Any, node: Any, buckets: Any, parents: Any, positions: Any
) -> Any:
    """Move tenants one step each, the last first; gives the slot that is free then, in a root bucket."""
    free = _slot_with(keys, buckets[node], EMPTY)
    while parents[node] != ABSENT:
        tenant = buckets[parents[node]] * 4 + positions[node]
        keys[free], minutes[free] = keys[tenant], minutes[tenant]
        for column in range(rows.shape[1]):
            rows[free, column] = rows[tenant, column]
        free, node = tenant, parents[node]
    return free


_move = _compiled(_move_along)


def _place_all(
    keys: Any, minutes: Any, rows: Any, seed: Any, new_keys: Any, new_minutes: Any, new_rows: Any
) -> Any:
    """Place entries in order until one finds no place; how many were placed."""
    num_buckets = np.uint64(keys.size // 4)
    buckets = np.empty(MAX_NODES, np.int64)
    parents = np.empty(MAX_NODES, np.int64)
    positions = np.empty(MAX_NODES, np.int64)
    parents[:2] = ABSENT
    for index in range(new_keys.size):
        buckets[0], buckets[1] = _two_buckets(new_keys[index], seed, num_buckets)
        node = _nearest_free(keys, seed, num_buckets, buckets, parents, positions)
        if node == ABSENT:
            return index
        slot = _move(keys, minutes, rows, node, buckets, parents, positions)
        keys[slot], minutes[slot] = new_keys[index], new_minutes[index]
        for column in range(rows.shape[1]):
            rows[slot, column] = new_rows[index, column]
    return new_keys.size


_place = _compiled(_place_all)
