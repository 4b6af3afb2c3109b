"""Letters typed against words known: which words agree, and how they are then written.

Models know "thanks"; a writer at the beginning of a sentence types "Th", in a headline "TH". Each reading says
which words to look for and how to show them. It does not know how likely anything is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from foretype.text.casing import lower_first, upper_first
from foretype.text.words import is_closing, is_word


def as_is(word: str) -> str:
    return word


@dataclass(frozen=True, slots=True)
class Reading:
    """Words that begin with `prefix` are shown through `show`; `applies` tells which words it holds for."""

    prefix: str
    show: Callable[[str], str] = as_is
    applies: Callable[[str], bool] = is_word


def readings(
    typed: str, *, starts_sentence: bool, capitalises: bool, is_lower: Callable[[str], bool], marks: bool
) -> list[Reading]:
    """How the typed letters may be read, the plainest first.

    `starts_sentence`: the word stands at the beginning of a sentence. `capitalises`: this writer begins
    sentences with a capital. `marks`: punctuation may come next as well (nothing typed, no blank before the caret).
    """
    if not typed:
        return _untyped(starts_sentence and capitalises, is_lower=is_lower, marks=marks)
    found = [Reading(typed)]
    if starts_sentence and (lowered := _lowered(typed)) is not None:
        found.append(Reading(lowered, upper_first, _both(is_word, is_lower)))
    return found


def fallback_readings(typed: str) -> list[Reading]:
    """Readings for letters that no word begins with as they stand: capitals where words have none."""
    found = []
    if len(typed) > 1 and typed.isupper():
        found.append(Reading(typed.lower(), str.upper))
        found.append(Reading(upper_first(typed.lower()), str.upper))  # names
    lowered = _lowered(typed)
    if lowered is not None:
        found.append(Reading(lowered, upper_first))
    return found


def _untyped(capital: bool, *, is_lower: Callable[[str], bool], marks: bool) -> list[Reading]:
    def shown_capital(word: str) -> str:
        return upper_first(word) if is_lower(word) else word

    def may_stand(word: str) -> bool:
        return is_word(word) or (marks and is_closing(word))

    return [Reading("", shown_capital if capital else as_is, may_stand)]


def _lowered(typed: str) -> str | None:
    if len(typed) == 1:
        return typed.lower() if typed.isupper() and typed.lower() != typed else None
    return lower_first(typed)


def _both(first: Callable[[str], bool], second: Callable[[str], bool]) -> Callable[[str], bool]:
    return lambda word: first(word) and second(word)
