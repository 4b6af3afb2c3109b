"""Which words enough authors write: the rule that nothing of one person alone reaches a model.

Counts each word's authors up to the number that is asked for, so memory holds a few numbers a word. It does
not know why a word is rare.
"""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

MAX_WORDS = 3_000_000  # different words held; later new ones count as rare


class Shares:
    """Learns who writes which words.

    >>> shares = Shares(min_holders=2)
    >>> shares.learn_one("ann", ["hello", "zyx"]); shares.learn_one("bob", ["hello"])
    >>> sorted(shares.common())
    ['hello']
    """

    def __init__(self, *, min_holders: int) -> None:
        self._min_holders = min_holders
        self._holders: dict[str, tuple[int, ...]] = {}  # at most min_holders of a word's authors, as numbers
        self._counts = Counter[str]()

    def learn_one(self, holder: str, words: Iterable[str]) -> None:
        """Take in what an author writes in one text."""
        number = zlib.crc32(holder.encode("utf-8", "replace"))
        for word, count in Counter(words).items():
            self._add(word, (number,), count)

    def merge(self, other: Mapping[str, Any]) -> None:
        """Take in what another has learned, as `state` tells it."""
        for word, (count, *holders) in other.items():
            self._add(word, tuple(holders), count)

    def state(self) -> dict[str, list[int]]:
        """All that was learned, as JSON: for each word its count and the numbers of its authors."""
        return {word: [self._counts[word], *holders] for word, holders in self._holders.items()}

    def common(self) -> Counter[str]:
        """Words that enough authors write, with how often they stand."""
        enough = (word for word, holders in self._holders.items() if len(holders) >= self._min_holders)
        return Counter({word: self._counts[word] for word in enough})

    def num_holders(self, word: str) -> int:
        """A word's authors, counted up to `min_holders`."""
        return len(self._holders.get(word, ()))

    def _add(self, word: str, holders: tuple[int, ...], count: int) -> None:
        known = self._holders.get(word)
        if known is None and len(self._holders) >= MAX_WORDS:
            return
        known = known or ()
        if len(known) < self._min_holders:
            new = tuple(holder for holder in holders if holder not in known)
            self._holders[word] = (known + new)[: self._min_holders]
        self._counts[word] += count
