"""Commit messages: subject and body; comments, and all below git's scissors, are not the writer's.

It does not know a core.commentChar other than #.
"""

from __future__ import annotations

import re

from foretype.compose.request import Context, Kind
from foretype.serve.lsp.sheet import Sheet, sheet, split_lines

COMMENT = "#"
_SCISSORS = re.compile(r"# -+ >8 -+")


def read_commit(text: str) -> Sheet:
    """The sheet of a commit message; the diff that `git commit -v` shows below is never read.

    >>> [line.is_own for line in read_commit("Mend it\\n# On branch main").lines]
    [True, False]
    """
    lines = split_lines(text)
    end = next((number for number, line in enumerate(lines) if _SCISSORS.match(line)), len(lines))
    return sheet(
        lines,
        lambda number: number < end and not lines[number].startswith(COMMENT),
        Context(kind=Kind.NOTE),
    )
