"""One thread, one queue: which waiting questions the next pass answers.

Questions of one session that wait together share a pass as a token tree. Long readings are cut into chunks
and go to the back of the queue after each, so a short question never waits for more than one chunk of a long
one. It does not know what tokens mean.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError, Future
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from foretype.errors import BusyError, ModelError
from foretype.runtime.adapter import Adapter

RETRY_AFTER_S = 0.5  # about what a full queue of 64 one-token questions takes a 135M network


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """What follows the last `num_wanted` prefixes of `tokens`?"""

    session: str
    tokens: Sequence[int]
    num_wanted: int
    adapter: Adapter | None = None  # None: the network as it is
    answer: Future[NDArray[np.float32]] = field(default_factory=Future)


class Reader(Protocol):
    """The part that runs passes; the worker's thread is its only caller."""

    def read_ahead(self, question: Question) -> bool:
        """Read one chunk if the question is long; False when it is short enough to be answered.

        Raises CancelledError where it cannot be answered any more.
        """
        ...

    def fits(self, group: Sequence[Question], candidate: Question) -> bool:
        """Can the candidate be answered in the group's pass, and does it pay?"""
        ...

    def answer(self, group: Sequence[Question]) -> list[NDArray[np.float32]]:
        """One pass; log probabilities for each question."""
        ...

    def drop(self, session: str) -> None:
        """Forget the session's cache."""
        ...


class Scheduler:
    """Owns the queue and the thread. Invariant: `_waiting` and `_errands` change under `_changed` alone."""

    def __init__(self, reader: Reader, *, max_waiting: int, name: str) -> None:
        self._reader = reader
        self._max_waiting = max_waiting
        self._changed = threading.Condition()
        self._waiting: deque[Question] = deque()
        self._errands: list[Callable[[], None]] = []
        self._is_closed = False
        self._thread = threading.Thread(target=self._work, name=f"lm-{name}", daemon=True)
        self._thread.start()

    def submit(self, question: Question) -> Future[NDArray[np.float32]]:
        """Queue the question; BusyError when the queue is full, ModelError after close()."""
        with self._changed:
            if self._is_closed:
                raise ModelError("language model: it has been closed; open it again before asking")
            if len(self._waiting) >= self._max_waiting:
                raise BusyError(
                    f"language model: {len(self._waiting)} questions wait, at most {self._max_waiting} may",
                    retry_after_s=RETRY_AFTER_S,
                )
            self._waiting.append(question)
            self._changed.notify()
        return question.answer

    @property
    def is_closed(self) -> bool:
        return self._is_closed

    def release(self, session: str) -> None:
        self.between_passes(partial(self._reader.drop, session))

    def between_passes(self, errand: Callable[[], None]) -> None:
        """Let the worker do something before it answers the next question. It must not fail."""
        with self._changed:
            self._errands.append(errand)
            self._changed.notify()

    def close(self) -> None:
        """Cancel what waits, let the pass that runs finish, stop the thread."""
        with self._changed:
            self._is_closed = True
            left = list(self._waiting)
            self._waiting.clear()
            self._changed.notify()
        _cancel(left)
        if threading.current_thread() is not self._thread:
            self._thread.join()

    def _work(self) -> None:
        while (question := self._next()) is not None:
            group = [question]
            try:
                if self._reader.read_ahead(question):
                    self._put_back(question)
                    continue
                group += self._companions(group)
                answers = self._reader.answer(group)
            except CancelledError:
                _cancel(group)
            except Exception as error:  # one bad question must not end the thread that answers all others
                self._fail(group, error)
            else:
                _deliver(group, answers)

    def _next(self) -> Question | None:
        """The oldest question nobody cancelled; None once closed. Waits."""
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._is_closed or self._waiting or self._errands)
                if self._is_closed:
                    return None
                errands, self._errands = self._errands, []
                question = self._waiting.popleft() if self._waiting else None
            for errand in errands:
                errand()
            if question is not None and not question.answer.cancelled():
                return question

    def _put_back(self, question: Question) -> None:
        """To the end of the queue, full or not: it has been admitted already."""
        with self._changed:
            if not self._is_closed:
                self._waiting.append(question)
                return
        question.answer.cancel()

    def _companions(self, group: Sequence[Question]) -> list[Question]:
        """Take every waiting question that fits into the group's pass."""
        chosen: list[Question] = []
        with self._changed:
            for candidate in list(self._waiting):
                if not candidate.answer.cancelled() and self._reader.fits([*group, *chosen], candidate):
                    self._waiting.remove(candidate)
                    chosen.append(candidate)
        return chosen

    def _fail(self, group: Sequence[Question], error: Exception) -> None:
        for question in group:
            self._reader.drop(question.session)  # its cache may hold half a pass
            if question.answer.set_running_or_notify_cancel():
                question.answer.set_exception(error)


def _cancel(questions: Sequence[Question]) -> None:
    for question in questions:
        question.answer.cancel()


def _deliver(group: Sequence[Question], answers: Sequence[NDArray[np.float32]]) -> None:
    for question, answer in zip(group, answers, strict=True):
        if question.answer.set_running_or_notify_cancel():
            question.answer.set_result(answer)
