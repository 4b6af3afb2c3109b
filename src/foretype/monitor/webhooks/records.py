"""What is kept of webhooks, deliveries and attempts, as values.

No value holds a secret: what travels cannot be shown by mistake. It does not know how they are stored.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from foretype.monitor.webhooks.events import EventType


class State(StrEnum):
    """How a delivery stands."""

    PENDING = "pending"
    DELIVERED = "delivered"
    FAILED = "failed"  # given up


@dataclass(frozen=True, slots=True)
class Webhook:
    """One receiver. Times in seconds since 1970."""

    id: str
    url: str
    description: str
    events: tuple[EventType, ...]
    is_enabled: bool
    created_s: float
    failing_since_s: float | None  # None: the last attempt was taken, or there was none
    off_reason: str | None  # why it was switched off, if not by a person
    old_secret_until_s: float | None  # until then the secret before the present one signs too


@dataclass(frozen=True, slots=True)
class Delivery:
    """One event on its way to one webhook. `id` is what the receiver sees as webhook-id, the same in every attempt."""

    id: str
    webhook_id: str
    type: EventType
    body: str
    created_s: float
    state: State
    due_s: float | None  # of the next attempt
    num_attempts: int


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt, and what came back."""

    number: int
    at_s: float
    elapsed_ms: float
    status: int | None
    headers: Mapping[str, str]
    excerpt: str
    error: str | None


@dataclass(frozen=True, slots=True)
class Claimed:
    """A delivery that is this process's to attempt now, and where and how to send it."""

    delivery: Delivery
    url: str
    secrets: tuple[str, ...]  # that sign, the newest first; never leaves the courier

    def __repr__(self) -> str:
        return f"Claimed({self.delivery.id})"


@dataclass(frozen=True, slots=True)
class Told:
    """An event of the past, for the history of alarms."""

    id: str
    type: EventType
    at_s: float
    body: str
