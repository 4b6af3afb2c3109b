"""Where requests wait for a worker thread: bounded, first come first served, one at a time for each session.

A newer request takes the place of an older one that still waits under the same key, and the older one is
answered at once. Everything but the work itself runs on the event loop, so there are no locks. It does not
know what the work is.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Hashable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Generic, TypeVar

from foretype.errors import BusyError

T = TypeVar("T")

RETRY_AFTER_S = 1.0  # HTTP's Retry-After counts whole seconds; the queue is empty long before


@dataclass(frozen=True, slots=True, eq=False)
class Ticket(Generic[T]):
    """A place in the room; `outcome` is what comes of it."""

    work: Callable[[float], T]  # is told how many milliseconds it waited
    key: Hashable | None
    stale: T | None  # the outcome when a newer ticket takes this one's place
    entered_s: float
    outcome: asyncio.Future[T]


class WaitingRoom(Generic[T]):
    """At most `max_inside` tickets, waiting or worked on, and `num_workers` threads that work on them."""

    def __init__(self, name: str, *, num_workers: int, max_inside: int) -> None:
        self._pool = ThreadPoolExecutor(num_workers, thread_name_prefix=name)
        self._num_workers = num_workers
        self._max_inside = max_inside
        self._waiting: list[Ticket[T]] = []
        self._running: dict[Ticket[T], asyncio.Future[T]] = {}

    def enter(
        self, work: Callable[[float], T], *, key: Hashable | None = None, stale: T | None = None
    ) -> Ticket[T]:
        """A ticket for `work`; `stale` comes with a key. Raises BusyError when the room is full."""
        loop = asyncio.get_running_loop()
        ticket = Ticket(work, key, stale, time.perf_counter(), loop.create_future())
        if (place := self._place_of(key)) is not None:
            self._replace(place, ticket)
        elif len(self._waiting) + len(self._running) >= self._max_inside:
            raise BusyError(
                f"{self._max_inside} requests are in the house, and it holds no more; try again in a second",
                retry_after_s=RETRY_AFTER_S,
            )
        else:
            self._waiting.append(ticket)
        self._start_some()
        return ticket

    def is_waiting(self, ticket: Ticket[T]) -> bool:
        return ticket in self._waiting

    def is_overtaken(self, key: Hashable | None) -> bool:
        """Whether a newer ticket waits for work on this key to end. May be asked from the thread that works."""
        return key is not None and any(ticket.key == key for ticket in tuple(self._waiting))

    def leave(self, ticket: Ticket[T]) -> bool:
        """Give up a ticket; True when its work will not be done, False when it had begun."""
        ticket.outcome.cancel()
        if ticket not in self._waiting:
            return False
        self._waiting.remove(ticket)
        return True

    async def close(self) -> None:
        """Send away who waits and let the running ones finish."""
        while self._waiting:
            self.leave(self._waiting[-1])
        if self._running:
            await asyncio.wait(self._running.values())
        self._pool.shutdown(wait=False)

    def _place_of(self, key: Hashable | None) -> int | None:
        if key is None:
            return None
        return next((place for place, ticket in enumerate(self._waiting) if ticket.key == key), None)

    def _replace(self, place: int, newer: Ticket[T]) -> None:
        older, self._waiting[place] = self._waiting[place], newer
        if not older.outcome.done():
            assert older.stale is not None
            older.outcome.set_result(older.stale)

    def _start_some(self) -> None:
        while len(self._running) < self._num_workers and (ticket := self._next()) is not None:
            self._waiting.remove(ticket)
            waited_ms = (time.perf_counter() - ticket.entered_s) * 1e3
            loop = asyncio.get_running_loop()
            running = loop.run_in_executor(self._pool, ticket.work, waited_ms)
            self._running[ticket] = running
            running.add_done_callback(partial(self._finish, ticket))

    def _next(self) -> Ticket[T] | None:
        """Whoever came first of those whose key is not being worked on."""
        busy = {ticket.key for ticket in self._running if ticket.key is not None}
        return next((ticket for ticket in self._waiting if ticket.key not in busy), None)

    def _finish(self, ticket: Ticket[T], done: asyncio.Future[T]) -> None:
        del self._running[ticket]
        _hand_over(done, ticket.outcome)
        self._start_some()


def _hand_over(done: asyncio.Future[T], outcome: asyncio.Future[T]) -> None:
    error = None if done.cancelled() else done.exception()
    if outcome.done():
        return
    if done.cancelled():
        outcome.cancel()
    elif error is not None:
        outcome.set_exception(error)
    else:
        outcome.set_result(done.result())
