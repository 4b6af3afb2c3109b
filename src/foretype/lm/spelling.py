"""What an unknown word costs: its letters under a small letter model, so that word models have honest bits per
character.

A word network says only "<unk>"; the rest of the word must be spelled to be compared with networks of smaller
pieces. Pairs of letters are counted in the rare words of the training texts. It does not know sentences.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from itertools import pairwise

EDGE = "\n"  # before and after a word: no word holds it
SMOOTHING = 0.1  # of a count, for each of NUM_LETTERS that might follow
NUM_LETTERS = 150_000  # characters that Unicode assigns; only rare ones pay for it


class Spelling:
    """Letter pairs of rare words, smoothed; a proper distribution over words.

    >>> spelling = Spelling(["zyx", "zyz"])
    >>> spelling.nats("zyx") < spelling.nats("abc")
    True
    """

    def __init__(self, words: Iterable[str]) -> None:
        self._pairs: Counter[tuple[str, str]] = Counter()
        for word in words:
            self._pairs.update(pairwise(EDGE + word + EDGE))
        self._totals: Counter[str] = Counter()
        self._letters: Counter[str] = Counter()
        for (before, after), count in self._pairs.items():
            self._totals[before] += count
            self._letters[after] += count
        self._num_letters = self._letters.total()

    def nats(self, word: str) -> float:
        """Negative log probability of a word's letters and its end."""
        return -sum(math.log(self._prob(*pair)) for pair in pairwise(EDGE + word + EDGE))

    def _prob(self, before: str, after: str) -> float:
        """Counts of the pair, backed off to the letter alone, backed off to any character."""
        single = (self._letters[after] + SMOOTHING / NUM_LETTERS) / (self._num_letters + SMOOTHING)
        return (self._pairs[before, after] + SMOOTHING * single) / (self._totals[before] + SMOOTHING)
