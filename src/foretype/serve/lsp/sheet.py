"""A document's lines, each the writer's own or not, and what is before and after a caret in them.

It does not know why a line is not the writer's.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import NamedTuple

from foretype.compose.request import Context
from foretype.serve.lsp.positions import line_starts


@dataclass(frozen=True, slots=True)
class Passage:
    """The writer's text before the caret and after it, and its surroundings."""

    text: str
    suffix: str
    context: Context

    def with_text(self, text: str) -> Passage:
        return replace(self, text=text)


class Line(NamedTuple):
    """One line with its end, where it begins in the document, and whether the writer writes it.

    No dataclass: a long document has tens of thousands, made anew for each question.
    """

    start: int
    text: str
    is_own: bool

    @property
    def bare(self) -> str:
        return self.text.rstrip("\r\n")


@dataclass(frozen=True, slots=True)
class Sheet:
    """A whole document, line by line."""

    lines: tuple[Line, ...]
    context: Context

    def at(self, offset: int) -> Passage | None:
        """What stands around a caret; None on a line that is not the writer's."""
        number = bisect_right(self.lines, offset, key=lambda line: line.start) - 1
        line = self.lines[number]
        if not line.is_own:
            return None
        column = offset - line.start
        before = _joined(self.lines[:number]) + _plain(line.bare[:column])
        return Passage(before, _plain(line.text[column:]) + _joined(self.lines[number + 1 :]), self.context)

    def whole(self) -> Passage:
        """All own lines, with nothing after them."""
        return Passage(_joined(self.lines).strip(), "", self.context)


def split_lines(text: str) -> list[str]:
    """The lines of a text, with their ends."""
    starts = [*line_starts(text), len(text)]
    return [text[start:end] for start, end in pairwise(starts)]


def sheet(lines: list[str], is_own: Callable[[int], bool], context: Context) -> Sheet:
    """A sheet of `lines`; `is_own` says by its number whether a line is the writer's."""
    found, start = [], 0
    for number, line in enumerate(lines):
        found.append(Line(start, line, is_own(number)))
        start += len(line)
    return Sheet(tuple(found), context)


def _joined(lines: tuple[Line, ...]) -> str:
    return _plain("".join(line.text for line in lines if line.is_own))


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", " ")
