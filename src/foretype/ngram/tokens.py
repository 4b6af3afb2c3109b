"""A corpus as arrays on disk: word ids, where documents begin, who holds them.

Two passes over any size of text in bounded memory: the first writes ids of words as they stand, the second folds
capitals at the beginning of sentences and maps rare words to "<unk>". It does not count n-grams.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from foretype.corpus.documents import Document
from foretype.ngram.lexicon import Lexicon
from foretype.text.casing import lower_first
from foretype.text.words import END, ENTITIES, LINE, PARAGRAPH, START, ends_sentence, is_word, split_words

UNKNOWN = "<unk>"
SPECIAL = (START, END, UNKNOWN, LINE, PARAGRAPH, *sorted(ENTITIES))
MAX_RAW_WORDS = 3_000_000  # different spellings held in memory; later new ones count as unknown
MAX_WORDS = 65_535  # ids are uint16
FLUSH_TOKENS = 1 << 20


@dataclass(frozen=True, slots=True)
class RawCorpus:
    """Ids of words as they stand, one stream. Shapes: tokens (n,), starts and holders (documents,)."""

    tokens: NDArray[np.uint32]
    starts: NDArray[np.int64]
    holders: NDArray[np.uint32]
    words: list[str]


@dataclass(frozen=True, slots=True)
class Corpus:
    """Lexicon ids, one stream; `lower` tells for each word whether sentences capitalise it only at their start."""

    tokens: NDArray[np.uint16]
    starts: NDArray[np.int64]
    holders: NDArray[np.uint32]
    lexicon: Lexicon
    lower: NDArray[np.bool_]


def write_raw(
    documents: Iterable[Document],
    folder: Path,
    *,
    progress: Callable[[int], None] = lambda count: None,
) -> RawCorpus:
    """First pass. Documents of one holder must stand together (`documents.by_holder`).

    The stream goes to a file in `folder`.
    """
    ids: dict[str, int] = {word: id for id, word in enumerate(SPECIAL)}
    holders: dict[str, int] = {}
    starts, holder_of = array("q"), array("L")
    buffer, num_tokens = array("L"), 0
    assert buffer.itemsize in (4, 8)
    path = folder / "raw.u32"
    with path.open("wb") as out:
        for count, document in enumerate(documents):
            starts.append(num_tokens + len(buffer))
            holder_of.append(holders.setdefault(document.holder, len(holders)))
            buffer.append(ids[START])
            for word in split_words(document.text):
                buffer.append(_raw_id(word, ids))
            buffer.append(ids[END])
            if len(buffer) >= FLUSH_TOKENS:
                num_tokens += len(buffer)
                np.array(buffer, np.uint32).tofile(out)
                del buffer[:]
                progress(count)
        np.array(buffer, np.uint32).tofile(out)
    tokens = np.memmap(path, np.uint32, mode="r")
    return RawCorpus(tokens, np.array(starts), np.array(holder_of, np.uint32), list(ids))


def choose_words(
    raw: RawCorpus,
    *,
    min_holders: int,
    max_words: int = MAX_WORDS,
    private: Collection[str] = (),
) -> Corpus:
    """Second pass: fold capitals, keep the most frequent words that at least `min_holders` hold.

    Words in `private` become "<name>".
    """
    at_start = _sentence_starts(raw)
    lower_of, lower_words = _folding(raw, at_start)
    scrubbed = np.arange(len(raw.words), dtype=np.uint32)
    scrubbed[[word in private for word in raw.words]] = SPECIAL.index("<name>")
    tokens = scrubbed[raw.tokens]
    tokens[at_start] = lower_of[tokens[at_start]]
    counts = np.bincount(tokens, minlength=len(raw.words))
    held = _holders_of(tokens, raw, num_words=len(raw.words))
    kept = _most_frequent(raw.words, counts, held, min_holders=min_holders, max_words=max_words)
    lexicon = Lexicon(kept)
    unknown = lexicon.id(UNKNOWN)
    new_id = np.array([lexicon.id(word) if lexicon.knows(word) else unknown for word in raw.words], np.uint16)
    lower = np.array([word in lower_words for word in lexicon.words], np.bool_)
    return Corpus(new_id[tokens], raw.starts, raw.holders, lexicon, lower)


def _raw_id(word: str, ids: dict[str, int]) -> int:
    found = ids.get(word)
    if found is not None:
        return found
    if len(ids) >= MAX_RAW_WORDS:
        return ids[UNKNOWN]
    ids[word] = len(ids)
    return ids[word]


def _sentence_starts(raw: RawCorpus) -> NDArray[np.int64]:
    """Places whose word begins a sentence."""
    ends = np.array([ends_sentence(word) for word in raw.words], np.bool_)
    return np.flatnonzero(ends[raw.tokens[:-1]]) + 1


def _folding(raw: RawCorpus, at_start: NDArray[np.int64]) -> tuple[NDArray[np.uint32], set[str]]:
    """For each word its form inside a sentence, judged by how it is written away from sentence starts."""
    inside = np.bincount(raw.tokens, minlength=len(raw.words))
    inside -= np.bincount(raw.tokens[at_start], minlength=len(raw.words))
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


def _holders_of(tokens: NDArray[np.uint32], raw: RawCorpus, *, num_words: int) -> NDArray[np.int64]:
    """In how many holders' texts each word stands."""
    held = np.zeros(num_words, np.int64)
    edges = np.append(np.flatnonzero(np.diff(raw.holders, prepend=np.uint32(2**32 - 1))), len(raw.holders))
    bounds = np.append(raw.starts, len(tokens))
    for first, last in zip(edges[:-1], edges[1:], strict=True):
        held[np.unique(tokens[bounds[first] : bounds[last]])] += 1
    return held


def _most_frequent(
    words: list[str],
    counts: NDArray[np.int64],
    held: NDArray[np.int64],
    *,
    min_holders: int,
    max_words: int,
) -> list[str]:
    kept = [word for word in SPECIAL]
    special = set(SPECIAL)
    for id in np.argsort(-counts, kind="stable"):
        if len(kept) >= max_words:
            break
        word = words[id]
        if word not in special and held[id] >= min_holders and _may_be_shown(word):
            kept.append(word)
    return kept


def _may_be_shown(word: str) -> bool:
    return not is_word(word) or (word.isprintable() and not word.startswith("<"))
