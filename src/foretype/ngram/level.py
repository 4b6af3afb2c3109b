"""One order of n-grams in flat arrays, and the look-ups that need no more than that.

Arrays of order k (words in an n-gram), and what always holds:

    words.k     uint16    last word; ascending inside a context          (k >= 2; of order 1, the place is the word)
    alphas.k    uint8     code of alpha(w | h): exp(-code * STEP), 255 is zero; or float32, exact
    contexts.k  uint32    places of the n-grams of order k that something follows, ascending
    children.k  uint32    len(contexts.k) + 1 bounds into order k + 1: what follows contexts.k[i]
    gammas.k    uint8     code of gamma, the mass left to shorter contexts; or float32
    evidence.k  uint8     code of the times the context was counted: exp(code / 16)

Single look-ups bisect memory views: on one number that is ten times faster than numpy, which copies what it searches
when types differ; and a key asks about ten words at a time. It does not know other orders.
"""

from __future__ import annotations

import math
import sys
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from foretype.ngram.largest import first_largest, largest

Floats: TypeAlias = NDArray[np.float32]

STEP = 1 / 16  # of a coded probability, in nats: off by at most 3.2 %
ZERO = 255  # codes end at exp(-15.9) = 1.2e-7
DECODE = np.exp(-STEP * np.arange(256)).astype(np.float32)
DECODE[ZERO] = 0.0
DECODED: list[float] = DECODE.tolist()
NOWHERE = sys.maxsize  # a place behind every n-gram
NO_WORDS = np.zeros(0, np.uint16)
FEW = 48  # n-grams that plain Python sorts as quickly as numpy chooses
UNROLLED = (
    8  # numbers from which numpy adds up eight at a time, and rounds otherwise than one after the other
)
MANY = 256  # n-grams of which the best words are remembered: choosing them takes longer than a look-up
MAX_REMEMBERED = 4096  # sums, and best words: half a megabyte each


class Level:
    """One order; see the module's text. Read-only. `words` is empty for order 1."""

    def __init__(
        self,
        words: NDArray[np.uint16],
        alphas: NDArray[Any],
        *,
        contexts: NDArray[np.uint32],
        children: NDArray[np.uint32],
        gammas: NDArray[Any],
        evidence: NDArray[np.uint8],
    ) -> None:
        self.words, self.alphas = words, alphas
        self.contexts, self.children = contexts, children
        self.gammas, self.evidence = gammas, evidence
        self._words: memoryview[int] = words.data
        self._alphas: memoryview[Any] = alphas.data
        self._is_coded = alphas.dtype == np.uint8
        self._contexts: memoryview[int] = contexts.data
        self._children: memoryview[int] = children.data
        self._sum_of_many = lru_cache(MAX_REMEMBERED)(self._sum)
        self._top_of_many = lru_cache(MAX_REMEMBERED)(self._top)

    @property
    def num_children(self) -> NDArray[np.int64]:
        """How many n-grams of the order above each context has. Shape (contexts,)."""
        bounds = self.children.astype(np.int64)
        return bounds[1:] - bounds[:-1]

    def check(self, *, num_longer: int) -> None:
        """Raise ValueError where lengths disagree among themselves or with `num_longer` n-grams above."""
        num_contexts = len(self.contexts)
        if len(self.words) not in (0, len(self.alphas)):
            raise ValueError(f"{len(self.words)} words for {len(self.alphas)} n-grams")
        if not len(self.children) - 1 == num_contexts == len(self.gammas) == len(self.evidence):
            raise ValueError(f"{num_contexts} contexts with {len(self.children)} bounds")
        if int(self.children[-1]) != num_longer:
            raise ValueError(f"bounds end at {self.children[-1]}, wanted {num_longer}")

    def alpha(self, places: NDArray[Any] | slice) -> Floats:
        """alpha of n-grams by place."""
        return decoded(self.alphas[places])

    def alpha_at(self, place: int) -> float:
        """alpha of the n-gram at a place."""
        stored = self._alphas[place]
        found: float = DECODED[stored] if self._is_coded else stored
        return found

    def alphas_at(self, places: Iterable[int]) -> list[float]:
        """alpha of n-grams by place; 0 for a place behind the last one."""
        stored, size = self._alphas, len(self._alphas)
        if self._is_coded:
            return [DECODED[stored[place]] if place < size else 0.0 for place in places]
        return [stored[place] if place < size else 0.0 for place in places]

    def alphas_of(self, ids: Sequence[int], first: int, last: int) -> list[float]:
        """alpha of those among places first..last-1 that end in each of `ids`; 0 where none does."""
        words = self._words
        places = [bisect_left(words, id, first, last) for id in ids]
        return self.alphas_at(
            place if place < last and words[place] == id else NOWHERE
            for place, id in zip(places, ids, strict=True)
        )

    def sum_alphas(self, first: int, last: int) -> float:
        """Summed alpha of places first..last-1."""
        return self._sum_of_many(first, last) if last - first >= UNROLLED else self._sum(first, last)

    def top(self, first: int, last: int, limit: int) -> Sequence[int]:
        """Places of the `limit` largest alphas among first..last-1, in no order; of equals the first."""
        if last - first <= limit:
            return range(first, last)
        return (
            self._top_of_many(first, last, limit) if last - first >= MANY else self._top(first, last, limit)
        )

    def _sum(self, first: int, last: int) -> float:
        if last - first >= UNROLLED:
            return float(self.alpha(slice(first, last)).sum(dtype=np.float64))
        found = 0.0
        for place in range(first, last):
            found += self.alpha_at(place)
        return found

    def _top(self, first: int, last: int, limit: int) -> Sequence[int]:
        if last - first <= FEW:
            return first_largest(range(first, last), self.alpha_at, limit)
        found: list[int] = (first + largest(self.alpha(slice(first, last)), limit)).tolist()
        return found

    def context_at(self, place: int) -> int | None:
        """Which context the n-gram at `place` is; None where nothing follows it."""
        at = bisect_left(self._contexts, place)
        return at if at < len(self._contexts) and self._contexts[at] == place else None

    def children_of(self, at: int) -> tuple[int, int]:
        """First and one past the last place, one order up, of what follows context `at`."""
        return self._children[at], self._children[at + 1]

    def gamma(self, at: int) -> float:
        return float(decoded(self.gammas[at : at + 1])[0])

    def times_counted(self, at: int) -> float:
        return math.exp(self.evidence[at] / 16)

    def place_of(self, word: int, first: int, last: int) -> int | None:
        """Place of the n-gram that ends in `word` among places first..last-1."""
        place = bisect_left(self._words, word, first, last)
        return place if place < last and self._words[place] == word else None

    def words_at(self, places: Sequence[int]) -> Sequence[int]:
        """Last words of n-grams by place."""
        if isinstance(places, range):
            return self._words[places.start : places.stop].tolist()
        words = self._words
        return [words[place] for place in places]

    def between(self, first: int, last: int, *, low: int, high: int) -> tuple[int, int]:
        """Places among first..last-1 whose words have ids low..high-1."""
        start = bisect_left(self._words, low, first, last)
        return start, bisect_left(self._words, high, start, last)


def level_from(arrays: Mapping[str, NDArray[Any]], k: int) -> Level:
    """The arrays of order k out of a file's. Raises KeyError where the n-grams are not there."""
    return Level(
        arrays[f"words.{k}"] if k > 1 else NO_WORDS,
        arrays[f"alphas.{k}"],
        contexts=arrays.get(f"contexts.{k}", np.zeros(0, np.uint32)),
        children=arrays.get(f"children.{k}", np.zeros(1, np.uint32)),
        gammas=arrays.get(f"gammas.{k}", np.zeros(0, np.uint8)),
        evidence=arrays.get(f"evidence.{k}", np.zeros(0, np.uint8)),
    )


def decoded(stored: NDArray[Any]) -> Floats:
    """Probabilities out of 8-bit codes; float32 as they are."""
    values: Floats = DECODE[stored] if stored.dtype == np.uint8 else stored
    return values
