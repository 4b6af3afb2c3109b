"""Ending a text where a client wants it to end: before a stop string, or after so many words.

It does not know who asks, nor how the answer is sent.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from foretype.compose.request import Suggestion
from foretype.serve.messages import MAX_WORDS


class Ending(Enum):
    """Why a text goes on no further."""

    UNSURE = "unsure"  # the composer was not sure of more
    STOPPED = "stopped"  # a stop string came
    FULL = "full"  # as many words as were asked for


@dataclass(frozen=True, slots=True)
class Cut:
    """What is left of a suggestion, and why it ends there."""

    text: str
    ending: Ending


SILENCE = Cut("", Ending.UNSURE)


def cut(suggestion: Suggestion, *, stops: Sequence[str], max_words: int) -> Cut:
    """The suggestion up to the first stop string, which is left out; it has at most `max_words` words already.

    >>> cut(Suggestion("nding it. Best ", 0.5, 3), stops=["."], max_words=9).text
    'nding it'
    """
    places = [place for stop in stops if stop and (place := suggestion.text.find(stop)) >= 0]
    if places:
        return Cut(suggestion.text[: min(places)], Ending.STOPPED)
    return Cut(suggestion.text, Ending.FULL if suggestion.words >= max_words else Ending.UNSURE)


def words_wanted(num_tokens: int) -> int:
    """How many words to ask for, where a client asks for tokens: never more than the composer gives."""
    return max(1, min(num_tokens, MAX_WORDS))


def num_words(text: str) -> int:
    return len(text.split())
