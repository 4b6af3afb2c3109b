"""A corpus as arrays on disk: word ids, where documents begin, who holds them.

Two passes over any size of text. The first writes ids of words as they stand, then brings each holder's
documents together; the second folds capitals at the beginning of sentences, masks what is private and maps
rare words to "<unk>". Memory holds the spellings, some 50 bytes a document, and a piece of the stream. It
does not count n-grams.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from foretype.corpus.documents import Document
from foretype.corpus.masks import digits_of, spread_numbers
from foretype.ngram.holders import by_holder, holder_chunks
from foretype.ngram.lexicon import Lexicon
from foretype.ngram.stream import PIECE, Stream
from foretype.text.casing import lower_first
from foretype.text.words import END, ENTITIES, LINE, PARAGRAPH, START, ends_sentence, is_opening, split_words

UNKNOWN = "<unk>"
SPECIAL = (START, END, UNKNOWN, LINE, PARAGRAPH, *sorted(ENTITIES))
MAX_RAW_WORDS = 3_000_000  # different spellings held in memory; later new ones count as unknown
MAX_WORDS = 65_535  # ids are uint16
FLUSH_TOKENS = 1 << 20

_SLIP = re.compile(  # a blank was forgotten: "Thanks.That's", ",I", "all--"
    r"[^\W\d_]{2,}[.,!?;:]+[A-Z]|^[.,!?;:]+[^\W\d_]|[^\W\d_]-+$"
)


@dataclass(frozen=True, slots=True)
class RawCorpus:
    """Ids of words as they stand, one stream, each holder's documents side by side.

    Shapes: starts and holders (documents,). `people` are the addresses of all who wrote or were written to.
    """

    tokens: Stream
    starts: NDArray[np.int64]
    holders: NDArray[np.uint32]
    words: list[str]
    people: frozenset[str]


@dataclass(frozen=True, slots=True)
class Corpus:
    """Lexicon ids, one stream; `lower` tells which words sentences capitalise only at their start."""

    tokens: Stream
    starts: NDArray[np.int64]
    holders: NDArray[np.uint32]
    lexicon: Lexicon
    lower: NDArray[np.bool_]


def write_raw(
    documents: Iterable[Document], folder: Path, *, progress: Callable[[int], None] = lambda count: None
) -> RawCorpus:
    """First pass, in any order of documents; the streams lie in `folder`. `progress` hears documents read."""
    ids: dict[str, int] = {word: id for id, word in enumerate(SPECIAL)}
    holders: dict[str, int] = {}
    people: set[str] = set()
    lengths, holder_of, buffer = array("q"), array("q"), array("q")
    stream = Stream(folder / "read.u32", np.uint32)
    for count, document in enumerate(documents, 1):
        words = split_words(document.text)
        buffer.append(ids[START])
        buffer.extend([_raw_id(word, ids) for word in words])
        buffer.append(ids[END])
        lengths.append(len(words) + 2)
        holder_of.append(holders.setdefault(document.holder, len(holders)))
        people.update(document.people)
        if len(buffer) >= FLUSH_TOKENS:
            stream.append(np.array(buffer))
            del buffer[:]
            progress(count)
    stream.append(np.array(buffer))
    ordered, starts, holder = by_holder(stream, np.array(lengths), np.array(holder_of), folder)
    return RawCorpus(ordered, starts, holder, list(ids), frozenset(people))


def choose_words(
    raw: RawCorpus,
    folder: Path,
    *,
    min_holders: int,
    max_words: int = MAX_WORDS,
    private: Mapping[str, str] | None = None,
) -> Corpus:
    """Second pass: fold capitals, keep the most frequent words that at least `min_holders` hold.

    `private` maps words that nobody may see to the entity that stands for them. Numbers written in groups, as
    telephone numbers are, become "<num>" as well.
    """
    ends = np.array([ends_sentence(word) for word in raw.words], np.bool_)
    lower_of, lower_words = _folding(raw, ends)
    masked = _masks(raw.words, private or {})
    digits = np.array([digits_of(word) for word in raw.words], np.int8)
    folded = Stream(folder / "folded.u32", np.uint32)
    counts, held = np.zeros((2, len(raw.words)), np.int64)
    for chunk in holder_chunks(raw.starts, raw.holders, len(raw.tokens), size=PIECE):
        tokens = masked[raw.tokens.read(chunk.start, chunk.stop)]
        at_start = np.flatnonzero(ends[tokens[:-1]]) + 1
        tokens[at_start] = lower_of[tokens[at_start]]
        tokens[spread_numbers(digits[tokens])] = SPECIAL.index("<num>")
        counts += np.bincount(tokens, minlength=len(counts))
        for part in _holder_parts(raw, chunk):
            held[np.unique(tokens[part])] += 1
        folded.append(tokens)
    kept = _most_frequent(raw.words, counts, held, min_holders=min_holders, max_words=max_words)
    return _renumbered(raw, folded, Lexicon(kept), lower_words=lower_words, path=folder / "tokens.u16")


def _raw_id(word: str, ids: dict[str, int]) -> int:
    found = ids.get(word)
    if found is not None:
        return found
    if len(ids) >= MAX_RAW_WORDS:
        return ids[UNKNOWN]
    ids[word] = len(ids)
    return ids[word]


def _folding(raw: RawCorpus, ends: NDArray[np.bool_]) -> tuple[NDArray[np.uint32], set[str]]:
    """For each word its form inside a sentence, judged by how it is written away from sentence starts."""
    inside = np.zeros(len(raw.words), np.int64)
    for piece in raw.tokens.pieces(overlap=1):
        inside += np.bincount(piece[1:][~ends[piece[:-1]]], minlength=len(inside))
    ids = {word: id for id, word in enumerate(raw.words)}
    lower_of = np.arange(len(raw.words), dtype=np.uint32)
    lower_words: set[str] = set()
    for id, word in enumerate(raw.words):
        lowered = lower_first(word)
        if lowered is None or lowered not in ids:
            continue
        if inside[ids[lowered]] >= max(inside[id], 1):
            lower_of[id] = ids[lowered]
            lower_words.add(lowered)
    return lower_of, lower_words


def _masks(words: Sequence[str], private: Mapping[str, str]) -> NDArray[np.uint32]:
    """Each word's id, or that of the entity which stands for it."""
    return np.array(
        [SPECIAL.index(private[word]) if word in private else id for id, word in enumerate(words)], np.uint32
    )


def _holder_parts(raw: RawCorpus, chunk: slice) -> Iterator[slice]:
    """Each holder's part of a chunk, counted from the chunk's beginning."""
    first, last = np.searchsorted(raw.starts, (chunk.start, chunk.stop))
    changes = np.flatnonzero(np.diff(raw.holders[first:last])) + first + 1
    bounds = [0, *(raw.starts[changes] - chunk.start).tolist(), chunk.stop - chunk.start]
    return (slice(*bound) for bound in pairwise(bounds))


def _most_frequent(
    words: list[str],
    counts: NDArray[np.int64],
    held: NDArray[np.int64],
    *,
    min_holders: int,
    max_words: int,
) -> list[str]:
    """SPECIAL and the most frequent words; of equals, those first in the alphabet."""
    special = set(SPECIAL)
    found = [id for id in np.flatnonzero(held >= min_holders).tolist() if words[id] not in special]
    found.sort(key=lambda id: (-int(counts[id]), words[id]))
    shown = (words[id] for id in found if _may_be_shown(words[id]))
    return [*SPECIAL, *islice(shown, max_words - len(SPECIAL))]


def _may_be_shown(word: str) -> bool:
    """No break, no control character, no half of a surrogate pair, nothing that looks like an entity, no slip."""
    if _SLIP.search(word) is not None:
        return False
    return word.isprintable() and (not word.startswith("<") or is_opening(word))


def _renumbered(
    raw: RawCorpus, folded: Stream, lexicon: Lexicon, *, lower_words: set[str], path: Path
) -> Corpus:
    unknown = lexicon.id(UNKNOWN)
    new_id = np.array([lexicon.id(word) if lexicon.knows(word) else unknown for word in raw.words], np.uint16)
    tokens = Stream(path, np.uint16)
    for piece in folded.pieces():
        tokens.append(new_id[piece])
    folded.delete()
    lower = np.array([word in lower_words for word in lexicon.words], np.bool_)
    return Corpus(tokens, raw.starts, raw.holders, lexicon, lower)
