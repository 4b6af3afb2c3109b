"""The book's longer statements, and its rows as values.

It does not know when they are used.
"""

from __future__ import annotations

import json
from typing import Any, TypeAlias

from foretype.monitor.webhooks.records import Attempt, Delivery, State, Webhook

Row: TypeAlias = tuple[Any, ...]

WEBHOOK = "SELECT id, url, description, events, enabled, created, failing_since, off_reason, old_until FROM webhooks"
ADD = (
    "INSERT INTO webhooks(id, url, description, events, enabled, failing_since, off_reason, created, secret) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
CHANGE = (
    "UPDATE webhooks SET url = ?, description = ?, events = ?, enabled = ?, failing_since = ?, off_reason = ?, created = ? "
    "WHERE id = ?"
)
KEYS = "SELECT url, secret, old_secret, old_until FROM webhooks WHERE id = ?"
DELIVERY = "SELECT id, webhook, type, body, created, state, due, attempts FROM deliveries"
DUE = f"""{DELIVERY} WHERE state = 'pending' AND claimed_until <= :now
    AND CASE WHEN :id IS NULL THEN due <= :now AND webhook IN (SELECT id FROM webhooks WHERE enabled) ELSE id = :id END
    ORDER BY due, id LIMIT 1"""
NEXT_DUE = """SELECT min(max(due, claimed_until)) FROM deliveries
    WHERE state = 'pending' AND webhook IN (SELECT id FROM webhooks WHERE enabled)"""
SETTLE = "UPDATE deliveries SET state = ?, due = ?, attempts = ?, claimed_until = 0 WHERE id = ?"
ADD_ATTEMPT = "INSERT OR REPLACE INTO attempts VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
ATTEMPTS = "SELECT number, at, elapsed_ms, status, headers, excerpt, error FROM attempts WHERE delivery = ? ORDER BY number"


def webhook(row: Row) -> Webhook:
    id, url, description, events, enabled, *times = row
    return Webhook(id, url, description, tuple(events.split()), bool(enabled), *times)


def of_webhook(found: Webhook) -> Row:
    """In the order of ADD, without the secret."""
    return (
        found.id,
        found.url,
        found.description,
        " ".join(found.events),
        found.is_enabled,
        found.failing_since_s,
        found.off_reason,
        found.created_s,
    )


def delivery(row: Row) -> Delivery:
    id, webhook_id, kind, body, created_s, state, due_s, num_attempts = row
    return Delivery(id, webhook_id, kind, body, created_s, State(state), due_s, num_attempts)


def attempt(row: Row) -> Attempt:
    number, at_s, elapsed_ms, status, headers, excerpt, error = row
    return Attempt(number, at_s, elapsed_ms, status, json.loads(headers), excerpt, error)


def of_attempt(found: Attempt) -> Row:
    return (
        found.number,
        found.at_s,
        found.elapsed_ms,
        found.status,
        json.dumps(dict(found.headers)),
        found.excerpt,
        found.error,
    )
