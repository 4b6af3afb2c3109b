"""An invented writer with habits, as documents and as a file of rows. It knows nothing of training."""

from __future__ import annotations

import json
from pathlib import Path

from foretype.corpus.documents import Document, row_of

ME, SUSAN = "tom@example.org", "susan@example.org"
THINGS = ("report", "contract", "budget", "slides", "numbers", "draft")
DAYS = ("Monday", "Tuesday", "Friday")


def letter(number: int) -> str:
    """A short mail; each differs from the next."""
    thing, day = THINGS[number % len(THINGS)], DAYS[number % len(DAYS)]
    return f"Hi Sue, the {thing} {number} is attached. Let me know by {day}. Tom"


def messages(count: int, *, author: str = ME) -> list[Document]:
    """Mails of one author, one every second day from the beginning of 2001."""
    return [
        Document(
            author,
            letter(number),
            subject="Report",
            people=(author, SUSAN if author == ME else ME),
            sent_at=f"{2001 + number // 168}-{number // 14 % 12 + 1:02}-{number % 14 * 2 + 1:02}T09:00:00+00:00",
        )
        for number in range(count)
    ]


def write_mailbox(path: Path, documents: list[Document]) -> Path:
    """The documents as JSON Lines."""
    path.write_text("".join(json.dumps(row_of(each)) + "\n" for each in documents), encoding="utf-8")
    return path
