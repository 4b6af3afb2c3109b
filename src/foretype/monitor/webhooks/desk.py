"""What an administrator may do with webhooks; HTTP and the command line come here.

A secret is handed out when it is made, and never again. It does not know who asks.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from foretype.errors import InputError
from foretype.monitor.webhooks.addresses import Reach
from foretype.monitor.webhooks.book import Book
from foretype.monitor.webhooks.courier import Courier
from foretype.monitor.webhooks.events import SUBSCRIBED, Event, EventType
from foretype.monitor.webhooks.records import Attempt, Delivery, State, Told, Webhook
from foretype.monitor.webhooks.signing import make_secret

OVERLAP_S = 86400.0  # a day to bring the new secret to the receiver
MAX_WEBHOOKS = 50
MAX_DESCRIPTION_CHARS = 200


class UnknownError(InputError):
    """There is no such webhook or delivery."""


class Desk:
    """Webhooks of one book, changed and tried out."""

    def __init__(
        self,
        book: Book,
        courier: Courier,
        reach: Reach,
        *,
        clock: Callable[[], float],
        new_id: Callable[[], str],
        new_secret: Callable[[], str] = make_secret,
    ) -> None:
        self._book = book
        self._courier = courier
        self._reach = reach
        self._clock = clock
        self._new_id = new_id
        self._new_secret = new_secret

    def list(self) -> list[Webhook]:
        """All webhooks, the oldest first."""
        return self._book.webhooks()

    def get(self, id: str) -> Webhook:
        """Raises UnknownError, as all that take an id do."""
        found = self._book.webhook(id)
        if found is None:
            raise UnknownError(f"webhook: found {id[:40]!r}, wanted the id of one that is listed")
        return found

    def add(
        self, url: str, *, description: str = "", events: Sequence[EventType] = SUBSCRIBED
    ) -> tuple[Webhook, str]:
        """A new webhook, switched on, and its secret. Raises InputError for a url that may not be called."""
        self._reach.check(url)
        _check(description, events)
        if len(self._book.webhooks()) >= MAX_WEBHOOKS:
            raise InputError(f"webhooks: found {MAX_WEBHOOKS}, which is the most there can be; remove one")
        id, secret = f"wh_{self._new_id()}", self._new_secret()
        webhook = Webhook(id, url, description, tuple(events), True, self._clock(), None, None, None)
        self._book.add(webhook, secret=secret)
        return webhook, secret

    def change(
        self,
        id: str,
        *,
        url: str | None = None,
        description: str | None = None,
        events: Sequence[EventType] | None = None,
        is_enabled: bool | None = None,
    ) -> Webhook:
        """Change what is given. Switched on again, a webhook gets what waited for it. Raises InputError."""
        before = self.get(id)
        after = replace(
            before,
            url=before.url if url is None else url,
            description=before.description if description is None else description,
            events=before.events if events is None else tuple(events),
            is_enabled=before.is_enabled if is_enabled is None else is_enabled,
        )
        if url is not None:
            self._reach.check(url)
        _check(after.description, after.events)
        if after.is_enabled and not before.is_enabled:
            after = replace(after, off_reason=None, failing_since_s=None)
        self._book.change(after)
        return after

    def remove(self, id: str) -> None:
        """Delete it with its secrets and its log."""
        self.get(id)
        self._book.remove(id)

    def rotate(self, id: str) -> tuple[Webhook, str]:
        """A new secret; for OVERLAP_S the one before it signs too."""
        secret = self._new_secret()
        self._book.replace_secret(self.get(id).id, secret, old_until_s=self._clock() + OVERLAP_S)
        return self.get(id), secret

    def test(self, id: str) -> tuple[Delivery, Sequence[Attempt]]:
        """Send a test event at once; the delivery and its attempt."""
        webhook = self.get(id)
        data = {"summary": "A test: nothing is wrong", "webhook": webhook.id}
        event = Event(f"test-{self._new_id()}", "webhook.test", self._clock(), data)
        return self._send(self._book.enqueue(event, webhook.id, now_s=self._clock()))

    def deliveries(self, id: str, *, limit: int = 50, state: State | None = None) -> Sequence[Delivery]:
        """The newest first."""
        return self._book.deliveries(self.get(id).id, limit=limit, state=state)

    def delivery(self, id: str, delivery_id: str) -> tuple[Delivery, Sequence[Attempt]]:
        """One delivery with all its attempts."""
        found = self._book.delivery(delivery_id)
        if found is None or found.webhook_id != self.get(id).id:
            raise UnknownError(f"delivery: found {delivery_id[:80]!r}, wanted the id of one that is listed")
        return found, self._book.attempts(delivery_id)

    def redeliver(self, id: str, delivery_id: str) -> tuple[Delivery, Sequence[Attempt]]:
        """Send a delivery again, at once, under its own id, be it delivered, failed or waiting."""
        found, _ = self.delivery(id, delivery_id)
        self._book.repeat(found.id, now_s=self._clock())
        return self._send(found.id)

    def history(self, *, limit: int = 100) -> Sequence[Told]:
        """Alarms raised and resolved, and webhooks switched off, the newest first."""
        return self._book.history(limit=limit)

    def _send(self, delivery_id: str) -> tuple[Delivery, Sequence[Attempt]]:
        self._courier.deliver_now(delivery_id)
        sent = self._book.delivery(delivery_id)
        if sent is None:
            raise UnknownError("delivery: the webhook was removed meanwhile")
        return sent, self._book.attempts(delivery_id)


def _check(description: str, events: Sequence[EventType]) -> None:
    if len(description) > MAX_DESCRIPTION_CHARS:
        raise InputError(
            f"description: found {len(description)} characters, wanted at most {MAX_DESCRIPTION_CHARS}"
        )
    unknown = [event for event in events if event not in SUBSCRIBED]
    if unknown or not events:
        raise InputError(
            f"events: found {unknown[0] if unknown else 'none'}, wanted some of {', '.join(SUBSCRIBED)}"
        )
