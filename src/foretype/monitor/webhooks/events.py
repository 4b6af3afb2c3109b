"""What a webhook is told, as JSON: one event, with an id that stays the same however often it is sent.

Names of rules, our own sentences, numbers: it does not know a text or a user.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal, TypeAlias

from foretype.monitor.alarms import Notice

EventType: TypeAlias = Literal["alarm.raised", "alarm.resolved", "webhook.disabled", "webhook.test"]
Value: TypeAlias = str | float | None

SUBSCRIBED: tuple[EventType, ...] = ("alarm.raised", "alarm.resolved", "webhook.disabled")


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened. `id` is unique; `data` holds names and numbers."""

    id: str
    type: EventType
    at_s: float
    data: Mapping[str, Value]

    def body(self) -> str:
        """The JSON that is signed and sent.

        >>> Event("e1", "webhook.test", 0.0, {"summary": "A test"}).body()
        '{"type":"webhook.test","timestamp":"1970-01-01T00:00:00Z","data":{"summary":"A test"}}'
        """
        members = {"type": self.type, "timestamp": told_time(self.at_s), "data": dict(self.data)}
        return json.dumps(members, ensure_ascii=False, separators=(",", ":"))


def event_of(notice: Notice) -> Event:
    """The event that tells of an alarm's turn."""
    alarm = notice.alarm
    data: dict[str, Value] = {
        "alarm": alarm.id,
        "rule": alarm.rule,
        "severity": alarm.severity.value,
        "summary": alarm.summary,
        "since": told_time(alarm.since_s),
        "found": alarm.found,
        "wanted": alarm.wanted,
        "unit": alarm.unit,
    }
    return Event(notice.id, notice.turn.value, notice.at_s, data)


def told_time(at_s: float) -> str:
    """Seconds since 1970 as RFC 3339 in UTC.

    >>> told_time(1767225600.5)
    '2026-01-01T00:00:00Z'
    """
    return datetime.fromtimestamp(int(at_s), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
