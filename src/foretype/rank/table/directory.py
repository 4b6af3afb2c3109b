"""Which shard a key belongs to: extendible hashing by the first bits of the mixed key.

It does not know what is in a shard, or when one should be split.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from foretype.rank.table.entries import Keys, Mask
from foretype.rank.table.hashing import mix
from foretype.rank.table.shard import Shard

MAX_DEPTH = 16  # 65,536 shards, 14 billion entries; and 16-bit numbers are sorted by radix


@dataclass(slots=True)
class Region:
    """The shard of all keys whose mixed first `depth` bits are `prefix`."""

    depth: int
    prefix: int
    shard: Shard


class Directory:
    """Invariant: there are 2 ** _depth places; each names its region, and the first place of the same region."""

    def __init__(self, seed: int, whole: Region) -> None:
        """`whole` is the one region of all keys, of depth 0."""
        self._seed = seed
        self._depth = 0
        self._places = [whole]
        self._firsts: NDArray[np.uint16] = np.zeros(1, np.uint16)

    def __len__(self) -> int:
        return len(self._places)

    def parts(self, keys: Keys) -> list[tuple[Region, NDArray[Any] | slice]]:
        """Each region that has a share of the keys, and which they are."""
        if self._depth == 0:
            return [(self._places[0], slice(None))]
        firsts = self._firsts[(mix(keys, self._seed) >> np.uint64(64 - self._depth)).view(np.int64)]
        order = np.argsort(firsts, kind="stable")
        edges = np.flatnonzero(np.diff(firsts[order])) + 1
        groups = np.split(order, edges) if len(keys) else []
        return [(self._places[firsts[group[0]]], group) for group in groups]

    def upper_half(self, keys: Keys, *, depth: int) -> Mask:
        """Which keys of a region of this depth belong into the second half, were it split."""
        bits = mix(keys, self._seed) >> np.uint64(63 - depth)
        return np.asarray(bits & np.uint64(1) == 1)

    def install(self, region: Region) -> None:
        """Let a region have its places. One that had wider ones must be replaced whole before the next look-up."""
        while self._depth < region.depth:
            self._double()
        size = 2 ** (self._depth - region.depth)
        first = region.prefix * size
        self._places[first : first + size] = [region] * size
        self._firsts[first : first + size] = first

    def regions(self) -> Iterator[Region]:
        """All regions in the order of their prefixes, as they are when reached: they only ever get finer."""
        share = 0.0
        while share < 1.0:
            region = self._places[int(share * len(self._places))]
            yield region
            share = (region.prefix + 1) / 2**region.depth

    def _double(self) -> None:
        self._depth += 1
        self._places = [region for region in self._places for _ in range(2)]
        self._firsts = np.repeat(self._firsts * 2, 2)
