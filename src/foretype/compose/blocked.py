"""Words and phrases that are never suggested: a path is cut before the first of them.

Whole words in any case of letters, also across the caret: with "kind regards" blocked, nothing shows "regards" behind a
typed "kind". It does not know who chose them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from foretype.compose.path import Path

MAX_ENTRIES = (
    1000  # longest lists of unwanted words in use; 1,000 cost 0.06 ms a path (tests/compose/test_blocked.py)
)
MAX_ENTRY_CHARS = 100
_APOSTROPHES = str.maketrans("’ʼ", "''")


class Blocked:
    """A set of entries, compiled once. Never changes, so it is safe for threads.

    >>> Blocked(["Foo", "kind  regards"]).first_match("Kind ", "regards, foo")
    0
    """

    def __init__(self, entries: Iterable[str] = ()) -> None:
        """Entries of white space alone are left out."""
        words = {tuple(_folded(entry).split()) for entry in entries} - {()}
        self._pattern = _pattern(words) if words else None

    def without(self, path: Path, *, before: str) -> Path | None:
        """The path up to the first entry; None if nothing new is left. `before` is the text before the caret."""
        at = self.first_match(before, path.text)
        if at is None:
            return path
        kept = [each for each in path.beginnings() if len(_folded(each.text.rstrip())) <= at]
        return kept[-1] if kept else None

    def first_match(self, before: str, text: str) -> int | None:
        """Where in the folded `text`, which follows `before`, the first entry begins; 0 if it began before it."""
        if self._pattern is None:
            return None
        head = _folded(before[-2 * MAX_ENTRY_CHARS :])
        whole = head + _folded(text)
        found = self._pattern.search(whole)
        while found is not None and found.end() <= len(head):
            found = self._pattern.search(whole, found.start() + 1)  # entries may overlap
        return None if found is None else max(0, found.start() - len(head))


NOTHING_BLOCKED = Blocked()


def _folded(text: str) -> str:
    """Letter for letter: the fold of a beginning is the beginning of the fold."""
    return text.translate(_APOSTROPHES).casefold()


def _pattern(entries: set[tuple[str, ...]]) -> re.Pattern[str]:
    """Any entry as whole words, however its words are spaced."""
    phrases = [r"\s+".join(map(re.escape, words)) for words in sorted(entries, key=len, reverse=True)]
    return re.compile(rf"(?<!\w)(?:{'|'.join(phrases)})(?!\w)")
