"""The watchman: two threads, one that turns the minute and one that delivers what is due.

Everything it does can be done without threads: `turn_minute` and the courier's `deliver_due`. It does not know what is
alarming, nor how a webhook is reached.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

from foretype.errors import ForetypeError, InputError
from foretype.monitor import logs
from foretype.monitor.acceptance import MINUTE_S
from foretype.monitor.alarms import Notice
from foretype.monitor.watch import Watch
from foretype.monitor.webhooks.book import Book
from foretype.monitor.webhooks.courier import Courier
from foretype.monitor.webhooks.events import event_of

SAVE_EVERY_S = 3600.0  # of what is usual: a kill loses an hour of learning at most
LONGEST_WAIT_S = 30.0  # another process may have put something into the book
STOP_S = 2.0  # a receiver that is slower gets its event again after the next start


class Watchman:
    """Turns the minutes of one watch, writes notices into the book, and has the courier deliver them."""

    def __init__(self, watch: Watch, book: Book, courier: Courier, *, clock: Callable[[], float]) -> None:
        self._watch = watch
        self._book = book
        self._courier = courier
        self._clock = clock
        self._saved_s = clock()
        self._stopping = threading.Event()
        self._something_due = threading.Event()
        self._threads = [
            threading.Thread(target=self._turn_minutes, name="watch", daemon=True),
            threading.Thread(target=self._deliver, name="courier", daemon=True),
        ]

    def start(self) -> None:
        """Take up what the last run left, and begin."""
        self._restore()
        for thread in self._threads:
            thread.start()

    def stop(self) -> bool:
        """Save, and leave what is not delivered for the next start; False while a delivery is still under way."""
        self._stopping.set()
        self._something_due.set()
        for thread in self._threads:
            thread.join(STOP_S)
        self._book.record([], now_s=self._clock(), state=self._watch.saved())
        return not any(thread.is_alive() for thread in self._threads)

    def wake(self) -> None:
        """Something was put into the book."""
        self._something_due.set()

    def turn_minute(self) -> list[Notice]:
        """One look, and what follows from it: written before anybody is told."""
        now_s = self._clock()
        notices = self._watch.turn_minute(now_s)
        if notices or now_s - self._saved_s >= SAVE_EVERY_S:
            self._book.record(
                [event_of(notice) for notice in notices], now_s=now_s, state=self._watch.saved()
            )
            self._saved_s = now_s
        for notice in notices:
            logs.info(
                notice.turn.value,
                rule=notice.alarm.rule,
                found=notice.alarm.found,
                wanted=notice.alarm.wanted,
            )
        if notices:
            self.wake()
        return notices

    def _restore(self) -> None:
        saved = self._book.state()
        if saved is None:
            return
        try:
            self._watch.restore(saved)
        except InputError as error:  # of another version: learning begins anew
            logs.error("what was usual could not be read", error)

    def _turn_minutes(self) -> None:
        while not self._stopping.wait(MINUTE_S - self._clock() % MINUTE_S):
            self._guarded(self.turn_minute)

    def _deliver(self) -> None:
        while not self._stopping.is_set():
            self._something_due.clear()
            self._guarded(lambda: self._courier.deliver_due(may_go_on=lambda: not self._stopping.is_set()))
            self._something_due.wait(self._pause_s())

    def _pause_s(self) -> float:
        try:
            return self._courier.wait_s(LONGEST_WAIT_S)
        except ForetypeError:  # told by the attempt before, or after
            return LONGEST_WAIT_S

    def _guarded(self, work: Callable[[], object]) -> None:
        """A full disk, or a bug, ends one turn and not the watch."""
        try:
            work()
        except Exception as error:
            logs.error("watch failed", error)
