"""The WebSocket door: carries frames between a connection and its conversation, and does what that asks for.

At most one question of a connection is open; a newer one takes its place. It does not know what frames
mean.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from contextlib import suppress

from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from foretype.compose.request import Answer
from foretype.errors import ForetypeError
from foretype.monitor import logs
from foretype.serve.conversation import Action, Ask, CallOff, Conversation, Learn, Release, Report, Say
from foretype.serve.guard import SUBPROTOCOL
from foretype.serve.problem import RefusedError
from foretype.serve.service import Service
from foretype.serve.waiting_room import Ticket

TRY_AGAIN_LATER = 1013  # close code: still opening the model


class Connection:
    """One client's WebSocket, from the handshake to the end."""

    def __init__(self, websocket: WebSocket, service: Service) -> None:
        self._websocket = websocket
        self._service = service
        self._answering: asyncio.Task[None] | None = None

    async def run(self) -> None:
        """Serve until the client leaves."""
        offers = self._websocket.scope.get("subprotocols", ())
        await self._websocket.accept(subprotocol=SUBPROTOCOL if SUBPROTOCOL in offers else None)
        try:
            conversation = self._conversation()
        except RefusedError as refused:
            await self._close_unready(refused)
            return
        try:
            await self._talk(conversation)
        finally:
            self._drop_question()
            for action in conversation.lost():
                await self._try(conversation, action)

    def _conversation(self) -> Conversation:
        return Conversation(
            model=self._service.composer.model,
            limits=self._service.limits,
            new_session=lambda: f"ws-{secrets.token_hex(8)}",
        )

    async def _close_unready(self, refused: RefusedError) -> None:
        waiting = Conversation(model="", limits=self._service.limits, new_session=str)
        await self._say(waiting.failed(refused))
        await self._websocket.close(TRY_AGAIN_LATER, "the model is still being opened")

    async def _talk(self, conversation: Conversation) -> None:
        while True:
            frame = await self._websocket.receive()
            if frame["type"] == "websocket.disconnect":
                return
            data = frame.get("bytes") or (frame.get("text") or "").encode("utf-8", "surrogatepass")
            for action in conversation.hear(data):
                await self._try(conversation, action)

    async def _try(self, conversation: Conversation, action: Action) -> None:
        try:
            await self._do(conversation, action)
        except Exception as error:
            await self._tell(conversation, error)

    async def _do(self, conversation: Conversation, action: Action) -> None:
        match action:
            case Say():
                await self._say(action.data)
            case Ask():
                self._ask(conversation, action)
            case CallOff():
                self._drop_question()
            case Report():
                await self._service.report(
                    action.answer_id,
                    action.outcome,
                    characters=action.characters,
                    persisted=action.persisted,
                )
            case Learn():
                await self._learn(conversation, action)
            case Release():
                await self._service.release(action.session)

    def _ask(self, conversation: Conversation, ask: Ask) -> None:
        asked_s = time.perf_counter()
        ticket = self._service.ask(ask.request)  # takes the place of an older one that still waits
        self._drop_question()
        answer = self._answer(conversation, ask, ticket, asked_s)
        self._answering = asyncio.create_task(answer)

    def _drop_question(self) -> None:
        if self._answering is not None and not self._answering.done():
            self._answering.cancel()
            self._service.metrics.superseded()

    async def _answer(
        self, conversation: Conversation, ask: Ask, ticket: Ticket[Answer], asked_s: float
    ) -> None:
        try:
            answer = await ticket.outcome
            if frame := conversation.answered(ask.seq, answer):
                elapsed_s = time.perf_counter() - asked_s
                self._service.answered(answer, context=ask.request.context, elapsed_s=elapsed_s)
                await self._say(frame)
        except asyncio.CancelledError:
            self._service.leave(ticket)
            raise
        except Exception as error:
            await self._tell(conversation, error)

    async def _learn(self, conversation: Conversation, learn: Learn) -> None:
        learned = await self._service.learn(learn.text, user=learn.user, context=learn.context)
        await self._say(conversation.learned(learned.num_words, learned.num_refused))

    async def _tell(self, conversation: Conversation, error: Exception) -> None:
        """Answer an error with its problem; one that nobody foresaw is logged, without its message."""
        if not isinstance(error, ForetypeError):
            logs.error("message failed", error)
        self._service.note_failure(error)
        await self._say(conversation.failed(error))

    async def _say(self, frame: bytes) -> None:
        if self._websocket.application_state is WebSocketState.CONNECTED:
            with suppress(WebSocketDisconnect):  # the reading side sees it too, and ends the connection
                await self._websocket.send_text(frame.decode())
