"""Chats kept as text, line by line: logs of IRC programs, and WhatsApp's "export chat".

Lines that tell who came and went are no turns and are passed over. It does not know who is behind a name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime
from itertools import islice
from pathlib import Path

from foretype.corpus.dates import is_day_first, iso_date
from foretype.corpus.documents import Document
from foretype.corpus.files import open_bytes
from foretype.corpus.skips import Skip
from foretype.corpus.turns import Conversation

SNIFFED_LINES = 40
MIN_SHARE = 0.3  # of the lines that must be turns, for a text to be a chat; IRC logs are full of joins

_CLOCK = r"\d{1,2}:\d{2}(?::\d{2})?"
_IRC = re.compile(
    rf"^\[?(?P<date>\d{{4}}-\d\d-\d\d)?[T ]?(?P<time>{_CLOCK})?(?:Z|[+-]\d\d:?\d\d)?\]?\s*"
    r"<[ @+%&~]?(?P<speaker>[^<>\s]{1,40})>\s(?P<text>.*)"
)
_NUMBERS = r"\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}"
_WHATSAPP = re.compile(
    rf"^[\u200e\u200f]*\[?(?P<date>{_NUMBERS},? {_CLOCK}(?:[\s\u202f][AaPp]\.?\s?[Mm]\.?)?)(?:\]| -) (?P<rest>.*)"
)
_DAY = re.compile(r"^--- (?:Day changed|Log opened) \w{3} (?P<day>.+)$")
_NO_TEXT = re.compile(
    r"^\u200e?(?:<[^<>]{3,40}>|.{3,20} omitted|null)$"
)  # "<Media omitted>", "image omitted"


def is_chat_log(head: str) -> bool:
    """Whether a text that begins so is a chat.

    >>> is_chat_log("[09:30] <ann> lunch?\\n[09:31] <bob> yes"), is_chat_log("Hi Ann,\\nlunch?")
    (True, False)
    """
    lines = [line for line in head.splitlines()[:SNIFFED_LINES] if line.strip()]
    turns = sum(bool(_IRC.match(line) or _WHATSAPP.match(line)) for line in lines)
    return turns > 0 and turns >= MIN_SHARE * len(lines)


def read_chat_log(path: Path) -> Iterator[Document | Skip]:
    """The turns of a chat, in its order; letters that are not UTF-8 are replaced. Raises InputError for no file."""
    with open_bytes(path) as file:
        head = [_decoded(line) for line in islice(file, 10 * SNIFFED_LINES)]
    dates = [found["date"] for line in head if (found := _WHATSAPP.match(line))]
    if dates:
        yield from _whatsapp(path, day_first=is_day_first(dates))
    else:
        yield from _irc(path)


def _irc(path: Path) -> Iterator[Document | Skip]:
    talk, day = Conversation("irc"), None
    for number, line in _numbered(path):
        if changed := _DAY.match(line):
            day = _named_day(changed["day"])
        if found := _IRC.match(line):
            sent_at = _irc_time(found, day)
            yield talk.say_one(found["speaker"], found["text"], where=f"{path}:{number}", sent_at=sent_at)


def _irc_time(found: re.Match[str], day: date | None) -> str | None:
    on = found["date"] or (day and day.isoformat())
    return iso_date(f"{on}T{found['time'].zfill(len('09:30'))}") if on and found["time"] else None


def _named_day(text: str) -> date | None:
    for shape in ("%b %d %Y", "%b %d %H:%M:%S %Y"):
        try:
            return datetime.strptime(text.strip(), shape).date()
        except ValueError:
            continue
    return None


def _whatsapp(path: Path, *, day_first: bool) -> Iterator[Document | Skip]:
    talk = Conversation("whatsapp")
    for number, found, lines in _entries(path):
        speaker, colon, text = found["rest"].partition(": ")
        if not colon:
            continue  # a notice of the program
        text = "" if _NO_TEXT.match(text) else "\n".join([text, *lines])
        sent_at = iso_date(found["date"].replace("\u202f", " "), day_first=day_first)
        yield talk.say_one(speaker.lstrip("\u200e~ "), text, where=f"{path}:{number}", sent_at=sent_at)


def _entries(path: Path) -> Iterator[tuple[int, re.Match[str], list[str]]]:
    """Each turn's first line, matched, and the lines that follow it."""
    entry: tuple[int, re.Match[str], list[str]] | None = None
    for number, line in _numbered(path):
        if found := _WHATSAPP.match(line):
            if entry:
                yield entry
            entry = (number, found, [])
        elif entry:
            entry[2].append(line)
    if entry:
        yield entry


def _numbered(path: Path) -> Iterator[tuple[int, str]]:
    with open_bytes(path) as file:
        for number, line in enumerate(file, 1):
            yield number, _decoded(line)


def _decoded(line: bytes) -> str:
    return line.decode("utf-8", "replace").strip("\ufeff\r\n")
