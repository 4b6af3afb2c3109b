"""Held-out messages from a JSON Lines file, plain or .xz, checked line by line.

A line is an object with `body` and, where known, author, date, subject, to, reply_to_text, type and id. A
line with `"warm": true` is an earlier message of its author: learned from, never replayed.

It does not know what a message is replayed against.
"""

from __future__ import annotations

import json
import lzma
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from foretype.compose.request import Context, Kind
from foretype.corpus.files import open_text
from foretype.errors import InputError

PREVIOUS_CHARS = 1000  # of the message being answered that a writer's client would send


@dataclass(frozen=True, slots=True)
class Message:
    """One message to replay, or to learn from when `warm`. `to` and `previous` are empty where unknown."""

    id: str
    author: str | None
    body: str
    kind: Kind = Kind.EMAIL
    subject: str = ""
    previous: str = ""
    to: tuple[str, ...] = ()
    date: str | None = None  # ISO 8601, as it stands in the file
    warm: bool = False

    @property
    def context(self) -> Context:
        """What the writer's client knows about the message besides its text."""
        sent_at = None if self.date is None else datetime.fromisoformat(self.date)
        return Context(
            kind=self.kind, subject=self.subject, previous=self.previous, to=self.to, sent_at=sent_at
        )


def read_messages(path: Path) -> Iterator[Message]:
    """The file's messages in order. Raises InputError with the line, what it holds and what is wanted."""
    with open_text(path) as lines:
        number = 0
        try:
            for number, line in enumerate(lines, 1):
                if line.strip():
                    yield _message(_Line(line, where=f"{path}, line {number}", number=number))
        except (UnicodeDecodeError, lzma.LZMAError, EOFError) as error:
            raise InputError(
                f"{path}, after line {number}: {error}; wanted UTF-8 JSON Lines, plain or whole .xz: "
                "fetch or convert the file again"
            ) from error


class _Line:
    """One line's fields, each asked for by the type it must have."""

    def __init__(self, line: str, *, where: str, number: int) -> None:
        self._where, self.number = where, number
        try:
            self._fields = json.loads(line)
        except ValueError as error:
            raise InputError(
                f"{where}: not JSON ({error}); wanted one object a line, such as "
                '{"author": "a@b.org", "body": "Hi Susan, ..."}'
            ) from error
        if not isinstance(self._fields, dict):
            raise self.wrong("line", self._fields, "an object with at least a body")

    def body(self) -> str:
        if self._fields.get("body") is None:
            raise self.wrong("body", None, "the message's text")
        return self.text("body")

    def text(self, name: str) -> str:
        return self._typed(name, str, "a string") or ""

    def texts(self, name: str) -> tuple[str, ...]:
        found = self._typed(name, list, "a list of strings") or []
        if not all(isinstance(item, str) for item in found):
            raise self.wrong(name, found, "a list of strings")
        return tuple(found)

    def flag(self, name: str) -> bool:
        return bool(self._typed(name, bool, "true or false"))

    def wrong(self, name: str, found: object, wanted: str) -> InputError:
        shown = type(found).__name__ if isinstance(found, (list, dict)) else repr(found)[:60]
        return InputError(f"{self._where}: {name} is {shown}, wanted {wanted}; mend or drop that line")

    def _typed(self, name: str, kind: type, wanted: str) -> Any:
        found = self._fields.get(name)
        if found is not None and not isinstance(found, kind):
            raise self.wrong(name, found, wanted)
        return found


def _message(line: _Line) -> Message:
    return Message(
        id=line.text("id") or f"line-{line.number}",
        author=line.text("author") or None,
        body=line.body(),
        kind=_kind(line),
        subject=line.text("subject"),
        previous=line.text("reply_to_text")[:PREVIOUS_CHARS],
        to=line.texts("to"),
        date=_date(line),
        warm=line.flag("warm"),
    )


def _kind(line: _Line) -> Kind:
    found = line.text("type") or Kind.EMAIL.value
    try:
        return Kind(found)
    except ValueError as error:
        raise line.wrong("type", found, f"one of {', '.join(Kind)}") from error


def _date(line: _Line) -> str | None:
    found = line.text("date") or None
    try:
        if found is not None:
            datetime.fromisoformat(found)
    except ValueError as error:
        raise line.wrong("date", found, "a date such as 2001-05-14T09:30:00+02:00, or null") from error
    return found
