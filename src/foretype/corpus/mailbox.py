"""Mailboxes and exports of any kind, read as documents: the one door to what a person or a team wrote.

mbox, Maildir, single mails and folders of them, CSV, JSON Lines and chats; which it is, sources.py tells. What
cannot be used is counted by its reason. It does not know what the documents are for.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from foretype.corpus.chat_exports import read_chat_export
from foretype.corpus.chat_logs import read_chat_log
from foretype.corpus.documents import Document, RowReader
from foretype.corpus.files import open_bytes, told_of_damage
from foretype.corpus.mail import MAX_MAIL_BYTES, labelled, read_mail
from foretype.corpus.mbox import read_mbox
from foretype.corpus.skips import Reason, Skip
from foretype.corpus.sources import Format, Source, find_sources, mail_bytes
from foretype.corpus.tables import read_table
from foretype.errors import InputError


def read_mailbox(path: Path, *, skipped: Counter[Reason] | None = None) -> Iterator[Document]:
    """What people typed in the mails and chats at `path`, a file or a folder, one at a time.

    A document's `holder` is its author's address in small letters, its `text` what they typed (no quotes,
    signatures or disclaimers), `previous` what they answered, `sent_at` when, where the mail says so.
    `skipped` is counted up for each text that is left out. Raises InputError when `path` cannot be read or
    is nothing that is known.
    """
    for found in read_all(path):
        if isinstance(found, Document):
            yield found
        elif skipped is not None:
            skipped[found.reason] += 1


def read_all(path: Path) -> Iterator[Document | Skip]:
    """As `read_mailbox`, with each text that is left out in its place."""
    for source in find_sources(path):
        if isinstance(source, Skip):
            yield source
        else:
            yield from read_source(source)


def read_source(source: Source, *, first: int = 0, end: int | None = None) -> Iterator[Document | Skip]:
    """The texts of one file; of mbox and rows only those that begin at byte `first` or later, before `end`."""
    match source.format:
        case Format.MBOX:
            yield from _mbox(source.path, first, end)
        case Format.MAIL:
            yield _one_mail(source.path)
        case Format.ROWS:
            yield from map(_cleaned, read_rows(source.path, first=first, end=end))
        case Format.TABLE:
            yield from map(_cleaned, read_table(source.path))
        case Format.CHAT_LOG:
            yield from read_chat_log(source.path)
        case Format.CHAT_EXPORT:
            yield from read_chat_export(source.path)


def read_rows(path: Path, *, first: int = 0, end: int | None = None) -> Iterator[Document | Skip]:
    """Rows of JSON Lines as they stand, those that begin at byte `first` or later and before `end`."""
    rows = RowReader()
    with open_bytes(path) as file, told_of_damage(path):
        file.seek(first)
        at = first
        for line in file:
            if end is not None and at >= end:
                return
            yield _row(line, rows, where=f"{path}, byte {at}")
            at += len(line)


def _mbox(path: Path, first: int, end: int | None) -> Iterator[Document | Skip]:
    with open_bytes(path) as file, told_of_damage(path):
        file.seek(first)
        for number, raw in enumerate(read_mbox(file, end=end), 1):
            yield _mail(raw, where=f"{path}, mail {number} after byte {first}")


def _one_mail(path: Path) -> Document | Skip:
    try:
        with open_bytes(path) as file:
            return _mail(mail_bytes(file.read(MAX_MAIL_BYTES + 1)), where=str(path))
    except InputError:
        return Skip(str(path), Reason.UNREADABLE)


def _mail(raw: bytes, *, where: str) -> Document | Skip:
    found = read_mail(raw)
    return found if isinstance(found, Document) else Skip(where, found)


def _row(line: bytes, rows: RowReader, *, where: str) -> Document | Skip:
    try:
        return rows.read_one(line.decode("utf-8"), where=where)
    except (UnicodeDecodeError, InputError):
        return Skip(where, Reason.BAD_ROW)


def _cleaned(found: Document | Skip) -> Document | Skip:
    """Rows hold bodies as programs exported them; chats have nothing to be cleaned of."""
    if isinstance(found, Skip) or found.kind != "email":
        return found
    cleaned = labelled(found)
    return cleaned if isinstance(cleaned, Document) else Skip(found.source, cleaned)
