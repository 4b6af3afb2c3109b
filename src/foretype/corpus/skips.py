"""Why a text of a corpus was left out: one word for each reason, and where the text stood.

Nothing that is left out is fatal and nothing goes without being counted. It does not know who decides.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Reason(StrEnum):
    """What a data card says of texts that did not go in."""

    AUTOMATIC = "automatic"  # out-of-office notes, newsletters: no person typed them
    BAD_ROW = "bad-row"  # a line or row without the fields it needs
    BROKEN = "broken"  # no mail, or MIME that cannot be taken apart
    CHARSET = "charset"  # letters that cannot be told
    DUPLICATE = "duplicate"  # the same author, time and text
    LANGUAGE = "language"  # another language than asked for
    NEAR_DUPLICATE = "near-duplicate"  # much the same words as an earlier text
    NO_AUTHOR = "no-author"
    NO_TEXT = "no-text"  # attachments and pictures alone
    NOTHING_TYPED = "nothing-typed"  # only quotes, forwards or signatures
    TOO_LARGE = "too-large"  # its text lies behind megabytes of attachments
    TOO_LONG = "too-long"  # pasted logs and tables
    UNKNOWN_FORMAT = "unknown-format"  # a file of a folder that is no mail and no chat
    UNREADABLE = "unreadable"  # a file of a folder that may not be read


@dataclass(frozen=True, slots=True)
class Skip:
    """One text that was left out."""

    where: str  # file, and message or line in it
    reason: Reason
