"""Files cut into pieces of work that are read apart and give together what the files give.

mbox and JSON Lines are cut between mails and between conversations; small files go together; what cannot be
cut is a piece of its own. It does not know what is done with a piece.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from foretype.corpus.documents import Document
from foretype.corpus.files import open_bytes, told_of_damage, written_whole
from foretype.corpus.mailbox import read_rows, read_source
from foretype.corpus.mbox import next_mail
from foretype.corpus.skips import Skip
from foretype.corpus.sources import Format, Source
from foretype.errors import InputError

SPAN_BYTES = 4_000_000  # a second or two of work: what a kill may lose, and what a bar moves by
SPAN_FILES = 500  # single mails in one piece


@dataclass(frozen=True, slots=True)
class Span:
    """Some files, or the part of one that begins at byte `first` and ends before byte `end`."""

    sources: tuple[Source, ...]
    first: int = 0
    end: int | None = None
    num_bytes: int = 0


def read_span(span: Span) -> Iterator[Document | Skip]:
    """The span's texts, cleaned."""
    for source in span.sources:
        yield from read_source(source, first=span.first, end=span.end)


def read_span_rows(span: Span) -> Iterator[Document | Skip]:
    """The documents of a span of JSON Lines as they stand."""
    for source in span.sources:
        yield from read_rows(source.path, first=span.first, end=span.end)


def cut(sources: Iterable[Source], *, scratch: Path, span_bytes: int = SPAN_BYTES) -> list[Span]:
    """Spans of some `span_bytes` over the sources, in their order.

    Packed files that could be cut are unpacked into `scratch` first.
    """
    spans: list[Span] = []
    mails: list[Source] = []
    for source in sources:
        if source.format is Format.MAIL:
            mails.append(source)
            if len(mails) == SPAN_FILES:
                spans.append(_together(mails))
                mails = []
            continue
        if mails:
            spans.append(_together(mails))
            mails = []
        spans += _spans_of(source, scratch=scratch, span_bytes=span_bytes)
    return [*spans, _together(mails)] if mails else spans


def rows_of(paths: Sequence[Path]) -> list[Source]:
    """Corpus files as sources. Raises InputError for one that is no JSON Lines."""
    for path in paths:
        if not path.name.endswith((".jsonl", ".jsonl.xz")):
            raise InputError(
                f"{path}: found no .jsonl or .jsonl.xz file; make one out of mail with `foretype corpus import`"
            )
        with open_bytes(path):
            pass
    return [Source(path, Format.ROWS) for path in paths]


def _together(mails: Sequence[Source]) -> Span:
    return Span(tuple(mails), num_bytes=sum(_size(mail.path) for mail in mails))


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:  # gone since it was found: it will be counted as unreadable
        return 0


def _spans_of(source: Source, *, scratch: Path, span_bytes: int) -> Iterator[Span]:
    if source.format not in (Format.MBOX, Format.ROWS):
        yield Span((source,), num_bytes=_size(source.path))
        return
    if source.path.suffix == ".xz":
        source = _unpacked(source, scratch)
    size = source.path.stat().st_size
    with open_bytes(source.path) as file:
        first = 0
        while first < size:
            end = _next_cut(file, first + span_bytes, source.format) if first + span_bytes < size else size
            yield Span((source,), first, end, num_bytes=end - first)
            first = end


def _next_cut(file: BinaryIO, place: int, format: Format) -> int:
    return next_mail(file, place) if format is Format.MBOX else _next_row(file, place)


def _next_row(file: BinaryIO, place: int) -> int:
    """The first line after `place` that does not go on with the conversation of the line before it."""
    file.seek(place)
    file.readline()
    before = _conversation(file.readline())
    while True:
        at = file.tell()
        line = file.readline()
        if not line or before is None or _conversation(line) != before:
            return at


def _conversation(line: bytes) -> str | None:
    try:
        row = json.loads(line)
    except ValueError:
        return None
    return str(row["conv"]) if isinstance(row, dict) and "conv" in row else None


def _unpacked(source: Source, scratch: Path) -> Source:
    """The source unpacked in `scratch`; once, as work that was stopped is taken up again."""
    name = hashlib.blake2s(str(source.path.resolve()).encode()).hexdigest()[:16]
    path = scratch / f"unpacked-{name}"
    if not path.exists():
        with open_bytes(source.path) as packed, written_whole(path) as file, told_of_damage(source.path):
            shutil.copyfileobj(packed, file, 1 << 20)
    return Source(path, source.format)
