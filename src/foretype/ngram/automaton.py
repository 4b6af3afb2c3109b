"""The packed background model: flat arrays in one file, mapped into memory, asked without unpacking.

N-grams of an order are sorted by (context, word id), and word ids by spelling, so what may follow a context
is one slice, and what may follow it and begins with some letters is a smaller slice of that.

It does not smooth, and it does not mix itself with anybody's counts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from foretype.errors import ModelError
from foretype.ngram.arrays import read_arrays
from foretype.ngram.level import MAX_REMEMBERED, Level, level_from
from foretype.ngram.lexicon import Lexicon

Ids: TypeAlias = NDArray[np.uint32]

NUM_COMMON = 4096  # most frequent words, looked at when nothing is typed yet


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

    def __init__(
        self,
        lexicon: Lexicon,
        levels: Sequence[Level],
        *,
        lower: NDArray[np.bool_],
        unigram: tuple[float, float],
    ) -> None:
        """`unigram` is gamma and evidence of the empty context; `lower` see `Corpus.lower`."""
        self.lexicon = lexicon
        self._levels = levels
        self._lower = lower
        self._unigram = unigram
        self._find = lru_cache(MAX_REMEMBERED)(
            self._descend
        )  # contexts come back: guessed first, then written
        self._top_unigrams = lru_cache(MAX_REMEMBERED)(self._find_top_unigrams)

    @property
    def levels(self) -> Sequence[Level]:
        """Orders 1, 2, ...: for whoever walks all n-grams."""
        return self._levels

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
        words: list[int] = context[-(self.order - 1) :].tolist() if self.order > 1 else []
        for length in range(1, len(words) + 1):
            match = self._find(tuple(words[-length:]))
            if match is None:
                break
            found.append(match)
        return found

    def alphas(self, match: Match, ids: Sequence[int]) -> list[float]:
        """alpha(w | context) of some words, 0 where it was never seen there."""
        level = self._levels[match.order]
        if match.order == 0:
            return level.alphas_at(ids)
        return level.alphas_of(ids, match.first, match.last)

    def top(self, match: Match, *, low: int, high: int, limit: int) -> Sequence[int]:
        """The `limit` likeliest words after a context among the ids low..high-1, in no order; of equals the first."""
        if match.order == 0:
            return self._top_unigrams(low, high, limit)
        level = self._levels[match.order]
        first, last = level.between(match.first, match.last, low=low, high=high)
        return level.words_at(level.top(first, last, limit))

    def range_alpha(self, match: Match, *, low: int, high: int) -> float:
        """Summed alpha of the words with ids low..high-1 after a context."""
        if match.order == 0:
            sums = self._unigram_sums
            return sums[high] - sums[low]
        level = self._levels[match.order]
        return level.sum_alphas(*level.between(match.first, match.last, low=low, high=high))

    @cached_property
    def _unigram_sums(self) -> Sequence[float]:
        """Summed alphas of the words before each id. Shape (words + 1,)."""
        sums = np.append(0.0, np.cumsum(self._levels[0].alpha(slice(None)), dtype=np.float64))
        found: memoryview[Any] = sums.data
        return found

    def _find_top_unigrams(self, low: int, high: int, limit: int) -> Sequence[int]:
        common = self._common
        inside: list[int] = common[(common >= low) & (common < high)][:limit].tolist()
        if len(inside) == limit or high - low <= len(inside):
            return inside
        return self._levels[0].top(low, high, limit)

    @cached_property
    def _common(self) -> Ids:
        """The most frequent words, most frequent first."""
        alphas = self._levels[0].alpha(slice(None))
        return np.argsort(-alphas, kind="stable")[:NUM_COMMON].astype(np.uint32)

    def _descend(self, context: Sequence[int]) -> Match | None:
        """Walk from the first word of `context` to its last; None where the path ends."""
        node = context[0]
        for depth, level in enumerate(self._levels[: len(context)], 1):
            at = level.context_at(node)
            if at is None:
                return None
            first, last = level.children_of(at)
            if depth == len(context):
                return Match(depth, first, last, level.gamma(at), level.times_counted(at))
            place = self._levels[depth].place_of(context[depth], first, last)
            if place is None:
                return None
            node = place
        return None


def open_automaton(path: Path) -> Automaton:
    """Map a background model into memory. Raises ModelError for a missing, truncated or foreign file."""
    header, arrays = read_arrays(path, kind="background")
    try:
        return _assembled(header, arrays)
    except (KeyError, TypeError, ValueError) as error:
        raise ModelError(f"{path}: its parts do not fit ({error!r}); build it again or reinstall") from error


def _assembled(header: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> Automaton:
    lexicon = Lexicon(bytes(arrays["lexicon"]).decode().split("\x00"))
    levels = [level_from(arrays, k) for k in range(1, header["order"] + 1)]
    for level, longer in zip(levels, [*levels[1:], None], strict=True):
        level.check(num_longer=0 if longer is None else len(longer.alphas))
    if len(levels[0].alphas) != len(lexicon):
        raise ValueError(f"{len(lexicon)} words, {len(levels[0].alphas)} unigrams")
    return Automaton(
        lexicon,
        levels,
        lower=np.unpackbits(arrays["lower"], count=len(lexicon)).astype(np.bool_),
        unigram=(float(header["gamma"]), float(header["evidence"])),
    )
