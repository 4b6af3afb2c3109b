"""A mail being written: headers, the writer's own lines, and the quoted message that it answers.

The subject and the quoted text become the context; headers, quotes, the line that introduces them and the signature are
not the writer's. It does not know MIME: a draft in an editor is plain text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.message import Message
from email.parser import HeaderParser
from email.utils import getaddresses

from foretype.compose.request import Context, Kind
from foretype.serve.lsp.sheet import Sheet, sheet, split_lines

SIGNATURE = "-- "  # RFC 3676
QUOTE = ">"
_HEADER = re.compile(r"[A-Za-z][A-Za-z0-9-]*:|From ")


def read_mail(text: str) -> Sheet:
    """The sheet of a mail; a draft without headers is all body.

    >>> found = read_mail("Subject: Plan\\n\\nHi,\\n\\nAnn wrote:\\n> When?\\n")
    >>> found.context.subject, found.context.previous
    ('Plan', 'When?')
    >>> found.whole().text
    'Hi,'
    """
    lines = split_lines(text)
    body = _body_start(lines)
    own = _own_lines(lines, body)
    headers = HeaderParser().parsestr("".join(lines[:body]))
    context = Context(
        kind=Kind.EMAIL,
        subject=_decoded(headers.get("Subject", "")),
        previous=_quoted(lines[body:]),
        to=_recipients(headers),
    )
    return sheet(lines, lambda number: number in own, context)


def _body_start(lines: Sequence[str]) -> int:
    """Number of the first line behind the headers and the blank line that ends them."""
    if not _HEADER.match(lines[0]):
        return 0
    blank = (number for number, line in enumerate(lines) if not line.strip())
    return next(blank, len(lines) - 1) + 1


def _own_lines(lines: Sequence[str], body: int) -> set[int]:
    signs = (number for number in range(body, len(lines)) if lines[number].rstrip("\r\n") == SIGNATURE)
    end = next(signs, len(lines))
    numbers = {number for number in range(body, end) if not lines[number].startswith(QUOTE)}
    return numbers - {number for number in numbers if _introduces(lines, number)}


def _introduces(lines: Sequence[str], number: int) -> bool:
    """Whether a line such as "Ann wrote:" stands before a quote."""
    if not lines[number].rstrip().endswith(":"):
        return False
    following = next((line for line in lines[number + 1 :] if line.strip()), "")
    return following.startswith(QUOTE)


def _quoted(lines: Sequence[str]) -> str:
    """What is answered, without what it quoted itself."""
    inside = (line[1:].removeprefix(" ") for line in lines if line.startswith(QUOTE))
    return "".join(line for line in inside if not line.startswith(QUOTE)).strip()


def _recipients(headers: Message) -> tuple[str, ...]:
    values = [str(value) for name in ("To", "Cc") for value in headers.get_all(name, ())]
    return tuple(address for _, address in getaddresses(values) if address)


def _decoded(value: str) -> str:
    try:
        return " ".join(str(make_header(decode_header(value))).split())
    except (HeaderParseError, LookupError, UnicodeError):  # a header half typed
        return value
