"""Chats exported as JSON: Slack's files of a day, and Discord's as its exporter writes them.

A file is read whole, so one of more than MAX_BYTES is passed over. It does not know the people behind ids.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from foretype.corpus.dates import iso_date
from foretype.corpus.documents import Document
from foretype.corpus.files import open_bytes
from foretype.corpus.skips import Reason, Skip
from foretype.corpus.turns import Conversation

MAX_BYTES = 200_000_000

_SOMEBODY = re.compile(r"<[@!][^>]*>")  # Slack's "<@U123>", Discord's "<@!123>"
_LINK = re.compile(r"<((?:https?|mailto):[^|>]*)(?:\|[^>]*)?>")
_PLACE = re.compile(r"<#[^|>]*\|?([^>]*)>")


def is_chat_export(head: str) -> bool:
    """Whether a file that begins so may be one of these exports.

    >>> is_chat_export('[{"type": "message", "user": "U1", "text": "hi"'), is_chat_export('{"body": "hi"}')
    (True, False)
    """
    start = head.lstrip("\ufeff \r\n\t")
    if start.startswith("["):
        return '"ts"' in head or '"text"' in head
    return start.startswith("{") and '"guild"' in head and '"channel"' in head


def read_chat_export(path: Path) -> Iterator[Document | Skip]:
    """The turns of an export, in its order."""
    with open_bytes(path) as file:
        raw = file.read(MAX_BYTES + 1)
    if len(raw) > MAX_BYTES:
        yield Skip(str(path), Reason.TOO_LARGE)
        return
    try:
        found = json.loads(raw)
    except (ValueError, RecursionError):
        yield Skip(str(path), Reason.BROKEN)
        return
    messages, source = (found.get("messages"), "discord") if isinstance(found, dict) else (found, "slack")
    if not isinstance(messages, list):
        yield Skip(str(path), Reason.UNKNOWN_FORMAT)
        return
    talk = Conversation(source)
    for number, message in enumerate(messages, 1):
        yield _turn(message, talk, where=f"{path}, message {number}")


def _turn(message: Any, talk: Conversation, *, where: str) -> Document | Skip:
    if not isinstance(message, dict):
        return Skip(where, Reason.BAD_ROW)
    author = message.get("author")
    if isinstance(author, dict):
        return _discord(message, author, talk, where=where)
    if message.get("subtype") or message.get("bot_id"):
        return Skip(where, Reason.AUTOMATIC)
    text, speaker = message.get("text"), message.get("user")
    if not isinstance(text, str) or not isinstance(speaker, str):
        return Skip(where, Reason.BAD_ROW)
    return talk.say_one(speaker, _plain(text), where=where, sent_at=_slack_time(message.get("ts")))


def _discord(
    message: dict[str, Any], author: dict[str, Any], talk: Conversation, *, where: str
) -> Document | Skip:
    if author.get("isBot") or message.get("type", "Default") not in ("Default", "Reply"):
        return Skip(where, Reason.AUTOMATIC)
    text, speaker = message.get("content"), author.get("name") or author.get("id")
    if not isinstance(text, str) or not isinstance(speaker, str):
        return Skip(where, Reason.BAD_ROW)
    return talk.say_one(
        speaker, _plain(text), where=where, sent_at=iso_date(str(message.get("timestamp") or ""))
    )


def _plain(text: str) -> str:
    """Without the marks that stand for people, places and links."""
    text = _LINK.sub(r"\1", _PLACE.sub(r"#\1", _SOMEBODY.sub("<name>", text)))
    return html.unescape(text)


def _slack_time(stamp: Any) -> str | None:
    """Slack's seconds since 1970, in UTC."""
    try:
        return datetime.fromtimestamp(int(float(stamp)), UTC).isoformat()
    except (TypeError, ValueError, OverflowError, OSError):
        return None
