"""The courier: takes what is due, signs it, sends it, and writes down what came back and what follows.

    claim -> sign -> post -> taken | tried again later | given up | webhook switched off

The clock and the random source are handed in. It does not know what an event is about.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from random import Random
from typing import Protocol

from foretype.monitor import logs
from foretype.monitor.webhooks.backoff import GIVE_UP_S, MAX_ATTEMPTS, pause_s
from foretype.monitor.webhooks.book import Book
from foretype.monitor.webhooks.events import Event
from foretype.monitor.webhooks.records import Attempt, Claimed, Delivery, State
from foretype.monitor.webhooks.sending import Result
from foretype.monitor.webhooks.signing import signed_headers

GONE = 410  # a receiver says so when it wants no more


class Post(Protocol):
    """Sends once, and never raises for what the network does."""

    def post(self, url: str, body: bytes, headers: dict[str, str]) -> Result: ...


class Courier:
    """Delivers what the book holds. Several may work on one book."""

    def __init__(
        self,
        book: Book,
        sender: Post,
        *,
        clock: Callable[[], float],
        random: Random,
        user_agent: str = "foretype",
    ) -> None:
        self._book = book
        self._sender = sender
        self._clock = clock
        self._random = random
        self._user_agent = user_agent

    def deliver_due(self, *, may_go_on: Callable[[], bool] = lambda: True) -> int:
        """Attempt everything that is due now, one after another; how many attempts that were."""
        num_attempts = 0
        while may_go_on() and (claimed := self._book.claim(self._clock())):
            self._attempt(claimed)
            num_attempts += 1
        return num_attempts

    def deliver_now(self, delivery_id: str) -> bool:
        """Attempt one delivery at once, due or not; False where another is at it, or it is done."""
        claimed = self._book.claim(self._clock(), delivery_id=delivery_id)
        if claimed is not None:
            self._attempt(claimed)
        return claimed is not None

    def wait_s(self, longest_s: float) -> float:
        """How long nothing will be due, at most `longest_s`."""
        due_s = self._book.next_due_s()
        return longest_s if due_s is None else min(max(due_s - self._clock(), 0.0), longest_s)

    def _attempt(self, claimed: Claimed) -> None:
        at_s = self._clock()
        delivery = claimed.delivery
        body = delivery.body.encode()
        headers = signed_headers(claimed.secrets, delivery.id, int(at_s), body)
        about = {"Content-Type": "application/json", "User-Agent": self._user_agent}
        result = self._sender.post(claimed.url, body, {**about, **headers})
        number = delivery.num_attempts + 1
        state, due_s = self._next(delivery, result, at_s)
        self._book.settle(delivery.id, _attempt_of(result, number, at_s), state=state, due_s=due_s)
        logs.info(
            "webhook attempt",
            delivery=delivery.id,
            attempt=number,
            state=state.value,
            status=result.status,
            elapsed_ms=result.elapsed_ms,
        )
        self._mind_webhook(delivery.webhook_id, result, at_s)

    def _next(self, delivery: Delivery, result: Result, at_s: float) -> tuple[State, float | None]:
        if result.is_taken:
            return State.DELIVERED, None
        attempts = delivery.num_attempts % MAX_ATTEMPTS + 1  # since it was sent, or sent again by hand
        if attempts == MAX_ATTEMPTS or result.status == GONE or delivery.type == "webhook.test":
            return State.FAILED, None
        return State.PENDING, at_s + pause_s(attempts, self._random, asked_s=_asked_s(result))

    def _mind_webhook(self, webhook_id: str, result: Result, at_s: float) -> None:
        """Switch a webhook off that wants no more, or has taken nothing for long; tell the others."""
        webhook = self._book.webhook(webhook_id)
        if webhook is None or not webhook.is_enabled or result.is_taken:
            return
        if result.status == GONE:
            reason = "it answered 410: gone"
        elif webhook.failing_since_s is not None and at_s - webhook.failing_since_s >= GIVE_UP_S:
            reason = f"it took nothing for {GIVE_UP_S / 86400:g} days"
        else:
            return
        self._book.change(replace(webhook, is_enabled=False, off_reason=reason))
        logs.info("webhook switched off", webhook=webhook_id, reason=reason)
        off: Event = Event(
            f"{webhook_id}-off-{int(at_s)}",
            "webhook.disabled",
            at_s,
            {"webhook": webhook_id, "summary": reason},
        )
        self._book.record([off], now_s=at_s)


def _attempt_of(result: Result, number: int, at_s: float) -> Attempt:
    return Attempt(
        number, at_s, result.elapsed_ms, result.status, result.headers or {}, result.excerpt, result.error
    )


def _asked_s(result: Result) -> float:
    """Seconds of a Retry-After header; 0 without one, or for a date."""
    told = (result.headers or {}).get("retry-after", "")
    return float(told) if told.isascii() and told.isdigit() else 0.0
