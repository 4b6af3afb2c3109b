"""Texts that a person wrote, out of the files they have: plain text, mailboxes, chats and JSON Lines.

Of a mail only what its author typed is kept; corpus/mailbox.py knows how. It does not know what the texts are
learned for.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from foretype.compose.request import Context, Kind
from foretype.corpus.dates import iso_date
from foretype.corpus.documents import Document
from foretype.corpus.mailbox import read_mailbox
from foretype.corpus.sources import format_of
from foretype.errors import InputError
from foretype.evals.messages import read_messages
from foretype.personal.report import read_export

STDIN = Path("-")
KINDS = {kind.value: kind for kind in Kind}


@dataclass(frozen=True, slots=True)
class Letter:
    """One text, who wrote it where the file says so, and what is known around it."""

    text: str
    author: str | None = None
    context: Context = field(default_factory=Context)


def read_letters(path: Path) -> Iterator[Letter]:
    """The file's texts in its order; `-` is standard input, one text. Raises InputError for what is no text.

    .jsonl and .jsonl.xz hold a body a line; mailboxes, exports and folders of them are known by what stands in
    them; any other file is one plain text.
    """
    if path == STDIN:
        return iter([Letter(_utf8(sys.stdin.buffer.read(), where="standard input"))])
    if path.name.endswith((".jsonl", ".jsonl.xz")):
        return _from_rows(path)
    if path.is_dir() or format_of(path) is not None:
        return map(_letter, read_mailbox(path))
    return iter([Letter(_plain(path))])


def _plain(path: Path) -> str:
    text = _utf8(_bytes(path), where=str(path))
    if path.suffix == ".json" and _is_export(text):
        raise InputError(
            f"{path}: found what a memory exported; `foretype users import USER {path}` learns it"
        )
    return text


def _is_export(text: str) -> bool:
    try:
        return bool(read_export(json.loads(text)))
    except (ValueError, InputError):
        return False


def _from_rows(path: Path) -> Iterator[Letter]:
    for message in read_messages(path):
        yield Letter(message.body, message.author, message.context)


def _letter(document: Document) -> Letter:
    sent_at = iso_date(document.sent_at or "")
    context = Context(
        kind=KINDS.get(document.kind, Kind.NOTE),
        subject=document.subject,
        previous=document.previous,
        to=document.people[1:],
        sent_at=datetime.fromisoformat(sent_at) if sent_at else None,
    )
    return Letter(document.text, document.holder, context)


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: {error.strerror or error}; name a file that can be read") from error


def _utf8(raw: bytes, *, where: str) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(
            f"{where}: byte {error.start} is not UTF-8; wanted text, a mailbox, a chat or .jsonl"
        ) from error
