"""Documents out of JSON Lines and back: mail rows and chat rows, plain or in xz, in the order of the file.

A mail row has `author` and `body`; a chat row has `conv` and `text`. Whoever holds a text together (an
author, a conversation) is its `holder`: privacy rules count holders, never texts. It does not know what the
texts are for.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from foretype.corpus.files import open_text, told_of_damage
from foretype.errors import InputError


@dataclass(frozen=True, slots=True)
class Document:
    """One message with its context. The text begins with `greeting` and ends with `closing` where they are known."""

    holder: str  # author of mail and of a chat log's turn; conversation of a chat row
    text: str
    kind: str = "email"
    subject: str = ""
    previous: str = ""
    people: tuple[str, ...] = ()  # addresses of author and recipients
    source: str = ""
    sent_at: str | None = None  # ISO 8601, in the sender's time zone where that is known
    language: str | None = None  # ISO 639, such as en
    greeting: str = ""  # "Hi Susan,"
    closing: str = ""  # "Best regards,\nAnn"

    @property
    def middle(self) -> str:
        """The text without greeting and closing.

        >>> Document("ann", "Hi Bob,\\n\\nsure.\\n\\nAnn", greeting="Hi Bob,", closing="Ann").middle
        'sure.'
        """
        return self.text[len(self.greeting) : len(self.text) - len(self.closing)].strip()


def read_documents(path: Path) -> Iterator[Document]:
    """Yield the documents of a .jsonl or .jsonl.xz file.

    Raises InputError with file and line for what is no JSON object, and for rows with neither text nor body; with the
    file for one that is missing, damaged or not UTF-8.
    """
    rows = RowReader()
    for number, line in enumerate(_lines(path), 1):
        yield rows.read_one(line, where=f"{path}:{number}")


def row_of(document: Document) -> dict[str, Any]:
    """The mail row that `read_documents` reads back as this document; what is unknown is left out.

    >>> row_of(Document("ann@example.org", "Hi", people=("ann@example.org", "bob@example.org")))
    {'author': 'ann@example.org', 'to': ['bob@example.org'], 'body': 'Hi'}
    """
    row = {
        "author": document.holder,
        "date": document.sent_at,
        "type": "" if document.kind == "email" else document.kind,
        "subject": document.subject,
        "to": list(document.people[1:]),
        "reply_to_text": document.previous,
        "body": document.text,
        "greeting": document.greeting,
        "closing": document.closing,
        "lang": document.language,
        "source": document.source,
    }
    return {name: value for name, value in row.items() if value or name in ("author", "body")}


class RowReader:
    """Turns lines of one file into documents; remembers the turn before, which a chat row answers."""

    def __init__(self) -> None:
        self._conversation: str | None = None
        self._turn = ""

    def read_one(self, line: str, *, where: str) -> Document:
        """The line's document. Raises InputError with `where` for a line that holds none."""
        row = _row(line, where=where)
        return self._chat(row, where=where) if "conv" in row else _mail(row, where=where)

    def _chat(self, row: dict[str, Any], *, where: str) -> Document:
        """A chat turn; turns of a conversation stand together, so remembering one is enough."""
        conversation, text = str(row["conv"]), _text(row, "text", where=where)
        before = self._turn if conversation == self._conversation else ""
        self._conversation, self._turn = conversation, text
        return Document(
            holder=conversation,
            text=text,
            kind="chat",
            previous=before,
            source=str(row.get("source") or ""),
            language=_known(row, "lang"),
        )


def _lines(path: Path) -> Iterator[str]:
    with open_text(path) as lines, told_of_damage(path):
        yield from lines


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


def _known(row: dict[str, Any], key: str) -> str | None:
    return str(row[key]) if row.get(key) else None


def _bad_row(what: str) -> InputError:
    return InputError(f"{what}; mend or drop that line")


def _mail(row: dict[str, Any], *, where: str) -> Document:
    author, text = str(row.get("author") or ""), _text(row, "body", where=where)
    greeting, closing = str(row.get("greeting") or ""), str(row.get("closing") or "")
    return Document(
        holder=author,
        text=text,
        kind=str(row.get("type") or "email"),
        subject=str(row.get("subject") or ""),
        previous=str(row.get("reply_to_text") or ""),
        people=(author, *map(str, row.get("to") or ())),
        source=str(row.get("source") or ""),
        sent_at=_known(row, "date"),
        language=_known(row, "lang"),
        greeting=greeting if text.startswith(greeting) else "",
        closing=closing if text.endswith(closing) else "",
    )
