"""What is kept of a user, for people to read: numbers, and the whole as JSON.

It does not know where it is kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from foretype.errors import InputError
from foretype.personal.records import Message
from foretype.text.words import is_word, join_words

WANTED = "the JSON that `foretype users export` or the page's Export wrote"


@dataclass(frozen=True, slots=True)
class Info:
    """What is kept of a user, in numbers. `tokens` counts marks, breaks and message ends too."""

    user: str
    messages: int
    words: int
    tokens: int
    bytes: int
    first: datetime | None
    last: datetime | None


def count_messages(user: str, messages: Sequence[Message], *, num_bytes: int) -> Info:
    """The numbers of some messages.

    >>> count_messages("u1", [Message(0, ("thanks", "⁀,", "Susan"))], num_bytes=20).words
    2
    """
    sent = [message.sent_s for message in messages]
    return Info(
        user,
        messages=len(messages),
        words=sum(sum(map(is_word, message.words)) for message in messages),
        tokens=sum(len(message.words) + 2 for message in messages),
        bytes=num_bytes,
        first=_date(min(sent)) if sent else None,
        last=_date(max(sent)) if sent else None,
    )


def export_messages(user: str, messages: Sequence[Message]) -> dict[str, Any]:
    """All messages as they read, ready for json.dumps.

    >>> export_messages("u1", [Message(0, ("thanks", "⁀,", "Susan"))])
    {'user': 'u1', 'messages': [{'sent_at': '1970-01-01T00:00:00+00:00', 'text': 'thanks, Susan'}]}
    """
    shown = [
        {"sent_at": _date(message.sent_s).isoformat(), "text": join_words(message.words)}
        for message in messages
    ]
    return {"user": user, "messages": shown}


def read_export(told: Any) -> list[tuple[str, datetime]]:
    """Texts and times of an export, a browser's or this machine's. Raises InputError for what is none.

    >>> [(text, sent.year) for text, sent in read_export(export_messages("u1", [Message(0, ("thanks",))]))]
    [('thanks', 1970)]
    """
    messages = told.get("messages") if isinstance(told, dict) else None
    if not isinstance(messages, list):
        raise InputError(f"found no list of messages, wanted {WANTED}")
    return [_read_message(message, number) for number, message in enumerate(messages, 1)]


def _read_message(message: Any, number: int) -> tuple[str, datetime]:
    try:
        text, sent_at = message["text"], datetime.fromisoformat(message["sent_at"])
    except (TypeError, KeyError, ValueError) as error:
        raise InputError(
            f"message {number}: found {type(error).__name__}: {error}, wanted {WANTED}"
        ) from error
    if not isinstance(text, str):
        raise InputError(f"message {number}: found a text that is none, wanted {WANTED}")
    return text, sent_at


def _date(sent_s: int) -> datetime:
    return datetime.fromtimestamp(sent_s, UTC)
