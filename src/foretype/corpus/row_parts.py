"""Corpus files read and written in parts: spans of JSON Lines in, files of rows out, joined at the end.

It does not know what happens to a document in between.
"""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from foretype.corpus.documents import Document, row_of
from foretype.corpus.files import packed_for, written_whole
from foretype.corpus.parts import fingerprint
from foretype.corpus.skips import Skip
from foretype.corpus.spans import Span, cut, read_span_rows, rows_of
from foretype.errors import InputError


@dataclass(frozen=True, slots=True)
class RowPart:
    """One span's turn in one round of work; `out` is for what the round writes."""

    round: str
    number: int
    folder: Path
    span: Span
    suffix: str = ".json"

    @property
    def done(self) -> Path:
        return self.folder / f"{self.number:06}.{self.round}.done.json"

    @property
    def out(self) -> Path:
        return self.folder / f"{self.number:06}.{self.round}{self.suffix}"


def row_plan(paths: Sequence[Path], options: Mapping[str, Any]) -> dict[str, Any]:
    """What a job over corpus files depends on, for `parts.resumable`.

    Raises InputError for a file that is no JSON Lines or cannot be read.
    """
    return {"files": fingerprint([source.path for source in rows_of(paths)]), "options": dict(options)}


def cut_rows(paths: Sequence[Path], folder: Path) -> list[Span]:
    """The spans of some corpus files."""
    return cut(rows_of(paths), scratch=folder)


def round_of(name: str, spans: Sequence[Span], folder: Path, *, suffix: str = ".json") -> list[RowPart]:
    """One part a span."""
    return [RowPart(name, number, folder, span, suffix) for number, span in enumerate(spans)]


def part_documents(part: RowPart, skipped: Counter[str] | None = None) -> Iterator[Document]:
    """A part's documents; rows that hold none are counted."""
    for found in read_span_rows(part.span):
        if not isinstance(found, Skip):
            yield found
        elif skipped is not None:
            skipped[found.reason] += 1


def write_rows(path: Path, documents: Iterable[Document]) -> int:
    """Write documents, packed where the name says so; how many there were."""
    count = 0
    with written_whole(path) as file, packed_for(path, file) as packed:
        for document in documents:
            packed.write(row_bytes(document))
            count += 1
    return count


def row_bytes(document: Document) -> bytes:
    """The document's line. Halves of surrogate pairs, which UTF-8 has no letter for, become "?"."""
    return json.dumps(row_of(document), ensure_ascii=False).encode("utf-8", "replace") + b"\n"


def join(parts: Iterable[Path], out: Path) -> None:
    """One file out of several. Packed ones need not be unpacked for it: xz allows one after the other."""
    with written_whole(out) as file:
        for path in parts:
            with path.open("rb") as part:
                shutil.copyfileobj(part, file, 1 << 20)


def check_name(out: Path) -> None:
    """Raises InputError for a name that no reader of a corpus would know."""
    if not out.name.endswith((".jsonl", ".jsonl.xz")):
        raise InputError(f"--out {out}: wanted a name that ends in .jsonl or .jsonl.xz; rename it")
