"""Places in a document as the protocol counts them: lines, and UTF-8, UTF-16 or UTF-32 units in a line.

Only CR LF, LF and CR end a line; Python and pygls also break at U+2028 and form feeds, after which every edit would hit
the wrong place. It does not know what documents say.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from itertools import accumulate

_LINE_END = re.compile(r"\r\n|\n|\r")


class Encoding(Enum):
    """What a column counts: the protocol's name, Python's name, bytes a unit."""

    UTF8 = ("utf-8", "utf-8", 1)
    UTF16 = ("utf-16", "utf-16-le", 2)
    UTF32 = ("utf-32", "utf-32-le", 4)

    def __init__(self, label: str, codec: str, unit_bytes: int) -> None:
        self.label = label
        self.codec = codec
        self.unit_bytes = unit_bytes


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A line and a column, both from 0; the column in units of the encoding agreed on."""

    line: int
    column: int


def encoding_named(label: str | None) -> Encoding:
    """The encoding a client and we agreed on; UTF-16 is the protocol's own."""
    return next((each for each in Encoding if each.label == label), Encoding.UTF16)


def line_starts(text: str) -> list[int]:
    """Where each line begins; a text that ends with a line end has one more line, empty.

    >>> line_starts("a\\r\\nb\\u2028c\\n")
    [0, 3, 7]
    """
    if _has_lone_return(text):
        return [0, *(found.end() for found in _LINE_END.finditer(text))]
    lengths = (len(line) + 1 for line in text.split("\n"))
    return [0, *accumulate(lengths)][:-1]


def line_start(text: str, line: int) -> int | None:
    """Where one line begins, None past the last: `line_starts(text)[line]`, without looking at the rest.

    >>> line_start("a\\r\\nb", 1), line_start("a", 1)
    (3, None)
    """
    if _has_lone_return(text):
        starts = line_starts(text)
        return starts[line] if line < len(starts) else None
    below = text.count("\n") - line
    if below < 0:
        return None
    if below < line:  # the way from the end is shorter
        return len(text.rsplit("\n", below + 1)[0]) + 1
    return len(text) - len(text.split("\n", line)[-1])


def offset_of(text: str, place: Place, encoding: Encoding) -> int:
    """The index in `text` of a place; one past a line's or the text's end is that end, as the protocol says.

    A place in the middle of a character is the character's beginning.

    >>> offset_of("a😀b", Place(0, 3), Encoding.UTF16)
    2
    """
    start = line_start(text, place.line)
    if start is None:
        return len(text)
    found = _LINE_END.search(text, start)
    line = text[start : found.start() if found else len(text)]
    return start + _index(line, place.column, encoding)


def place_of(text: str, offset: int, encoding: Encoding) -> Place:
    """The place of an index in `text`."""
    starts = line_starts(text[:offset])
    line = len(starts) - 1
    before = text[starts[line] : offset]
    return Place(line, num_units(before, encoding))


def num_units(text: str, encoding: Encoding) -> int:
    """How many units of the encoding a text takes."""
    return len(text) if text.isascii() else len(_encoded(text, encoding)) // encoding.unit_bytes


def replaced(text: str, start: Place, end: Place, new: str, *, encoding: Encoding) -> str:
    """The text with what stands between two places replaced."""
    first = offset_of(text, start, encoding)
    return text[:first] + new + text[max(first, offset_of(text, end, encoding)) :]


def _has_lone_return(text: str) -> bool:
    """Whether a CR ends a line by itself; where none does, LF alone ends lines, which is quick to find."""
    return "\r" in text and text.count("\r") != text.count("\r\n")


def _index(line: str, column: int, encoding: Encoding) -> int:
    if line.isascii() or encoding is Encoding.UTF32:
        return min(column, len(line))
    units = _encoded(line, encoding)[: column * encoding.unit_bytes]
    return len(units.decode(encoding.codec, "ignore"))  # a character that is cut in two is left out


def _encoded(text: str, encoding: Encoding) -> bytes:
    return text.encode(encoding.codec, "replace")  # half a surrogate pair counts as the one unit that it is
