"""The simulated writer: what of a suggestion it would take, knowing what it is going to write.

Two writers see the same single suggestion after each key. `FULL` presses Tab (one key) only where the whole
suggestion is what follows. `WORD` may also take its first words, one key a word, where that saves keys.

It does not know where suggestions come from, and it never misses one, reads for free and makes no typing
mistakes: what it saves is an upper bound of what a person saves.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

WORD = re.compile(r"\s*\S+")  # a word takes the blanks before it


class Writer(StrEnum):
    """How a simulated writer accepts."""

    WORD = "word"
    FULL = "full"


@dataclass(frozen=True, slots=True)
class Usable:
    """What of a suggestion the writer can use: is it all right, and how far do its first words hold?

    `chars` and `words` count the first words that are right, both 0 when not even the first one is.
    """

    is_right: bool
    chars: int
    words: int


@dataclass(frozen=True, slots=True)
class Move:
    """One thing the writer did at `position`: typed a character, or took `chars` for `keys` keys."""

    position: int
    chars: int
    keys: int


def usable(suggestion: str, rest: str) -> Usable:
    """How much of `suggestion` is what the writer goes on to write.

    An accepted part must end at a word boundary of `rest`; one trailing blank counts when `rest` has it.

    >>> usable("nding the report ", "nding the report today")
    Usable(is_right=True, chars=17, words=3)
    >>> usable("nding the file", "nding the report today")
    Usable(is_right=False, chars=9, words=2)
    >>> usable("end", "ending")
    Usable(is_right=False, chars=0, words=0)
    """
    solid = suggestion.rstrip()
    blank = suggestion[len(solid) : len(solid) + 1]
    is_right = bool(solid) and rest.startswith(solid) and _at_boundary(rest, len(solid))
    chars, words = _right_words(solid, rest)
    if is_right and blank and rest[len(solid) : len(solid) + 1] == blank:
        return Usable(True, len(solid) + 1, max(words, 1))
    return Usable(is_right, chars, words)


def write(body: str, writer: Writer, ask: Callable[[int], Usable]) -> Iterator[Move]:
    """Type `body` from start to end, asking at each position; every move is worth at least one character."""
    position = 0
    while position < len(body):
        move = _move(position, ask(position), writer)
        yield move
        position += move.chars


def num_common(left: str, right: str) -> int:
    """How many characters two texts have in common from their beginning."""
    for index, (a, b) in enumerate(zip(left, right, strict=False)):
        if a != b:
            return index
    return min(len(left), len(right))


def _move(position: int, seen: Usable, writer: Writer) -> Move:
    if seen.is_right and seen.chars > 1:
        return Move(position, seen.chars, 1)
    if writer is Writer.WORD and seen.chars > seen.words > 0:
        return Move(position, seen.chars, seen.words)
    return Move(position, 1, 1)


def _right_words(solid: str, rest: str) -> tuple[int, int]:
    agreed = num_common(solid, rest)
    chars = words = 0
    for number, word in enumerate(WORD.finditer(solid), 1):
        if word.end() <= agreed and _at_boundary(rest, word.end()):
            chars, words = word.end(), number
    return chars, words


def _at_boundary(rest: str, end: int) -> bool:
    if end >= len(rest):
        return end == len(rest)
    return not (rest[end].isalnum() and rest[end - 1].isalnum())
