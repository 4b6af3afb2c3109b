"""Counting n-grams of a corpus in bounded memory.

An n-gram is known by its prefix's place in the table of the order below and its last word: key = prefix << 16 |
word. So keys of any order fit 64 bits, tables are sorted by key, and the children of one context stand together,
sorted by word: the layout of the packed automaton.

Counted is how often an n-gram occurs and how many holders' texts have it; n-grams that fewer than `min_holders`
hold are left out, but what they add to their context's total is kept. It does not smooth.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from foretype.ngram.tokens import Corpus
from foretype.text.words import START

CHUNK_TOKENS = 4_000_000  # about 0.3 GB of working memory
NO_NODE = np.uint32(2**32 - 1)
WORD_BITS = np.uint64(16)
MAX_SMALL = 8  # counts 1..7 of dropped n-grams are tallied for the discounts


@dataclass(frozen=True, slots=True)
class Table:
    """The n-grams of one order. All arrays have one entry an n-gram, sorted by (prefix, word).

    `dropped_totals` has one entry a prefix: occurrences of its n-grams that were dropped; `dropped_small[c]` is
    the number of dropped n-grams that occurred c times.
    """

    prefixes: NDArray[np.uint32]
    words: NDArray[np.uint16]
    counts: NDArray[np.int64]
    suffixes: NDArray[np.uint32]  # place of the n-gram without its first word, in the order below
    begins: NDArray[np.bool_]  # begins with START: nothing can stand before it
    dropped_totals: NDArray[np.int64]
    dropped_small: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.words)


def count_ngrams(
    corpus: Corpus,
    *,
    order: int,
    min_holders: int,
    folder: Path,
    progress: Callable[[int], None] = lambda order: None,
) -> list[Table]:
    """Tables of orders 1 to `order`; `folder` holds scratch files as large as a few times the corpus."""
    start = corpus.lexicon.id(START)
    tables = [_unigrams(corpus, start=start)]
    nodes = np.memmap(folder / "nodes.1", np.uint32, mode="w+", shape=corpus.tokens.shape)
    nodes[:] = corpus.tokens
    for n in range(2, order + 1):
        progress(n)
        runs = [_chunk_counts(corpus, nodes, chunk, n=n, start=start) for chunk in _chunks(corpus)]
        keys, counts, holders = _merge(runs)
        kept = holders >= min_holders
        longer = np.memmap(folder / f"nodes.{n}", np.uint32, mode="w+", shape=corpus.tokens.shape)
        suffixes = _assign_nodes(corpus, nodes, longer, keys[kept], n=n, start=start)
        tables.append(_table(keys, counts, kept, suffixes, below=tables[-1]))
        nodes = longer
    return tables


def _unigrams(corpus: Corpus, *, start: int) -> Table:
    size = len(corpus.lexicon)
    counts = np.bincount(corpus.tokens, minlength=size).astype(np.int64)
    words = np.arange(size, dtype=np.uint16)
    return Table(
        prefixes=np.zeros(size, np.uint32),
        words=words,
        counts=counts,
        suffixes=np.zeros(size, np.uint32),
        begins=words == start,
        dropped_totals=np.zeros(1, np.int64),
        dropped_small=np.zeros(MAX_SMALL, np.int64),
    )


def _chunks(corpus: Corpus) -> Iterator[slice]:
    """Slices of the stream that end between holders, so that none is counted twice."""
    edges = corpus.starts[np.flatnonzero(np.diff(corpus.holders)) + 1]
    first = 0
    while first < len(corpus.tokens):
        later = edges[edges >= first + CHUNK_TOKENS]
        last = int(later[0]) if len(later) else len(corpus.tokens)
        yield slice(first, last)
        first = last


def _keys(
    corpus: Corpus, nodes: NDArray[np.uint32], chunk: slice, *, start: int
) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """Keys of the n-grams that end in the chunk, and where they end. A START ends nothing."""
    first = max(chunk.start, 1)
    prefix = nodes[first - 1 : chunk.stop - 1]
    word = corpus.tokens[first : chunk.stop]
    ends = np.flatnonzero((prefix != NO_NODE) & (word != start))
    keys = (prefix[ends].astype(np.uint64) << WORD_BITS) | word[ends].astype(np.uint64)
    return keys, ends + first


def _chunk_counts(
    corpus: Corpus, nodes: NDArray[np.uint32], chunk: slice, *, n: int, start: int
) -> tuple[NDArray[np.uint64], NDArray[np.int64], NDArray[np.int64]]:
    """(keys, counts, holders) of one chunk, sorted by key."""
    keys, ends = _keys(corpus, nodes, chunk, start=start)
    holder = corpus.holders[np.searchsorted(corpus.starts, ends, side="right") - 1]
    by_key = np.argsort(keys, kind="stable")  # holders stay side by side within a key
    keys, holder = keys[by_key], holder[by_key]
    new_key = np.append(True, keys[1:] != keys[:-1]) if len(keys) else np.zeros(0, np.bool_)
    new_holder = new_key.copy()
    new_holder[1:] |= holder[1:] != holder[:-1]
    group = np.flatnonzero(new_key)
    counts = np.diff(np.append(group, len(keys)))
    holders = np.add.reduceat(new_holder, group) if len(group) else np.zeros(0)
    return keys[group], counts.astype(np.int64), holders.astype(np.int64)


def _merge(
    runs: list[tuple[NDArray[np.uint64], NDArray[np.int64], NDArray[np.int64]]],
) -> tuple[NDArray[np.uint64], NDArray[np.int64], NDArray[np.int64]]:
    """One run out of many; neighbours first, so that each n-gram is copied log(runs) times."""
    while len(runs) > 1:
        pairs = [runs[at : at + 2] for at in range(0, len(runs), 2)]
        runs = [_merge_two(*pair) if len(pair) == 2 else pair[0] for pair in pairs]
    return runs[0]


def _merge_two(
    left: tuple[NDArray[np.uint64], NDArray[np.int64], NDArray[np.int64]],
    right: tuple[NDArray[np.uint64], NDArray[np.int64], NDArray[np.int64]],
) -> tuple[NDArray[np.uint64], NDArray[np.int64], NDArray[np.int64]]:
    keys = np.concatenate((left[0], right[0]))
    by_key = np.argsort(keys, kind="stable")
    keys = keys[by_key]
    group = np.flatnonzero(np.append(True, keys[1:] != keys[:-1]))
    counts = np.add.reduceat(np.concatenate((left[1], right[1]))[by_key], group)
    holders = np.add.reduceat(np.concatenate((left[2], right[2]))[by_key], group)
    return keys[group], counts, holders


def _assign_nodes(
    corpus: Corpus,
    nodes: NDArray[np.uint32],
    longer: NDArray[np.uint32],
    kept: NDArray[np.uint64],
    *,
    n: int,
    start: int,
) -> NDArray[np.uint32]:
    """Fill `longer` with the place of the n-gram that ends at each token; return each n-gram's suffix."""
    suffixes = np.full(len(kept), NO_NODE, np.uint32)
    longer[:] = NO_NODE
    if not len(kept):
        return suffixes
    for chunk in _chunks(corpus):
        keys, ends = _keys(corpus, nodes, chunk, start=start)
        at = np.minimum(np.searchsorted(kept, keys), len(kept) - 1)
        found = kept[at] == keys
        longer[ends[found]] = at[found]
        suffixes[at[found]] = nodes[ends[found]]
    return suffixes


def _table(
    keys: NDArray[np.uint64],
    counts: NDArray[np.int64],
    kept: NDArray[np.bool_],
    suffixes: NDArray[np.uint32],
    *,
    below: Table,
) -> Table:
    prefixes = (keys >> WORD_BITS).astype(np.uint32)
    dropped = counts[~kept]
    return Table(
        prefixes=prefixes[kept],
        words=(keys[kept] & np.uint64(0xFFFF)).astype(np.uint16),
        counts=counts[kept],
        suffixes=suffixes,
        begins=below.begins[prefixes[kept]],
        dropped_totals=np.bincount(prefixes[~kept], dropped, len(below)).astype(np.int64),
        dropped_small=np.bincount(np.minimum(dropped, MAX_SMALL), minlength=MAX_SMALL + 1)[:MAX_SMALL],
    )
