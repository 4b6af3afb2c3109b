"""Word ids: a fixed, sorted vocabulary, and hashes for all other words.

Ids below `len(lexicon)` are places in the sorted vocabulary, so words with a common beginning have
neighbouring ids. Every other word has the id 2**31 + a 31-bit hash: the same in every process, with no table
to keep. Two strange words of one writer share an id with probability n**2 / 2**32: 0.2 % for 3,000 strange
words, and then one is shown for the other; a lexicon word never collides.

It does not know how often a word occurs.
"""

from __future__ import annotations

import sys
import zlib
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from operator import lt

import numpy as np
from numpy.typing import NDArray

STRANGE = 1 << 31
LAST_LETTER = chr(sys.maxunicode)


class Lexicon:
    """A sorted vocabulary of at most 65,535 words.

    >>> lexicon = Lexicon(["know", "knows", "let"])
    >>> lexicon.ids(["let", "known"])[0], lexicon.knows("known"), lexicon.prefix_range("kno")
    (np.uint32(2), False, (0, 2))
    """

    def __init__(self, words: Iterable[str]) -> None:
        self._words = list(words)
        if not all(map(lt, self._words, self._words[1:])):  # a model's file has them sorted
            self._words = sorted(set(self._words))
        self._id = {word: id for id, word in enumerate(self._words)}

    def __len__(self) -> int:
        return len(self._words)

    @property
    def words(self) -> Sequence[str]:
        return self._words

    def knows(self, word: str) -> bool:
        return word in self._id

    def id(self, word: str) -> int:
        found = self._id.get(word)
        return STRANGE | (zlib.crc32(word.encode("utf-8", "replace")) >> 1) if found is None else found

    def ids(self, words: Sequence[str]) -> NDArray[np.uint32]:
        """Ids of words. Shape (len(words),)."""
        return np.array([self.id(word) for word in words], np.uint32)

    def word(self, id: int) -> str | None:
        """The word of an id; None for an id outside the vocabulary."""
        return self._words[id] if id < len(self._words) else None

    def prefix_range(self, prefix: str) -> tuple[int, int]:
        """First and one past the last id whose words begin with `prefix`."""
        if not prefix:
            return 0, len(self._words)
        low = bisect_left(self._words, prefix)
        stem = prefix.rstrip(
            LAST_LETTER
        )  # nothing sorts behind the last code point: its words end where its stem's do
        if not stem:
            return low, len(self._words)
        return low, bisect_left(self._words, stem[:-1] + chr(ord(stem[-1]) + 1), low)
