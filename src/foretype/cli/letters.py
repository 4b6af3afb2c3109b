"""Texts that a person wrote, out of the files they have: plain text, mail (.eml, mbox) and JSON Lines.

Of a mail only what its author typed is kept: no quoted lines, nothing below a signature mark or a forwarded
header. It does not know what the texts are learned for.
"""

from __future__ import annotations

import mailbox
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parseaddr, parsedate_to_datetime
from pathlib import Path

from foretype.compose.request import Context
from foretype.errors import InputError
from foretype.evals.messages import read_messages

STDIN = Path("-")
MBOX_SUFFIXES = (".mbox", ".mbx")
NOT_TYPED = re.compile(  # from here on a mail's text is not its author's
    r"^(-- |_{10,}|-{2,} ?(original message|forwarded by).*|on .{10,120} wrote:|begin forwarded message:)$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Letter:
    """One text, who wrote it where the file says so, and what is known around it."""

    text: str
    author: str | None = None
    context: Context = field(default_factory=Context)


def read_letters(path: Path) -> Iterator[Letter]:
    """The file's texts in its order; `-` is standard input, one text. Raises InputError for what is no text.

    .jsonl and .jsonl.xz hold a body a line, .eml one mail, .mbox (or a file that begins as one) many; any
    other file is one plain text.
    """
    if path == STDIN:
        return iter([Letter(_utf8(sys.stdin.buffer.read(), where="standard input"))])
    if path.name.endswith((".jsonl", ".jsonl.xz")):
        return _from_rows(path)
    return _from_file(path, _bytes(path))


def typed_part(text: str) -> str:
    """What the author of a mail typed themselves.

    >>> typed_part("Fine with me.\\n\\nOn Mon, 14 May 2001, Susan Bell wrote:\\n> Thursday?")
    'Fine with me.'
    """
    kept: list[str] = []
    for line in text.splitlines():
        if NOT_TYPED.match(line):
            break
        if not line.startswith(">"):
            kept.append(line.rstrip())
    return "\n".join(kept).strip()


def _from_rows(path: Path) -> Iterator[Letter]:
    for message in read_messages(path):
        yield Letter(message.body, message.author, message.context)


def _from_file(path: Path, raw: bytes) -> Iterator[Letter]:
    if path.suffix in MBOX_SUFFIXES or raw.startswith(b"From "):
        return _from_mbox(path)
    if path.suffix == ".eml":
        return iter([_from_mail(raw)])
    return iter([Letter(_utf8(raw, where=str(path)))])


def _from_mbox(path: Path) -> Iterator[Letter]:
    box = mailbox.mbox(path, create=False)
    try:
        for key in box.iterkeys():
            yield _from_mail(box.get_bytes(key))
    finally:
        box.close()


def _from_mail(raw: bytes) -> Letter:
    mail = message_from_bytes(raw, policy=policy.default)
    body = mail.get_body(preferencelist=("plain",))
    try:
        text = "" if body is None else str(body.get_content())
    except (LookupError, UnicodeError):  # a charset that nobody knows: no text we could learn
        text = ""
    context = Context(subject=str(mail.get("Subject", "")), sent_at=_sent_at(mail))
    return Letter(typed_part(text), parseaddr(str(mail.get("From", "")))[1] or None, context)


def _sent_at(mail: EmailMessage) -> datetime | None:
    try:
        return parsedate_to_datetime(str(mail["Date"])) if "Date" in mail else None
    except ValueError:
        return None


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
            f"{where}: byte {error.start} is not UTF-8; wanted text, .jsonl, .jsonl.xz, .eml or .mbox"
        ) from error
