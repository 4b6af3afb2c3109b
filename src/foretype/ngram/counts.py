"""Counting n-grams of a corpus in bounded memory.

An n-gram is known by its prefix's place in the table of the order below and its last word: key = prefix << 16
| word. So keys of any order fit 64 bits, tables are sorted by key, and the children of one context stand
together, sorted by word: the layout of the packed automaton.

Counted is how often an n-gram occurs and how many holders' texts have it; n-grams that fewer than
`min_holders` hold are left out, but what they add to their context's total is kept. Memory holds one chunk of
the corpus, one range of counted keys, and the tables. It does not smooth.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from foretype.ngram.holders import holder_chunks
from foretype.ngram.spill import RECORD, Run, Spill, bucket_edges
from foretype.ngram.stream import Stream, count_ids
from foretype.ngram.tokens import Corpus
from foretype.text.words import START

CHUNK_TOKENS = 4_000_000  # about 0.3 GB of working memory
NO_NODE = np.uint32(2**32 - 1)
WORD_BITS = 16
MAX_SMALL = 8  # counts 1..7 of dropped n-grams are tallied for the discounts


@dataclass(frozen=True, slots=True)
class Table:
    """The n-grams of one order. All arrays have one entry an n-gram, sorted by (prefix, word).

    `dropped_totals` has one entry a prefix: occurrences of its n-grams that were dropped; `dropped_small[c]` is the
    number of dropped n-grams that occurred c times.
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
    chunk_tokens: int = CHUNK_TOKENS,
    progress: Callable[[int], None] = lambda order: None,
) -> list[Table]:
    """Tables of orders 1 to `order`; `folder` takes scratch files of about 30 bytes a token.

    A chunk holds whole holders, `chunk_tokens` or more: memory grows with the longest-winded of them.
    """
    chunks = list(holder_chunks(corpus.starts, corpus.holders, len(corpus.tokens), size=chunk_tokens))
    tables = [_unigrams(corpus)]
    nodes = corpus.tokens
    for n in range(2, order + 1):
        progress(n)
        spill = Spill(folder, bucket_edges(tables[-1].counts, key_bits=WORD_BITS))
        for chunk in chunks:
            spill.add(_chunk_counts(corpus, nodes, chunk))
        table = _kept(spill, below=tables[-1], min_holders=min_holders)
        longer = Stream(folder / f"nodes.{n}", np.uint32)
        suffixes = _assign_nodes(corpus, nodes, longer, chunks=chunks, table=table)
        tables.append(replace(table, suffixes=suffixes))
        nodes = longer
    return tables


def _unigrams(corpus: Corpus) -> Table:
    size = len(corpus.lexicon)
    words = np.arange(size, dtype=np.uint16)
    return Table(
        prefixes=np.zeros(size, np.uint32),
        words=words,
        counts=count_ids(corpus.tokens, size),
        suffixes=np.zeros(size, np.uint32),
        begins=words == corpus.lexicon.id(START),
        dropped_totals=np.zeros(1, np.int64),
        dropped_small=np.zeros(MAX_SMALL, np.int64),
    )


def _keys(corpus: Corpus, nodes: Stream, chunk: slice) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """Keys of the n-grams that end in the chunk, and where they end. A START ends nothing."""
    first = max(chunk.start, 1)
    prefix = nodes.read(first - 1, chunk.stop - 1)
    word = corpus.tokens.read(first, chunk.stop)
    ends = np.flatnonzero((prefix != NO_NODE) & (word != corpus.lexicon.id(START)))
    keys = (prefix[ends].astype(np.uint64) << np.uint64(WORD_BITS)) | word[ends].astype(np.uint64)
    return keys, ends + first


def _chunk_counts(corpus: Corpus, nodes: Stream, chunk: slice) -> Run:
    """Keys of one chunk with their counts and holders."""
    keys, ends = _keys(corpus, nodes, chunk)
    holder = corpus.holders[np.searchsorted(corpus.starts, ends, side="right") - 1]
    by_key = np.argsort(keys, kind="stable")  # holders stay side by side within a key
    keys, holder = keys[by_key], holder[by_key]
    new_key = np.append(True, keys[1:] != keys[:-1]) if len(keys) else np.zeros(0, np.bool_)
    new_holder = new_key.copy()
    new_holder[1:] |= holder[1:] != holder[:-1]
    group = np.flatnonzero(new_key)
    run = np.zeros(len(group), RECORD)
    if len(group):
        run["key"] = keys[group]
        run["count"] = np.diff(np.append(group, len(keys)))
        run["holders"] = np.add.reduceat(new_holder, group, dtype=np.uint32)
    return run


def _kept(spill: Spill, *, below: Table, min_holders: int) -> Table:
    """The n-grams that enough holders share, with what the others add to totals; suffixes are not known yet."""
    kept: list[Run] = []
    dropped_totals = np.zeros(len(below), np.int64)
    dropped_small = np.zeros(MAX_SMALL + 1, np.int64)
    for run in spill.merged():
        is_kept = run["holders"] >= min_holders
        kept.append(run[is_kept])
        dropped = run["count"][~is_kept].astype(np.int64)
        dropped_totals += np.bincount(_prefixes(run["key"][~is_kept]), dropped, len(below)).astype(np.int64)
        dropped_small += np.bincount(np.minimum(dropped, MAX_SMALL), minlength=MAX_SMALL + 1)
    found = np.concatenate(kept)
    prefixes = _prefixes(found["key"])
    return Table(
        prefixes=prefixes,
        words=(found["key"] & np.uint64(0xFFFF)).astype(np.uint16),
        counts=found["count"].astype(np.int64),
        suffixes=np.full(len(found), NO_NODE, np.uint32),
        begins=below.begins[prefixes],
        dropped_totals=dropped_totals,
        dropped_small=dropped_small[:MAX_SMALL],
    )


def _prefixes(keys: NDArray[np.uint64]) -> NDArray[np.uint32]:
    return (keys >> np.uint64(WORD_BITS)).astype(np.uint32)


def _assign_nodes(
    corpus: Corpus, nodes: Stream, longer: Stream, *, chunks: Sequence[slice], table: Table
) -> NDArray[np.uint32]:
    """Fill `longer` with the place of the n-gram that ends at each token; return each n-gram's suffix."""
    suffixes = np.full(len(table), NO_NODE, np.uint32)
    kept = (table.prefixes.astype(np.uint64) << np.uint64(WORD_BITS)) | table.words
    for chunk in chunks:
        places = np.full(chunk.stop - chunk.start, NO_NODE, np.uint32)
        if len(kept):
            keys, ends = _keys(corpus, nodes, chunk)
            at = np.minimum(np.searchsorted(kept, keys), len(kept) - 1)
            found = kept[at] == keys
            at, ends = at[found], ends[found] - chunk.start
            places[ends] = at
            suffixes[at] = nodes.read(chunk.start, chunk.stop)[ends]
        longer.append(places)
    return suffixes
