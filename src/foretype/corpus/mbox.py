"""Mails of an mbox file, one after the other, as bytes; and places where such a file may be cut.

A mail begins at a "From " line that follows an empty one and is followed by a header field: bodies hold lines
that begin with "From" too. Of a mail with huge attachments only the beginning is held in memory. It does not
know what stands in a mail.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO

MAX_HELD_BYTES = 2_100_000  # a little more than mail.MAX_MAIL_BYTES, so that a longer mail is known to be one
MAX_LINE_BYTES = 1_000_000

_FIELD = re.compile(rb"^>?[!-9;-~]+:|^>From ")
_QUOTED_FROM = re.compile(rb"^>(>*From )", re.MULTILINE)


def read_mbox(file: BinaryIO, *, end: int | None = None) -> Iterator[bytes]:
    """Mails from where `file` stands, as long as they begin before byte `end`; without their "From " lines.

    >>> import io
    >>> list(read_mbox(io.BytesIO(b"From a\\nTo: b\\n\\n>From me\\n\\nFrom c\\nTo: d\\n\\nyes\\n")))
    [b'To: b\\n\\nFrom me\\n\\n', b'To: d\\n\\nyes\\n']
    """
    held: list[bytes] = []
    size = 0
    is_first = True
    for at, line, begins in _lines(file):
        if begins:
            if not is_first:
                yield _whole(held)
            if end is not None and at >= end:
                return
            held, size, is_first = [], 0, False
        elif size < MAX_HELD_BYTES:
            held.append(line)
            size += len(line)
    if not is_first or held:
        yield _whole(held)


def next_mail(file: BinaryIO, place: int) -> int:
    """Where the first mail begins that begins at or after `place`; the file's end where none does."""
    file.seek(max(place - 1, 0))
    if place:
        file.readline()
    for at, _, begins in _lines(file, is_start=not place):
        if begins:
            return at
    return file.tell()


def _lines(file: BinaryIO, *, is_start: bool = True) -> Iterator[tuple[int, bytes, bool]]:
    """Each line, where it begins, and whether a mail begins with it. A cut begins where a mail does."""
    at, after_empty = file.tell(), is_start
    line = file.readline(MAX_LINE_BYTES)
    while line:
        after = file.readline(MAX_LINE_BYTES)
        yield at, line, after_empty and line.startswith(b"From ") and bool(_FIELD.match(after))
        at, after_empty = at + len(line), not line.strip()
        line = after


def _whole(lines: list[bytes]) -> bytes:
    return _QUOTED_FROM.sub(rb"\1", b"".join(lines))
