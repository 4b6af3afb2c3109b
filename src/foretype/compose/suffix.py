"""Text after the caret: never suggest what already follows.

It does not know where a path came from.
"""

from __future__ import annotations

from dataclasses import replace

from foretype.compose.path import Path
from foretype.text.words import is_break, is_opening, read_caret, split_words

NEAR_CHARS = 200  # of the text after the caret: enough for its first word


def without_suffix(path: Path, suffix: str) -> Path | None:
    """The path up to the first word that stands after the caret already; None if nothing new is left.

    The blank at its end goes too, unless a bracket follows the caret.
    """
    if not path.text.strip():
        return None
    if not suffix:
        return path
    kept = _up_to(path, _first_word(suffix))
    if kept is not None and not _opens(suffix):
        kept = replace(kept, text=kept.text.rstrip())
    return kept


def _first_word(suffix: str) -> str | None:
    """The first word or mark after the caret; a mark right there sticks to what is before it."""
    before, *words = split_words("a" + suffix[:NEAR_CHARS])
    if before != "a":
        words = split_words(suffix[:NEAR_CHARS])
    return next((word for word in words if not is_break(word)), None)


def _up_to(path: Path, follows: str | None) -> Path | None:
    """The path before the word `follows`, in any case of letters."""
    folded = follows.casefold() if follows else None
    for at, hypothesis in enumerate(path.hypotheses):
        if hypothesis.word.casefold() == folded:
            return _cut(path, at)
    return path


def _cut(path: Path, num_words: int) -> Path | None:
    if num_words == 0:
        return None
    beginning = path.first(num_words)
    text = beginning.text.rstrip()
    return replace(beginning, text=text) if text else None


def _opens(suffix: str) -> bool:
    """Whether a bracket or quote opens right behind the caret."""
    words = read_caret(suffix[:1]).words
    return bool(words) and is_opening(words[0])
