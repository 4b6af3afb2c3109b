"""Documents out of JSON Lines: mail rows and chat rows, plain or in xz, in the order of the file.

A mail row has `author` and `body`; a chat row has `conv` and `text`. Whoever holds a text together (an
author, a conversation) is its `holder`: privacy rules count holders, never texts. It does not know what the
texts are for.
"""

from __future__ import annotations

import json
import lzma
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from foretype.errors import InputError


@dataclass(frozen=True, slots=True)
class Document:
    """One message with its context."""

    holder: str  # author of mail, conversation of chat
    text: str
    kind: str = "email"
    subject: str = ""
    previous: str = ""
    people: tuple[str, ...] = ()  # addresses of author and recipients
    source: str = ""


def read_documents(path: Path) -> Iterator[Document]:
    """Yield the documents of a .jsonl or .jsonl.xz file.

    Raises InputError with file and line for what is no JSON object, and for rows with neither text nor body; with the
    file for one that is missing, damaged or not UTF-8.
    """
    previous: dict[str, str] = {}
    for number, line in enumerate(_lines(path), 1):
        where = f"{path}:{number}"
        row = _row(line, where=where)
        yield _chat(row, previous, where=where) if "conv" in row else _mail(row, where=where)


def _lines(path: Path) -> Iterator[str]:
    try:
        with _open(path) as lines:
            yield from lines
    except (lzma.LZMAError, EOFError) as error:
        raise InputError(f"{path}: cannot be unpacked ({error}); fetch the file again") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: not UTF-8 ({error.reason}); convert the file to UTF-8") from error
    except OSError as error:
        raise InputError(
            f"{path}: cannot be read ({error.strerror}); name a .jsonl or .jsonl.xz file"
        ) from error


def _open(path: Path) -> TextIO:
    return lzma.open(path, "rt", encoding="utf-8") if path.suffix == ".xz" else path.open(encoding="utf-8")


def _row(line: str, *, where: str) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except ValueError as error:
        raise _bad_row(f"{where}: found no JSON ({error}), wanted one object a line") from error
    if not isinstance(row, dict):
        raise _bad_row(f"{where}: found {type(row).__name__}, wanted a JSON object")
    return row


def _text(row: dict[str, Any], key: str, *, where: str) -> str:
    text = row.get(key)
    if isinstance(text, str):
        return text
    wanted = "wanted a mail row (author, body) or a chat row (conv, text)"
    raise _bad_row(f"{where}: found no text in {key!r}, {wanted}")


def _bad_row(what: str) -> InputError:
    return InputError(f"{what}; mend or drop that line")


def _mail(row: dict[str, Any], *, where: str) -> Document:
    author = str(row.get("author") or "")
    return Document(
        holder=author,
        text=_text(row, "body", where=where),
        kind=str(row.get("type") or "email"),
        subject=str(row.get("subject") or ""),
        previous=str(row.get("reply_to_text") or ""),
        people=(author, *map(str, row.get("to") or ())),
        source=str(row.get("source") or ""),
    )


def _chat(row: dict[str, Any], previous: dict[str, str], *, where: str) -> Document:
    """A chat turn; what it answers is the turn before it in its conversation."""
    conversation, text = str(row["conv"]), _text(row, "text", where=where)
    before = previous.get(conversation, "")
    previous.clear()  # turns of a conversation stand together, so one is enough
    previous[conversation] = text
    return Document(
        holder=conversation, text=text, kind="chat", previous=before, source=str(row.get("source") or "")
    )
