"""Whole streams of held-out authors: what each wrote, in order, and which of it is typed.

It does not know what is made of them.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from foretype.compose.request import Kind
from foretype.corpus.documents import Document
from foretype.corpus.splits import is_valid
from foretype.evals.messages import PREVIOUS_CHARS, Message

TEST_ONE_IN = 4  # of the held-out authors: for validating what the others trained


class Part(StrEnum):
    """Which authors of a corpus file."""

    ALL = "all"
    HELD_OUT = "held-out"  # those that no model of ours was trained on
    TRAIN = "train"  # three in four of those
    VALID = "valid"  # the fourth


@dataclass(frozen=True, slots=True)
class Stream:
    """One author's messages, oldest first; those at `typed` are typed, all are learned."""

    author: str
    messages: Sequence[Message]
    typed: frozenset[int]


def read_streams(
    documents: Iterable[Document], *, part: Part, per_author: int, min_chars: int
) -> Iterator[Stream]:
    """Authors in an order that no alphabet or file decides, the same on every machine.

    Of an author who wrote much, `per_author` messages from all over the stream are typed.
    """
    found: dict[str, list[Document]] = {}
    for document in documents:
        if _belongs(document.holder, part):
            found.setdefault(document.holder, []).append(document)
    for author in sorted(found, key=_order):
        messages = [message_of(document, number) for number, document in enumerate(found[author])]
        long = [at for at, message in enumerate(messages) if len(message.body) >= min_chars]
        if long:
            step = -(-len(long) // per_author)
            yield Stream(author, messages, frozenset(long[step - 1 :: step]))


def message_of(document: Document, number: int) -> Message:
    """A document as a message to be typed; a turn of a conversation has no author whom it could be learned for."""
    return Message(
        id=f"{author_number(document.holder):x}-{number}",
        author=document.people[0] or None if document.people else None,
        body=document.text,
        kind=Kind(document.kind) if document.kind in set(Kind) else Kind.NOTE,
        subject=document.subject,
        previous=document.previous[:PREVIOUS_CHARS],
        to=document.people[1:],
        date=document.sent_at if seconds_of(document.sent_at) else None,
    )


def author_number(author: str) -> int:
    """A number that stands for an author in rows: tells who wrote alike, not who it is."""
    digest = hashlib.blake2b(author.encode("utf-8", "replace"), digest_size=8, person=b"foretype-author")
    return int.from_bytes(digest.digest(), "little", signed=True)


def seconds_of(date: str | None) -> int:
    """Seconds since 1970 of a date in ISO 8601; 0 where there is none, or none that can be read.

    >>> seconds_of("2001-05-14T09:30:00+02:00"), seconds_of("May"), seconds_of(None)
    (989825400, 0, 0)
    """
    try:
        found = datetime.fromisoformat(date or "")
    except ValueError:
        return 0
    return int((found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp())


def _belongs(holder: str, part: Part) -> bool:
    if part is Part.ALL:
        return True
    if not is_valid(holder):
        return False
    return part is Part.HELD_OUT or (_order(holder) % TEST_ONE_IN == 0) is (part is Part.VALID)


def _order(holder: str) -> int:
    return zlib.crc32(holder[::-1].encode("utf-8", "replace"))
