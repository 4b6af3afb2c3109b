"""Counted n-grams of many chunks, kept on disk by ranges of their keys and added up one range at a time.

A range ends with the context at which its chunks may hold BUCKET_RECORDS together. It does not know what a
key stands for, beyond that contexts fill its upper bits.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from foretype.ngram.stream import Stream

BUCKET_RECORDS = 4_000_000  # 80 MB, and twice that while they are sorted
RECORD = np.dtype([("key", np.uint64), ("count", np.uint64), ("holders", np.uint32)])
Run: TypeAlias = NDArray[Any]  # of RECORD, ascending by key, each key once


class Spill:
    """Runs in, one merged run a range out, ascending."""

    def __init__(self, folder: Path, edges: NDArray[np.uint64]) -> None:
        """`edges` are the ranges' first keys, ascending from 0."""
        self._edges = edges
        self._buckets = [Stream(folder / f"bucket.{at}", RECORD) for at in range(len(edges))]

    def add(self, run: Run) -> None:
        """Take the counts of one chunk. No holder may stand in two chunks."""
        bounds = np.append(np.searchsorted(run["key"], self._edges), len(run)).tolist()
        for bucket, first, last in zip(self._buckets, bounds, bounds[1:], strict=False):
            if last > first:
                bucket.append(run[first:last])

    def merged(self) -> Iterator[Run]:
        """Each range's records, added up. The files are gone afterwards."""
        for bucket in self._buckets:
            yield _added_up(bucket.read(0, len(bucket)))
            bucket.delete()


def bucket_edges(counts: NDArray[np.int64], *, key_bits: int) -> NDArray[np.uint64]:
    """First keys of ranges, given how often each context occurs; a key is its context << `key_bits` | word.

    >>> bucket_edges(np.array([3_000_000, 2_000_000, 1]), key_bits=16).tolist()
    [0, 131072]
    """
    bucket = (np.cumsum(counts) - counts) // BUCKET_RECORDS
    first = np.flatnonzero(np.diff(bucket, prepend=-1)) if len(bucket) else np.zeros(1)
    return first.astype(np.uint64) << np.uint64(key_bits)


def _added_up(records: Run) -> Run:
    records = records[np.argsort(records["key"], kind="stable")]
    keys = records["key"]
    first = np.flatnonzero(np.append(True, keys[1:] != keys[:-1])) if len(keys) else np.zeros(0, np.intp)
    run = records[first]
    if len(first):
        run["count"] = np.add.reduceat(records["count"], first)
        run["holders"] = np.add.reduceat(records["holders"], first)
    return run
