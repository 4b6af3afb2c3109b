"""Texts of one holder side by side: a stream brought into that order, and cut where no holder is cut.

A holder is whoever holds a text together, an author or a conversation; privacy rules count holders. It does not know
what the tokens are.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from foretype.ngram.stream import PIECE, Stream


def by_holder(
    stream: Stream, lengths: NDArray[np.int64], holders: NDArray[np.int64], folder: Path
) -> tuple[Stream, NDArray[np.int64], NDArray[np.uint32]]:
    """The stream with each holder's documents together, holders by first appearance; its starts and holders."""
    order = np.argsort(holders, kind="stable")
    first = np.cumsum(lengths) - lengths
    sorted_lengths = lengths[order]
    starts = np.cumsum(sorted_lengths) - sorted_lengths
    ordered = Stream(folder / "raw.u32", np.uint32)
    for some in np.split(order, np.flatnonzero(np.diff(starts // PIECE)) + 1):
        ordered.append(stream.gather(_spans(some, first, lengths)))
    stream.delete()
    return ordered, starts, holders[order].astype(np.uint32)


def holder_chunks(
    starts: NDArray[np.int64], holders: NDArray[np.uint32], num_tokens: int, *, size: int
) -> Iterator[slice]:
    """Slices of a stream of at least `size` tokens that end between holders, so that none is counted twice."""
    edges = starts[np.flatnonzero(np.diff(holders)) + 1]
    first = 0
    while first < num_tokens:
        at = int(np.searchsorted(edges, first + size))
        last = int(edges[at]) if at < len(edges) else num_tokens
        yield slice(first, last)
        first = last


def _spans(
    documents: NDArray[np.int64], first: NDArray[np.int64], lengths: NDArray[np.int64]
) -> list[tuple[int, int]]:
    """Where these documents lie in the file; neighbours are one span."""
    groups = np.split(documents, np.flatnonzero(np.diff(documents) != 1) + 1)
    return [
        (int(first[group[0]]), int(first[group[-1]] + lengths[group[-1]])) for group in groups if len(group)
    ]
