"""Mail exported as a table: CSV as Outlook and its like write it, one row a mail.

Columns are found by their names, English or German, in any order. It does not know which program wrote the
table.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from email.utils import getaddresses
from pathlib import Path

from foretype.corpus.dates import iso_date
from foretype.corpus.documents import Document
from foretype.corpus.files import open_bytes
from foretype.corpus.skips import Reason, Skip

MAX_CELL_CHARS = 2_000_000

COLUMNS = {  # the first that a table has
    "body": ("body", "text", "message", "content", "nachricht", "inhalt", "nachrichtentext"),
    "author": (
        "from: (address)",
        "from address",
        "from",
        "sender",
        "author",
        "from: (name)",
        "von: (adresse)",
        "von",
    ),
    "to": ("to: (address)", "to address", "to", "recipients", "to: (name)", "an: (adresse)", "an"),
    "subject": ("subject", "betreff", "title"),
    "date": ("date", "sent", "sent on", "date sent", "received", "date received", "gesendet", "datum"),
}


def is_table(head: str) -> bool:
    """Whether a file that begins with `head` is a table of mails.

    >>> is_table('"Subject","Body","From: (Name)"'), is_table("a,b"), is_table("Subject: text")
    (True, False, False)
    """
    names = _names(head.split("\n", 1)[0])
    return bool(names.get("body")) and bool(names.get("author"))


def read_table(path: Path) -> Iterator[Document | Skip]:
    """The rows of a table, in its order. Raises InputError when the file cannot be opened."""
    csv.field_size_limit(MAX_CELL_CHARS)
    with open_bytes(path) as raw, io.TextIOWrapper(raw, encoding=_encoding(path), errors="replace") as lines:
        first = lines.readline()
        delimiter = _delimiter(first)
        header = next(csv.reader([first], delimiter=delimiter))
        columns = {name: header.index(found) for name, found in _names(first).items()}
        rows = csv.reader(lines, delimiter=delimiter)
        number = 1
        while True:
            number += 1
            where = f"{path}, row {number}"
            try:
                row = next(rows, None)
            except csv.Error:  # a cell of megabytes, or quotation marks that do not end
                yield Skip(where, Reason.BAD_ROW)
                continue
            if row is None:
                return
            if row:
                yield _document(row, columns, where=where)


def _document(row: list[str], columns: Mapping[str, int], *, where: str) -> Document | Skip:
    cells = {name: row[at].strip() for name, at in columns.items() if at < len(row)}
    if "body" not in cells:
        return Skip(where, Reason.BAD_ROW)
    author = next(iter(_people(cells.get("author", ""))), "")
    if not author:
        return Skip(where, Reason.NO_AUTHOR)
    return Document(
        holder=author,
        text=cells["body"],
        subject=cells.get("subject", ""),
        people=(author, *_people(cells.get("to", ""))),
        source="table",
        sent_at=iso_date(cells.get("date", "")),
    )


def _people(cell: str) -> list[str]:
    found = getaddresses([cell.replace(";", ",")])
    return [(address or name).lower() for name, address in found if address or name]


def _names(line: str) -> dict[str, str]:
    """For each of COLUMNS the name that the header line has for it."""
    try:
        header = next(csv.reader([line], delimiter=_delimiter(line)), [])
    except csv.Error:  # no text, but something that is not for people
        return {}
    known = {name.strip("\ufeff ").lower(): name for name in header}
    return {
        column: known[found]
        for column, names in COLUMNS.items()
        if (found := next((name for name in names if name in known), None)) is not None
    }


def _delimiter(line: str) -> str:
    return max(",;\t", key=line.count)


def _encoding(path: Path) -> str:
    """UTF-8 or, as older programs on Windows have it, their code page; told from the first megabyte."""
    with open_bytes(path) as file:
        head = file.read(1 << 20)
    try:
        head[: head.rfind(b"\n") + 1].decode("utf-8")
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8-sig"
