"""Words and phrases that are never suggested: a path is cut before the first of them.

Whole words in any case of letters, also across the caret: with "kind regards" blocked, nothing shows "regards" behind a
typed "kind". It does not know who chose them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import groupby

from foretype.compose.path import Path

MAX_ENTRIES = (
    1000  # longest lists of unwanted words in use; 1,000 cost 0.06 ms a path (tests/compose/test_blocked.py)
)
MAX_ENTRY_CHARS = 100
SPARE_CHARS = 20  # before the caret, for words that stand further apart than in the entry
_APOSTROPHES = str.maketrans("’ʼ", "''")


class Blocked:
    """A set of entries, compiled once. Never changes, so it is safe for threads.

    >>> Blocked(["Foo", "kind  regards"]).first_match("Kind ", "regards, foo")
    0
    """

    def __init__(self, entries: Iterable[str] = ()) -> None:
        """Entries of white space alone are left out."""
        phrases = {" ".join(_folded(entry).split()) for entry in entries} - {""}
        self._pattern = _pattern(phrases) if phrases else None
        self._reach = max(map(len, phrases), default=0) + SPARE_CHARS

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
        head = _folded(before[-self._reach :])
        whole = head + _folded(text)
        found = self._pattern.search(whole)
        while found is not None and found.end() <= len(head):
            found = self._pattern.search(whole, found.start() + 1)  # entries may overlap
        return None if found is None else max(0, found.start() - len(head))


NOTHING_BLOCKED = Blocked()


def _folded(text: str) -> str:
    """Letter for letter: the fold of a beginning is the beginning of the fold."""
    return text.translate(_APOSTROPHES).casefold()


def _pattern(phrases: set[str]) -> re.Pattern[str]:
    """Any phrase as whole words, however they are spaced; grouped by first letter, so that few are tried at a place."""
    groups = [
        re.escape(first) + "(?:" + "|".join(_spaced(phrase[1:]) for phrase in group) + ")"
        for first, group in groupby(sorted(phrases, reverse=True), key=lambda phrase: phrase[0])
    ]
    return re.compile(rf"(?<!\w)(?:{'|'.join(groups)})(?!\w)")


def _spaced(phrase: str) -> str:
    return r"\s+".join(map(re.escape, phrase.split(" ")))
