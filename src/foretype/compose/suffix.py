"""Text after the caret: never suggest what already follows.

It does not know where a path came from.
"""

from __future__ import annotations

from dataclasses import replace

from foretype.compose.gate import Path

MIN_OVERLAP = 3  # letters that must agree before the end of a path counts as a repetition


def without_suffix(path: Path, suffix: str) -> Path | None:
    """The path without what stands after the caret already; None if nothing new is left."""
    follows = suffix.lstrip()
    if not follows:
        return path
    text = path.text.strip()
    if text and (follows.startswith(text) or _first_word(follows) == text):
        return None
    kept = _without_overlap(path.text, follows)
    if suffix[:1].isspace():
        kept = kept.rstrip()
    return replace(path, text=kept) if kept.strip() else None


def _first_word(text: str) -> str:
    return text.split(maxsplit=1)[0]


def _without_overlap(text: str, follows: str) -> str:
    """Cut the longest end of `text` with which `follows` begins.

    >>> _without_overlap("see you tomorrow", "tomorrow at ten")
    'see you '
    """
    folded = follows.casefold()
    for start in range(len(text)):
        end = text[start:].casefold().strip()
        if (
            len(end) >= MIN_OVERLAP
            and folded.startswith(end)
            and (start == 0 or not text[start - 1].isalnum())
        ):
            return text[:start]
    return text
