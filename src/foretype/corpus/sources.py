"""Files that hold texts, found in a folder or named, and what kind each is.

The kind is told by a file's first bytes, not by its name alone. It does not read further than those.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from foretype.corpus.chat_exports import is_chat_export
from foretype.corpus.chat_logs import is_chat_log
from foretype.corpus.files import open_bytes, told_of_damage
from foretype.corpus.skips import Reason, Skip
from foretype.corpus.tables import is_table
from foretype.errors import InputError

HEAD_BYTES = 16_384
PARTS_SUFFIX = ".parts"  # of folders in which unfinished work lies

_HEADER_LINE = re.compile(rb"\A(?:[!-9;-~]+:[^\r\n]*\r?\n(?:[ \t][^\r\n]*\r?\n)*){1,40}", re.MULTILINE)
_MAIL_FIELD = re.compile(rb"(?im)^(?:from|to|date|subject|received|message-id|return-path|mime-version):")
_APPLE = re.compile(rb"\A\d+\s*\n(?=[!-9;-~]+:)")


class Format(StrEnum):
    """What a file is."""

    MBOX = "mbox"
    MAIL = "mail"  # one mail: .eml, a file of a Maildir or of MH, .emlx
    ROWS = "rows"  # JSON Lines
    TABLE = "table"  # CSV
    CHAT_LOG = "chat-log"
    CHAT_EXPORT = "chat-export"


@dataclass(frozen=True, slots=True)
class Source:
    """A file to read, and how."""

    path: Path
    format: Format


def find_sources(path: Path) -> Iterator[Source | Skip]:
    """The files under `path` that can be read, in the order of their names; of others, why not.

    Raises InputError where `path` itself cannot be read, or is a file of no known kind.
    """
    if path.is_dir():
        yield from map(_source_in, _files(path))
        return
    found = format_of(path)
    if found is None:
        raise InputError(
            f"{path}: found neither mail nor chat, wanted mbox, a mail, JSON Lines, a CSV with body and from, "
            "a chat's log or its JSON export; convert it to one of these"
        )
    yield Source(path, found)


def format_of(path: Path) -> Format | None:
    """What a file is, None where nobody knows. Raises InputError when it cannot be read."""
    with open_bytes(path) as file, told_of_damage(path):
        head = file.read(HEAD_BYTES)
    return _format(head, is_rows=path.name.endswith((".jsonl", ".jsonl.xz")))


def _format(head: bytes, *, is_rows: bool) -> Format | None:
    if head.startswith(b"From "):
        return Format.MBOX
    if _is_mail(head):
        return Format.MAIL
    text = head.decode("utf-8-sig", "replace")
    if is_rows or re.match(r'\s*\{".*\}\s*\n', text):
        return Format.ROWS
    if is_chat_export(text):
        return Format.CHAT_EXPORT
    if is_chat_log(text):
        return Format.CHAT_LOG
    return Format.TABLE if is_table(text) else None


def _is_mail(head: bytes) -> bool:
    fields = _HEADER_LINE.match(head[_apple_bytes(head) :])
    return fields is not None and _MAIL_FIELD.search(fields[0]) is not None


def _apple_bytes(head: bytes) -> int:
    """How long the line is with which Apple's .emlx gives the mail's length; 0 in other files."""
    found = _APPLE.match(head)
    return len(found[0]) if found else 0


def mail_bytes(raw: bytes) -> bytes:
    """The mail in a file's bytes, without what Apple's .emlx puts before and behind it."""
    start = _apple_bytes(raw)
    return raw[start : start + int(raw[:start])] if start else raw


def _source_in(path: Path) -> Source | Skip:
    try:
        found = format_of(path)
    except InputError:
        return Skip(str(path), Reason.UNREADABLE)
    return Source(path, found) if found else Skip(str(path), Reason.UNKNOWN_FORMAT)


def _files(folder: Path) -> Iterator[Path]:
    """All files, but for hidden ones and a Maildir's half-delivered; folder by folder, sorted."""
    for at, folders, names in os.walk(folder, onerror=_refuse):
        folders.sort()
        if "cur" in folders and "tmp" in folders:
            folders.remove("tmp")
        folders[:] = [name for name in folders if not name.endswith(PARTS_SUFFIX)]
        visible = (Path(at, name) for name in sorted(names) if not name.startswith("."))
        yield from (path for path in visible if path.is_file())  # a pipe would never end


def _refuse(error: OSError) -> None:
    raise InputError(
        f"{error.filename}: cannot be read ({error.strerror}); allow it or name another folder"
    ) from error
