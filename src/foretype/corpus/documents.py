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

    Raises InputError with file and line for what is no JSON object, and for rows with neither text nor body.
    """
    previous: dict[str, str] = {}
    with _open(path) as lines:
        for number, line in enumerate(lines, 1):
            row = _row(line, where=f"{path}:{number}")
            yield _chat(row, previous) if "conv" in row else _mail(row, where=f"{path}:{number}")


def _open(path: Path) -> TextIO:
    try:
        if path.suffix == ".xz":
            return lzma.open(path, "rt", encoding="utf-8")
        return path.open(encoding="utf-8")
    except OSError as error:
        raise InputError(
            f"{path}: cannot be read ({error.strerror}); name a .jsonl or .jsonl.xz file"
        ) from error


def _row(line: str, *, where: str) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except ValueError as error:
        raise InputError(f"{where}: found no JSON ({error}), wanted one object a line") from error
    if not isinstance(row, dict):
        raise InputError(f"{where}: found {type(row).__name__}, wanted a JSON object")
    return row


def _mail(row: dict[str, Any], *, where: str) -> Document:
    body = row.get("body")
    if not isinstance(body, str):
        raise InputError(
            f"{where}: found no text in 'body'; wanted a mail row (author, body) or a chat row (conv, text)"
        )
    author = str(row.get("author") or "")
    return Document(
        holder=author,
        text=body,
        kind=str(row.get("type") or "email"),
        subject=str(row.get("subject") or ""),
        previous=str(row.get("reply_to_text") or ""),
        people=(author, *map(str, row.get("to") or ())),
        source=str(row.get("source") or ""),
    )


def _chat(row: dict[str, Any], previous: dict[str, str]) -> Document:
    """A chat turn; what it answers is the turn before it in its conversation."""
    conversation, text = str(row["conv"]), str(row.get("text") or "")
    before = previous.get(conversation, "")
    previous.clear()  # turns of a conversation stand together, so one is enough
    previous[conversation] = text
    return Document(
        holder=conversation, text=text, kind="chat", previous=before, source=str(row.get("source") or "")
    )
