"""The packed background model: flat arrays in one file, mapped into memory, asked without unpacking.

N-grams of an order are sorted by (context, word id), and word ids by spelling, so what may follow a context is one
slice, and what may follow it and begins with some letters is a smaller slice of that.

Arrays of order k (words in an n-gram), and what always holds:

    words.k     uint16    last word; ascending inside a context          (k >= 2; of order 1, the place is the word)
    alphas.k    uint8     code of alpha(w | h): exp(-code * STEP), 255 is zero; or float32, exact
    contexts.k  uint32    places of the n-grams of order k that something follows, ascending
    children.k  uint32    len(contexts.k) + 1 bounds into order k + 1: what follows contexts.k[i]
    gammas.k    uint8     code of gamma, the mass left to shorter contexts; or float32
    evidence.k  uint8     code of the times the context was counted: exp(code / 16)

It does not smooth, and it does not mix itself with anybody's counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from foretype.ngram.arrays import read_arrays
from foretype.ngram.lexicon import Lexicon
from foretype.text.words import PARAGRAPH, START, is_word

Ids: TypeAlias = NDArray[np.uint32]
Floats: TypeAlias = NDArray[np.float32]

STEP = 1 / 16  # of a coded probability, in nats: off by at most 3.2 %
ZERO = 255  # codes end at exp(-15.9) = 1.2e-7
NUM_COMMON = 4096  # most frequent words, looked at when nothing is typed yet


@dataclass(frozen=True, slots=True)
class Level:
    """One order of n-grams; see the module's text."""

    words: NDArray[np.uint16] | None
    alphas: NDArray[Any]
    contexts: NDArray[np.uint32]
    children: NDArray[np.uint32]
    gammas: NDArray[Any]
    evidence: NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Match:
    """One context of some length k that the model knows: its slice of order k + 1.

    `gamma` is the probability mass left to the shorter context, `evidence` the times it was counted.
    """

    order: int  # words in the context, k
    first: int
    last: int
    gamma: float
    evidence: float


class Automaton:
    """A background n-gram model, read-only. Safe for threads."""

    def __init__(self, lexicon: Lexicon, levels: Sequence[Level], *, lower: NDArray[np.bool_], unigram: tuple[float, float]) -> None:
        """`unigram` is gamma and evidence of the empty context; `lower` see `Corpus.lower`."""
        self.lexicon = lexicon
        self._levels = levels
        self._lower = lower
        self._unigram = unigram
        self._decode = np.exp(-STEP * np.arange(256, dtype=np.float32))
        self._decode[ZERO] = 0.0

    @property
    def order(self) -> int:
        return len(self._levels)

    @property
    def num_ngrams(self) -> list[int]:
        return [len(level.alphas) for level in self._levels]

    def is_lower(self, word: str) -> bool:
        """Whether a small-letter word is capitalised only where a sentence begins."""
        return self.lexicon.knows(word) and bool(self._lower[self.lexicon.id(word)])

    def match(self, context: Ids) -> list[Match]:
        """The empty context and every longer end of `context` that something follows, shortest first."""
        gamma, evidence = self._unigram
        found = [Match(0, 0, len(self.lexicon), gamma, evidence)]
        for length in range(1, min(len(context), self.order - 1) + 1):
            match = self._descend(context[-length:])
            if match is None:
                break
            found.append(match)
        return found

    def alphas(self, match: Match, ids: Ids) -> Floats:
        """alpha(w | context) of some words, 0 where it was never seen there. Shape (len(ids),)."""
        known = ids < len(self.lexicon)
        if match.order == 0:
            at = np.where(known, ids, 0)
            return np.where(known, self._alpha(self._levels[0], at), np.float32(0))
        level = self._levels[match.order]
        assert level.words is not None
        slice_ = level.words[match.first : match.last]
        at = np.minimum(np.searchsorted(slice_, ids.astype(np.uint16)), len(slice_) - 1)
        found = known & (slice_[at] == ids)
        return np.where(found, self._alpha(level, at + match.first), np.float32(0))

    def top(self, match: Match, *, low: int, high: int, limit: int) -> Ids:
        """The `limit` likeliest words after a context among the ids low..high-1, in no order."""
        if match.order == 0:
            return self._top_unigrams(low, high, limit)
        level = self._levels[match.order]
        assert level.words is not None
        slice_ = level.words[match.first : match.last]
        start, stop = np.searchsorted(slice_, (low, min(high, 65_535)))
        if stop - start <= limit:
            return slice_[start:stop].astype(np.uint32)
        chosen = _largest(self._alpha(level, np.arange(match.first + start, match.first + stop)), limit)
        return slice_[start + chosen].astype(np.uint32)

    def _top_unigrams(self, low: int, high: int, limit: int) -> Ids:
        common = self._common
        inside = common[(common >= low) & (common < high)][:limit]
        if len(inside) == limit or high - low <= len(inside):
            return inside
        places = np.arange(low, high)
        if len(places) > limit:
            places = places[_largest(self._alpha(self._levels[0], places), limit)]
        return places.astype(np.uint32)

    @cached_property
    def _common(self) -> Ids:
        """The most frequent words, most frequent first."""
        alphas = self._alpha(self._levels[0], np.arange(len(self.lexicon)))
        return np.argsort(-alphas, kind="stable")[:NUM_COMMON].astype(np.uint32)

    def _descend(self, context: Ids) -> Match | None:
        """Walk from the first word of `context` to its last; None where the path ends."""
        node = int(context[0])
        if node >= len(self.lexicon):
            return None
        for depth, level in enumerate(self._levels[: len(context)]):
            at = int(np.searchsorted(level.contexts, node))
            if at == len(level.contexts) or level.contexts[at] != node:
                return None
            first, last = int(level.children[at]), int(level.children[at + 1])
            if depth == len(context) - 1:
                gamma = self._value(level.gammas[at])
                return Match(depth + 1, first, last, gamma, float(np.exp(level.evidence[at] / 16)))
            words = self._levels[depth + 1].words
            assert words is not None
            if context[depth + 1] > 0xFFFF:
                return None
            place = first + int(np.searchsorted(words[first:last], np.uint16(context[depth + 1])))
            if place == last or words[place] != context[depth + 1]:
                return None
            node = place
        return None

    def _alpha(self, level: Level, places: NDArray[Any]) -> Floats:
        stored = level.alphas[places]
        return self._decode[stored] if stored.dtype == np.uint8 else stored

    def _value(self, stored: Any) -> float:
        return float(self._decode[stored]) if isinstance(stored, np.uint8) else float(stored)


def open_automaton(path: Path) -> Automaton:
    """Map a background model into memory. Raises ModelError for a missing, truncated or foreign file."""
    header, arrays = read_arrays(path, kind="background")
    lexicon = Lexicon(bytes(arrays["lexicon"]).decode().split("\x00"))
    levels = [
        Level(
            words=arrays.get(f"words.{k}"),
            alphas=arrays[f"alphas.{k}"],
            contexts=arrays.get(f"contexts.{k}", np.zeros(0, np.uint32)),
            children=arrays.get(f"children.{k}", np.zeros(1, np.uint32)),
            gammas=arrays.get(f"gammas.{k}", np.zeros(0, np.uint8)),
            evidence=arrays.get(f"evidence.{k}", np.zeros(0, np.uint8)),
        )
        for k in range(1, header["order"] + 1)
    ]
    return Automaton(
        lexicon,
        levels,
        lower=np.unpackbits(arrays["lower"], count=len(lexicon)).astype(np.bool_),
        unigram=(header["gamma"], header["evidence"]),
    )


def _largest(values: Floats, limit: int) -> NDArray[np.intp]:
    return np.argpartition(values, len(values) - limit)[len(values) - limit :]
