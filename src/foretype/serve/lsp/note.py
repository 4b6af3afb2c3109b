"""Notes: plain text and Markdown. All lines are the writer's but those of fenced code.

It does not know other marks of Markdown: they are typed like words.
"""

from __future__ import annotations

import re

from foretype.compose.request import Context, Kind
from foretype.serve.lsp.sheet import Sheet, sheet, split_lines

_FENCE = re.compile(r" {0,3}(```+|~~~+)")


def read_note(text: str) -> Sheet:
    """The sheet of a note.

    >>> [line.is_own for line in read_note("a\\n```\\nx = 1\\n```\\nb").lines]
    [True, False, False, False, True]
    """
    lines = split_lines(text)
    code = _code_lines(lines)
    return sheet(lines, lambda number: number not in code, Context(kind=Kind.NOTE))


def _code_lines(lines: list[str]) -> set[int]:
    """Numbers of the lines from each opening fence to the one that closes it."""
    found: set[int] = set()
    opened = ""
    for number, line in enumerate(lines):
        fence = _FENCE.match(line)
        if opened or fence:
            found.add(number)
        if fence:
            mark = fence[1]
            opened = "" if opened and mark.startswith(opened) else opened or mark
    return found
