"""What a language server asks of the composer, off the event loop: suggestions, what became of them, and learning.

The newest key of a document goes first: an older one that still waits is answered with silence. It does not know the
protocol, nor documents.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from foretype.compose.protocols import Learned
from foretype.compose.request import Answer, OutcomeKind, Request, Silence
from foretype.serve.door import Composer
from foretype.serve.lsp.sheet import Passage
from foretype.serve.waiting_room import WaitingRoom

T = TypeVar("T")

TYPING_MS = 60.0  # a key of a writer who types on
ASKED_MS = 1000.0  # somebody pressed a key to see what there is
NUM_ASKED = 3  # to choose from
MAX_WAITING = 64
MAX_TRIES = 3  # a writer who pauses waits; what was read the first time need not be read again


class Desk:
    """One composer and whose memory it uses. Lives on one event loop; `close` leaves the composer open."""

    def __init__(self, composer: Composer, *, user: str | None, delay_ms: int) -> None:
        """`delay_ms`: how long to wait after a key before anything is shown."""
        self._composer = composer
        self._user = user
        self._delay_s = delay_ms / 1000
        self._answering = WaitingRoom[Answer]("answer", num_workers=2, max_inside=MAX_WAITING)
        self._keeping = ThreadPoolExecutor(1, thread_name_prefix="keep")

    async def suggest(self, passage: Passage, *, session: str, is_asked: bool) -> Answer:
        """How the passage goes on; `is_asked` where the writer pressed a key for it. Raises ForetypeError."""
        request = Request(
            text=passage.text,
            suffix=passage.suffix,
            user=self._user,
            session=session,
            context=passage.context,
            n=NUM_ASKED if is_asked else 1,
            deadline_ms=ASKED_MS if is_asked else TYPING_MS,
        )
        answer = await self._answered(request)
        if not is_asked:
            await asyncio.sleep(self._delay_s)
        return answer

    async def _answered(self, request: Request) -> Answer:
        """The answer, asked again where time ran out: the editor asks nothing until the next key."""
        for _ in range(MAX_TRIES - 1):
            answer = await self._answered_once(request)
            if answer.silence is not Silence.DEADLINE:
                return answer
        return await self._answered_once(request)

    async def _answered_once(self, request: Request) -> Answer:
        ticket = self._answering.enter(
            lambda _waited_ms: self._composer.answer(request), key=request.session, stale=self._stale()
        )
        try:
            return await ticket.outcome
        except asyncio.CancelledError:
            self._answering.leave(ticket)
            raise

    def withdraw(self, answer: Answer) -> None:
        """Nobody will see this answer: the writer went on."""
        self._composer.withdraw(answer.id)

    async def accepted(self, answer_id: str) -> bool:
        """All of an answer's first suggestion was taken; False for an answer that is not known (any more)."""
        return await self._kept(
            lambda: self._composer.feedback(answer_id, OutcomeKind.ACCEPTED, characters=0)
        )

    async def learn(self, passage: Passage) -> Learned | None:
        """Learn what was written, durable on return; None without a user. Raises StoreError."""
        return await self._kept(lambda: self._learn(passage))

    async def release(self, session: str) -> None:
        """A document is closed."""
        await self._kept(lambda: self._composer.release(session))

    async def close(self) -> None:
        """Let running work end."""
        await self._answering.close()
        self._keeping.shutdown()

    def finish(self, left: Sequence[Passage]) -> None:
        """After the event loop: end what was begun, and learn what is left. Raises StoreError."""
        self._keeping.shutdown()
        for passage in left:
            self._learn(passage)

    def _learn(self, passage: Passage) -> Learned | None:
        if self._user is None or not passage.text:
            return None
        return self._composer.learn(passage.text, user=self._user, context=passage.context)

    async def _kept(self, work: Callable[[], T]) -> T:
        """What `work` gives. Once begun it is done, even where nobody waits for it any more."""
        return await asyncio.shield(asyncio.get_running_loop().run_in_executor(self._keeping, work))

    def _stale(self) -> Answer:
        return Answer("", (), self._composer.model, 0.0, Silence.STALE)
