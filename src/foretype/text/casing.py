"""Capital letters: one form of a word inside sentences, the writer's form on the screen.

Models count "thanks" and the "Thanks" that begins a sentence as one word. It does not know which words exist.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from foretype.text.words import START, ends_sentence, is_word


def lower_first(word: str) -> str | None:
    """The word with a small first letter; None if it has none that is one letter, or is written in capitals.

    >>> lower_first("Thanks"), lower_first("thanks"), lower_first("USA"), lower_first("I")
    ('thanks', None, None, None)
    """
    if not word[:1].isupper() or word[1:2].isupper() or not word[1:]:
        return "a" if word == "A" else None
    small = word[0].lower()
    return small + word[1:] if len(small) == 1 else None


def upper_first(word: str) -> str:
    """The word with a capital first letter; as it is where the capital takes two letters.

    >>> upper_first("thanks"), upper_first("iPhone"), upper_first("ß")
    ('Thanks', 'IPhone', 'ß')
    """
    capital = word[:1].upper()
    return capital + word[1:] if len(capital) <= 1 else word


def fold_words(words: Sequence[str], *, is_lower: Callable[[str], bool], before: str = START) -> list[str]:
    """Words as the models count them: capitals that only begin a sentence are lowered.

    `is_lower(word)` tells whether a small-letter word is written so inside sentences.

    >>> fold_words(["Thanks", "Susan", "⁀.", "The", "end"], is_lower={"thanks", "the"}.__contains__)
    ['thanks', 'Susan', '⁀.', 'the', 'end']
    """
    folded: list[str] = []
    for word in words:
        lowered = lower_first(word) if ends_sentence(before) and is_word(word) else None
        folded.append(lowered if lowered is not None and is_lower(lowered) else word)
        before = word
    return folded
