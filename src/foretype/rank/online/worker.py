"""The worker: a thread that turns a study's minute while keys are answered by others.

It takes turns with the answering threads: between steps of learning it sleeps as long as the step took. What goes wrong ends
one minute and not the worker. It does not know what is learned.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from typing import Protocol

from foretype.errors import ForetypeError
from foretype.rank.online.school import Event

MINUTE_S = 60.0
LONGEST_PAUSE_S = 0.05
STOP_S = 5.0


class Study(Protocol):
    """What is turned each minute: a School, or a cluster's Member."""

    def turn_minute(self, now_s: float) -> list[Event]: ...
    def forget(self, user: str) -> bool: ...
    def close(self) -> None: ...


class Worker:
    """Runs one study, and whatever else is to be done each minute."""

    def __init__(
        self,
        make_study: Callable[[Callable[[], None]], Study],
        *,
        tell: Callable[[Event], None],
        tell_error: Callable[[Exception], None],
        also: Sequence[Callable[[float], None]] = (),
        clock: Callable[[], float] = time.time,
    ) -> None:
        """`make_study` is given what to call between steps; `also` is called each minute with the time.

        Raises what opening the study raises.
        """
        self._tell = tell
        self._tell_error = tell_error
        self._also = also
        self._clock = clock
        self._turn = threading.Lock()
        self._stopping = threading.Event()
        self._stepped_s = time.thread_time()
        self.study = make_study(self._pause)
        self._thread = threading.Thread(target=self._run, name="foretype-school", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def turn_minute(self) -> None:
        """One minute's work, now."""
        now_s = self._clock()
        with self._turn:
            for event in self.study.turn_minute(now_s):
                self._tell(event)
        for work in self._also:
            work(now_s)

    def forget(self, user: str) -> bool:
        """Remove what was learned of a user; waits for a minute's work that is under way. Raises StoreError."""
        with self._turn:
            return self.study.forget(user)

    def close(self) -> None:
        """Stop, and close the study; a second call does nothing."""
        if self._stopping.is_set():
            return
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(STOP_S)
        with self._turn:
            self.study.close()

    def _run(self) -> None:
        while not self._stopping.wait(MINUTE_S - self._clock() % MINUTE_S):
            try:
                self.turn_minute()
            except ForetypeError as error:  # a full disk; the next minute tries again
                self._tell_error(error)

    def _pause(self) -> None:
        """Leave the processor to the keys for as long as the last step had it."""
        used_s = time.thread_time() - self._stepped_s
        self._stopping.wait(min(used_s, LONGEST_PAUSE_S))
        self._stepped_s = time.thread_time()
