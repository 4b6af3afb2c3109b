"""The service behind every door: the composer once it is open, the rooms where work waits, and the counters.

HTTP and WebSocket both come here. It does not know either of them, nor how the composer is made.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, TypeVar

from foretype.compose.decider import Versioned
from foretype.compose.outcomes import Outcomes
from foretype.compose.protocols import Learned
from foretype.compose.request import Answer, Context, OutcomeKind, Request, Silence
from foretype.config import Settings
from foretype.errors import BusyError, InputError, StoreError
from foretype.monitor import logs
from foretype.monitor.listening import Listener
from foretype.monitor.metrics import Metrics
from foretype.monitor.standing import Follower
from foretype.monitor.station import make_watch
from foretype.monitor.webhooks.desk import Desk
from foretype.rank.experiments.deciding import TrialOutcomes
from foretype.rank.journal import Journal
from foretype.serve.door import Composer
from foretype.serve.panel.choices import Choices, KeptChoices
from foretype.serve.panel.pulse import Pulse
from foretype.serve.private.book import Book
from foretype.serve.private.sender import destination
from foretype.serve.private.sums import SumsStore
from foretype.serve.private.watch import Watch
from foretype.serve.problem import Fault, Finding, refuse
from foretype.serve.protocol import Limits
from foretype.serve.waiting_room import Ticket, WaitingRoom

T = TypeVar("T")

NUM_WORKERS = 16  # threads that answer: they wait for the language model, which batches what they ask;
# 4 were no quicker for 16 writers (p90 24 to 36 ms against 24 to 26, benchmarks/bench_load.py)
NUM_KEEPERS = 2  # threads that learn, list and forget: they wait for the disk
MIN_DEADLINE_MS = 5.0  # what is left to a request that waited long: enough for what counts alone can say
READY_AGAIN_S = 1.0  # a start takes a few seconds at most
FIXED_GATE = "fixed gate"
NO_MODEL = "none"  # the setting for no language model
STOP_S = 8.0  # how long running work may go on after a stop is asked for


class Service:
    """One open composer and everything that stands around it. Lives on one event loop."""

    def __init__(self, settings: Settings, metrics: Metrics) -> None:
        self.settings = settings
        self.metrics = metrics
        self.monitor = make_watch(
            settings,
            metrics,
            is_model_missing=self._is_model_missing,
            is_journal_failing=self._is_journal_failing,
            learning_behind_s=self._learning_behind_s,
        )
        self.desk: Desk | None = None  # whoever opens the data folder's book puts it here
        self.limits = Limits(settings.max_text_chars)
        self.pulse = Pulse()
        self.choices = KeptChoices(settings.data_dir)
        self.watch = None if destination(settings) is None else Watch(Book(settings.data_dir))
        self.sums = None if settings.statistics_dir is None else SumsStore(settings.statistics_dir)
        self.journal: Outcomes | None = None
        self._follower: Follower | None = None  # where this server learns with others
        self._ranker: str | None = None  # whose decisions are watched
        self._decider: object = None  # the composer's, when it was last looked at
        self._versioned: Versioned | None = None  # the same, if it was trained
        self._composer: Composer | None = None
        self._answering = WaitingRoom[Answer](
            "answer", num_workers=NUM_WORKERS, max_inside=settings.max_waiting
        )
        self._keeping = WaitingRoom[Any]("keep", num_workers=NUM_KEEPERS, max_inside=settings.max_waiting)
        self._started_s = time.monotonic()

    @property
    def is_ready(self) -> bool:
        return self._composer is not None

    @property
    def uptime_s(self) -> float:
        return time.monotonic() - self._started_s

    @property
    def composer(self) -> Composer:
        """The open composer. Raises RefusedError (503) while it is still being opened."""
        if self._composer is None:
            detail = "The model is still being opened; try again in a second"
            raise refuse(Fault.NOT_READY, detail, retry_after_s=READY_AGAIN_S)
        return self._composer

    async def open(self, loading: Future[Composer]) -> Composer:
        """Take over the composer that another thread opens; what opening raises is raised here."""
        composer = await asyncio.wrap_future(loading)
        heard = composer.outcomes
        self.journal = heard.journal if isinstance(heard, TrialOutcomes) else heard
        self._follower = heard if isinstance(heard, Follower) else None
        composer.outcomes = Listener(composer.outcomes, self.monitor)
        composer.turn(self.choices.now.dials)
        self._composer = composer
        self.metrics.model_opened(composer.model)
        self._watch_ranker(composer.gate)
        logs.info("ready", model=composer.model)
        return composer

    def _watch_ranker(self, decider: object) -> None:
        """Tell metrics and watch which ranker decides, whenever another one does."""
        if (
            decider is not self._decider
        ):  # to ask whether it was trained takes longer than to ask for its version
            self._decider, self._versioned = decider, decider if isinstance(decider, Versioned) else None
        known = self._versioned
        version = FIXED_GATE if known is None else known.version
        if version != self._ranker:
            self._ranker = version
            self.metrics.runs("ranker", version)
            self.monitor.compare_with(None if known is None else known.reference)

    def ask(self, request: Request) -> Ticket[Answer]:
        """Put a request to the composer. Raises BusyError (429) or RefusedError (503)."""
        composer = self.composer
        key = None if request.session is None else (request.user, request.session)

        def work(waited_ms: float) -> Answer:
            left_ms = max(MIN_DEADLINE_MS, request.deadline_ms - waited_ms)
            answer = composer.answer(replace(request, deadline_ms=min(left_ms, request.deadline_ms)))
            if not answer.delay_ms and self.choices.now.delay_ms:
                answer = replace(answer, delay_ms=self.choices.now.delay_ms)
            if self.watch is not None:
                self.watch.answered(request, answer)
            if self._answering.is_overtaken(key):
                composer.withdraw(answer.id)  # nobody will look at it: the writer went on
            return answer

        with self._counting_refusals():
            return self._answering.enter(work, key=key, stale=_stale(composer.model))

    def answered(self, answer: Answer, *, context: Context, elapsed_s: float) -> None:
        """Note an answer that goes out, `elapsed_s` after it was asked for."""
        self.monitor.answered(answer, context=context, elapsed_s=elapsed_s)
        self._watch_ranker(self.composer.gate)
        self.pulse.answered(answer, elapsed_s=elapsed_s)

    async def choose(self, choices: Choices) -> None:
        """Keep what an administrator chose, and act on it from the next answer on. Raises like `keep`."""

        def work(composer: Composer) -> None:
            self.choices.choose(choices)
            composer.turn(choices.dials)

        await self.keep(work)

    def note_failure(self, error: BaseException) -> None:
        """Note a request that failed; a caller's own mistake is not counted."""
        if not isinstance(error, InputError | BusyError):
            self.monitor.failed(is_store=isinstance(error, StoreError))

    def is_waiting(self, ticket: Ticket[Answer]) -> bool:
        return self._answering.is_waiting(ticket)

    def leave(self, ticket: Ticket[Answer]) -> bool:
        """The asker is gone; True when the composer was spared the work."""
        return self._answering.leave(ticket)

    async def keep(self, work: Callable[[Composer], T]) -> T:
        """Do blocking work on the composer's store, off the event loop. Raises like `ask`."""
        composer = self.composer
        with self._counting_refusals():
            ticket = self._keeping.enter(lambda _waited_ms: work(composer))
        result: T = await ticket.outcome
        return result

    async def learn(self, text: str, *, user: str, context: Context) -> Learned:
        """Learn what was sent; durable on return. Raises like `keep`."""
        learned = await self.keep(lambda composer: composer.learn(text, user=user, context=context))
        self.metrics.learned(learned.num_words)
        return learned

    async def report(
        self, answer_id: str, outcome: OutcomeKind, *, characters: int, persisted: bool | None = None
    ) -> None:
        """Say what became of an answer; with `persisted`, later, whether it stayed.

        Raises RefusedError (404) for one that is not known (any more).
        """

        def work(composer: Composer) -> bool:
            if self.watch is not None and persisted is None:
                self.watch.ended(answer_id, outcome)
            return composer.feedback(answer_id, outcome, characters=characters, persisted=persisted)

        known = await self.keep(work)
        if not known:
            finding = Finding("$.id", answer_id[:80], "the id of a recent answer")
            raise refuse(Fault.NOT_FOUND, "No recent answer has this id", finding)

    async def release(self, session: str) -> None:
        """A session is over; what the composer kept to make it quick may go."""
        if self._composer is not None:
            await self.keep(lambda composer: composer.release(session))

    async def close(self) -> None:
        """Let running work finish, at most STOP_S, then close the composer."""
        rooms = asyncio.gather(self._answering.close(), self._keeping.close())
        try:
            await asyncio.wait_for(rooms, STOP_S)
        except TimeoutError:
            logs.info("stopping with work unfinished", waited_s=STOP_S)
        composer, self._composer = self._composer, None
        if composer is not None:
            await asyncio.to_thread(composer.close)
            logs.info("stopped", uptime_s=round(self.uptime_s, 3))
        for private in (self.watch, self.sums):
            if private is not None:
                private.close()

    def _is_journal_failing(self) -> bool:
        return isinstance(self.journal, Journal) and self.journal.fault is not None

    def _learning_behind_s(self) -> float | None:
        return None if self._follower is None else self._follower.behind_s(time.time())

    def _is_model_missing(self) -> bool:
        """Whether nothing is open, or only the background where a language model was asked for."""
        asked = self.settings.model not in (None, NO_MODEL)
        return self._composer is None or (asked and "+" not in self._composer.model)

    @contextmanager
    def _counting_refusals(self) -> Iterator[None]:
        try:
            yield
        except BusyError:
            self.metrics.refused()
            raise


def _stale(model: str) -> Answer:
    return Answer(id=secrets.token_hex(8), suggestions=(), model=model, elapsed_ms=0.0, silence=Silence.STALE)
