"""Everything about alarms that outlives the process, in one SQLite file: webhooks, deliveries, attempts, history, state.

An event and all its deliveries are written in one transaction, together with the state that says the alarm was told; so a
kill at any moment neither loses an event nor makes it twice. A delivery is claimed before it is sent; where the process
dies in between, the claim runs out and it is sent again: at least once. It does not know how to send.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from foretype.monitor.webhooks import rows
from foretype.monitor.webhooks.events import Event
from foretype.monitor.webhooks.records import Attempt, Claimed, Delivery, State, Told, Webhook
from foretype.personal.database import connect, migrate, told, transaction

FILE_NAME = "alarms.sqlite3"
CLAIM_S = 60.0  # six times the longest attempt
KEPT_S = 30 * 86400.0  # deliveries and history

MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        "CREATE TABLE state(name TEXT PRIMARY KEY, json TEXT NOT NULL) WITHOUT ROWID",
        "CREATE TABLE history(id TEXT PRIMARY KEY, type TEXT NOT NULL, at REAL NOT NULL, body TEXT NOT NULL)",
        "CREATE TABLE webhooks(id TEXT PRIMARY KEY, url TEXT NOT NULL, description TEXT NOT NULL, events TEXT NOT NULL, "
        "enabled INTEGER NOT NULL, created REAL NOT NULL, failing_since REAL, off_reason TEXT, "
        "secret TEXT NOT NULL, old_secret TEXT, old_until REAL)",
        "CREATE TABLE deliveries(id TEXT PRIMARY KEY, webhook TEXT NOT NULL, type TEXT NOT NULL, body TEXT NOT NULL, "
        "created REAL NOT NULL, state TEXT NOT NULL, due REAL, attempts INTEGER NOT NULL, claimed_until REAL NOT NULL)",
        "CREATE INDEX deliveries_due ON deliveries(state, due)",
        "CREATE INDEX deliveries_of ON deliveries(webhook, created)",
        "CREATE TABLE attempts(delivery TEXT NOT NULL, number INTEGER NOT NULL, at REAL NOT NULL, elapsed_ms REAL NOT NULL, "
        "status INTEGER, headers TEXT NOT NULL, excerpt TEXT NOT NULL, error TEXT, PRIMARY KEY(delivery, number))",
    ),
)


class Book:
    """The file in `folder`, made if it is not there. Safe from any thread, and for several processes."""

    def __init__(self, folder: Path) -> None:
        """Raises StoreError for a folder that cannot be written, and a damaged, newer or foreign file."""
        self._path = folder / FILE_NAME
        self._connection = connect(self._path)
        migrate(self._connection, self._path, MIGRATIONS)
        self._lock = threading.Lock()

    def record(
        self, events: Sequence[Event], *, now_s: float, state: Mapping[str, Any] | None = None
    ) -> None:
        """Write events, a delivery of each to every webhook that wants it, and the watch's state: all or nothing.

        An event that is written already is not written again.
        """
        with self._writing() as writer:
            for event in events:
                _record(writer, event, now_s)
            if state is not None:
                writer.execute("INSERT OR REPLACE INTO state VALUES ('watch', ?)", (json.dumps(state),))
            _forget_old(writer, now_s - KEPT_S)

    def state(self) -> dict[str, Any] | None:
        """What was last recorded as the watch's state."""
        with self._writing() as reader:
            found = reader.execute("SELECT json FROM state WHERE name = 'watch'").fetchone()
        return None if found is None else dict(json.loads(found[0]))

    def history(self, *, limit: int) -> list[Told]:
        """Events, the newest first."""
        query = "SELECT id, type, at, body FROM history ORDER BY at DESC, id LIMIT ?"
        with self._writing() as reader:
            return [Told(*row) for row in reader.execute(query, (limit,))]

    def add(self, webhook: Webhook, *, secret: str) -> None:
        with self._writing() as writer:
            writer.execute(rows.ADD, (*rows.of_webhook(webhook), secret))

    def webhooks(self) -> list[Webhook]:
        """All of them, the oldest first."""
        with self._writing() as reader:
            return [rows.webhook(row) for row in reader.execute(f"{rows.WEBHOOK} ORDER BY created, id")]

    def webhook(self, id: str) -> Webhook | None:
        with self._writing() as reader:
            found = reader.execute(f"{rows.WEBHOOK} WHERE id = ?", (id,)).fetchone()
        return None if found is None else rows.webhook(found)

    def change(self, webhook: Webhook) -> bool:
        """Write what may be changed of a webhook; False when it is gone."""
        with self._writing() as writer:
            done = writer.execute(rows.CHANGE, (*rows.of_webhook(webhook)[1:], webhook.id))
        return done.rowcount > 0

    def replace_secret(self, id: str, secret: str, *, old_until_s: float) -> bool:
        """A new secret; the one before it signs too until then. False when the webhook is gone."""
        query = "UPDATE webhooks SET old_secret = secret, old_until = ?, secret = ? WHERE id = ?"
        with self._writing() as writer:
            return writer.execute(query, (old_until_s, secret, id)).rowcount > 0

    def remove(self, id: str) -> bool:
        """Delete a webhook with its secrets and its log."""
        with self._writing() as writer:
            writer.execute(
                "DELETE FROM attempts WHERE delivery IN (SELECT id FROM deliveries WHERE webhook = ?)", (id,)
            )
            writer.execute("DELETE FROM deliveries WHERE webhook = ?", (id,))
            return writer.execute("DELETE FROM webhooks WHERE id = ?", (id,)).rowcount > 0

    def enqueue(self, event: Event, webhook_id: str, *, now_s: float) -> str:
        """A delivery of one event to one webhook, whatever it subscribed to; its id."""
        with self._writing() as writer:
            return _enqueue(writer, event, webhook_id, now_s)

    def repeat(self, delivery_id: str, *, now_s: float) -> bool:
        """Make a delivery due again, with all its attempts left; False when there is none."""
        query = "UPDATE deliveries SET state = 'pending', due = ?, claimed_until = 0 WHERE id = ?"
        with self._writing() as writer:
            return writer.execute(query, (now_s, delivery_id)).rowcount > 0

    def deliveries(self, webhook_id: str, *, limit: int, state: State | None = None) -> list[Delivery]:
        """A webhook's deliveries, the newest first."""
        only = "" if state is None else " AND state = :state"
        query = f"{rows.DELIVERY} WHERE webhook = :webhook{only} ORDER BY created DESC, id LIMIT :limit"
        with self._writing() as reader:
            found = reader.execute(query, {"webhook": webhook_id, "state": state, "limit": limit})
            return [rows.delivery(row) for row in found]

    def delivery(self, id: str) -> Delivery | None:
        with self._writing() as reader:
            found = reader.execute(f"{rows.DELIVERY} WHERE id = ?", (id,)).fetchone()
        return None if found is None else rows.delivery(found)

    def attempts(self, delivery_id: str) -> list[Attempt]:
        """A delivery's attempts, in order."""
        with self._writing() as reader:
            return [rows.attempt(row) for row in reader.execute(rows.ATTEMPTS, (delivery_id,))]

    def claim(self, now_s: float, *, delivery_id: str | None = None) -> Claimed | None:
        """Take the delivery that is due longest, or the one named, for CLAIM_S; None where nothing is to do."""
        with self._writing() as writer:
            found = writer.execute(rows.DUE, {"now": now_s, "id": delivery_id}).fetchone()
            if found is None:
                return None
            writer.execute(
                "UPDATE deliveries SET claimed_until = ? WHERE id = ?", (now_s + CLAIM_S, found[0])
            )
            delivery = rows.delivery(found)
            url, secret, old, old_until = writer.execute(rows.KEYS, (delivery.webhook_id,)).fetchone()
        valid = (secret, old) if old is not None and (old_until or 0.0) > now_s else (secret,)
        return Claimed(delivery, url, valid)

    def next_due_s(self) -> float | None:
        """When the next delivery may be claimed; None where none waits."""
        with self._writing() as reader:
            due: float | None = reader.execute(rows.NEXT_DUE).fetchone()[0]
        return due

    def settle(self, delivery_id: str, attempt: Attempt, *, state: State, due_s: float | None) -> None:
        """Write an attempt down and what follows from it, also for how long the webhook has been failing."""
        is_taken = state is State.DELIVERED
        with self._writing() as writer:
            writer.execute(rows.ADD_ATTEMPT, (delivery_id, *rows.of_attempt(attempt)))
            writer.execute(rows.SETTLE, (state, due_s, attempt.number, delivery_id))
            writer.execute(
                "UPDATE webhooks SET failing_since = CASE WHEN ? THEN NULL ELSE coalesce(failing_since, ?) END "
                "WHERE id = (SELECT webhook FROM deliveries WHERE id = ?)",
                (is_taken, attempt.at_s, delivery_id),
            )

    def close(self) -> None:
        with self._lock, told(self._path):
            self._connection.close()

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._lock, told(self._path), transaction(self._connection):
            yield self._connection


def _record(writer: sqlite3.Connection, event: Event, now_s: float) -> None:
    row = (event.id, event.type, event.at_s, event.body())
    if not writer.execute("INSERT OR IGNORE INTO history VALUES (?, ?, ?, ?)", row).rowcount:
        return
    query = "SELECT id FROM webhooks WHERE enabled AND instr(' ' || events || ' ', ' ' || ? || ' ')"
    for (webhook_id,) in writer.execute(query, (event.type,)).fetchall():
        _enqueue(writer, event, webhook_id, now_s)


def _enqueue(writer: sqlite3.Connection, event: Event, webhook_id: str, now_s: float) -> str:
    id = f"msg_{event.id}_{webhook_id}"
    writer.execute(
        "INSERT OR IGNORE INTO deliveries VALUES (?, ?, ?, ?, ?, 'pending', ?, 0, 0)",
        (id, webhook_id, event.type, event.body(), now_s, now_s),
    )
    return id


def _forget_old(writer: sqlite3.Connection, before_s: float) -> None:
    writer.execute("DELETE FROM history WHERE at < ?", (before_s,))
    writer.execute(
        "DELETE FROM attempts WHERE delivery IN (SELECT id FROM deliveries WHERE created < ?)", (before_s,)
    )
    writer.execute("DELETE FROM deliveries WHERE created < ?", (before_s,))
