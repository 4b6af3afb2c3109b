"""A vocabulary of whole words, as Smart Compose had one: the most frequent words, and marks for all others.

Marks come first, then breaks and entities, then words in alphabetical order, so words with a common beginning
have neighbouring ids. A word that fewer than a few people wrote is "<unk>". It does not know how probable
a word is, nor how an unknown one is spelled (spelling.py does).
"""

from __future__ import annotations

import json
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import islice
from pathlib import Path

from foretype.errors import ModelError
from foretype.lm.fields import FIELD_TOKENS
from foretype.text.words import ENTITIES, LINE, PARAGRAPH

PAD, END, UNKNOWN = "<|pad|>", "<|end|>", "<unk>"
MARKS = (PAD, END, UNKNOWN, *FIELD_TOKENS)
PAD_ID, END_ID, UNKNOWN_ID = 0, 1, 2
SPECIAL = (*MARKS, *sorted(ENTITIES), LINE, PARAGRAPH)
MAX_WORDS = 50_000  # Smart Compose's size
MIN_HOLDERS = 3  # people who must have written a word
SENTENCE_ENDS = ("⁀.", "⁀!", "⁀?", LINE, PARAGRAPH)


class WordVocabulary:
    """Words and their ids.

    >>> vocabulary = WordVocabulary(["me", "let", "know", "knows"])
    >>> [vocabulary.word(id) for id in vocabulary.ids(["let", "known"])]
    ['let', '<unk>']
    >>> low, high = vocabulary.prefix_range("kno")
    >>> [vocabulary.word(id) for id in range(low, high)]
    ['know', 'knows']
    """

    def __init__(self, words: Iterable[str]) -> None:
        self._words = (*SPECIAL, *sorted(set(words) - set(SPECIAL)))
        if len(self._words) > 65_535:
            raise ModelError(
                f"vocabulary: found {len(self._words)} words, wanted at most 65,535; "
                f"ids are stored in 16 bits, so choose fewer words"
            )
        self._ids = {word: id for id, word in enumerate(self._words)}

    def __len__(self) -> int:
        return len(self._words)

    def ids(self, words: Sequence[str]) -> list[int]:
        """Ids of words; UNKNOWN_ID for one that is not in here."""
        return [self._ids.get(word, UNKNOWN_ID) for word in words]

    def word(self, id: int) -> str:
        return self._words[id]

    def knows(self, word: str) -> bool:
        return word in self._ids

    def prefix_range(self, prefix: str) -> tuple[int, int]:
        """First and one past the last id of the words that begin with `prefix`, which is not empty."""
        low = bisect_left(self._words, prefix, lo=len(SPECIAL))
        return low, bisect_left(self._words, prefix[:-1] + chr(ord(prefix[-1]) + 1), lo=low)

    @property
    def num_silent(self) -> int:
        """Ids below this one, marks and entities, are never proposed; breaks lie behind them."""
        return len(SPECIAL) - 2

    @property
    def sentence_ends(self) -> list[int]:
        """Ids at which a phrase ends."""
        return [END_ID, *(self._ids[word] for word in SENTENCE_ENDS if word in self._ids)]

    def save(self, path: Path) -> None:
        path.write_text(json.dumps(self._words[len(SPECIAL) :], ensure_ascii=False), encoding="utf-8")


def load_vocabulary(path: Path) -> WordVocabulary:
    """A vocabulary that `save` wrote. Raises ModelError for a missing or damaged file."""
    try:
        return WordVocabulary(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError) as error:
        raise ModelError(f"{path}: no vocabulary ({error}); make it again with `prepare`") from error


def choose_vocabulary(
    texts: Iterable[tuple[str, Sequence[str]]],
    *,
    max_words: int = MAX_WORDS,
    min_holders: int = MIN_HOLDERS,
) -> WordVocabulary:
    """The most frequent words of (holder, words) pairs that at least `min_holders` holders wrote.

    >>> texts = [("ann", ["a", "b"]), ("bob", ["a"])]
    >>> choose_vocabulary(texts, min_holders=2).knows("b")
    False
    """
    counts: Counter[str] = Counter()
    holders: dict[str, set[str]] = {}
    for holder, words in texts:
        counts.update(words)
        for word in set(words):
            seen = holders.setdefault(word, set())
            if len(seen) < min_holders:
                seen.add(holder)
    shared = (word for word, _ in counts.most_common() if len(holders[word]) >= min_holders)
    return WordVocabulary(islice(shared, max_words))
