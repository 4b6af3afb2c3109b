"""Test equipment: a service around a composer that says what the test wants, called without sockets.

It does not know how suggestions are found; that is what makes the tests of serve/ quick.
"""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import httpx
from starlette.types import Scope

from foretype.compose.dials import Dials
from foretype.compose.outcomes import Outcomes
from foretype.compose.protocols import Adapters, Learned
from foretype.compose.request import Answer, Context, OutcomeKind, Request, Silence, Suggestion
from foretype.config import Settings
from foretype.monitor.metrics import Metrics
from foretype.serve.app import make_app
from foretype.serve.door import Composer
from foretype.serve.service import Service

T = TypeVar("T")

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
PATIENCE_S = 20.0  # a test that waits longer than this has failed


@dataclass(frozen=True, slots=True)
class KeptPhrase:
    text: str
    count: int = 2
    last: datetime = NOON


@dataclass(frozen=True, slots=True)
class KeptInfo:
    tokens: int
    words: int
    messages: int
    bytes: int
    first: datetime = NOON
    last: datetime = NOON


@dataclass
class ScriptedStore:
    """Texts by user, in memory; every whole text counts as one phrase."""

    texts: dict[str, list[str]] = field(default_factory=dict)

    def phrases(self, user: str, *, limit: int, query: str) -> Sequence[KeptPhrase]:
        return [KeptPhrase(text) for text in self.texts.get(user, []) if query in text][:limit]

    def forget_phrase(self, user: str, phrase: str) -> int:
        before = self.texts.get(user, [])
        self.texts[user] = [text for text in before if text != phrase]
        return len(before) - len(self.texts[user])

    def export(self, user: str) -> Mapping[str, Any] | None:
        texts = self.texts.get(user)
        return None if texts is None else {"user": user, "texts": texts}

    def info(self, user: str) -> KeptInfo | None:
        texts = self.texts.get(user)
        if texts is None:
            return None
        num_words = sum(len(text.split()) for text in texts)
        return KeptInfo(num_words, num_words, len(texts), sum(map(len, texts)))

    def users(self) -> Sequence[str]:
        return sorted(self.texts)


@dataclass
class ScriptedComposer:
    """Suggests "onward " to every text, and notes what it was asked; answers wait for `gate`."""

    model: str = "scripted"
    store: ScriptedStore = field(default_factory=ScriptedStore)
    adapters: Adapters | None = None
    gate: threading.Event = field(default_factory=threading.Event)
    error: Exception | None = None
    requests: list[Request] = field(default_factory=list)
    outcomes: Outcomes | None = None
    ends: list[OutcomeKind] = field(default_factory=list)
    persisted: list[bool | None] = field(default_factory=list)
    withdrawn: list[str] = field(default_factory=list)
    released: list[str] = field(default_factory=list)
    has_dial: bool = True
    dials: Dials = field(default_factory=Dials)
    is_closed: bool = False

    def __post_init__(self) -> None:
        self.gate.set()

    def answer(self, request: Request) -> Answer:
        self.requests.append(request)
        if not self.gate.wait(PATIENCE_S):
            raise TimeoutError("the test never opened the gate")
        if self.error is not None:
            raise self.error
        if not request.text:
            return Answer("a0", (), self.model, 0.1, Silence.EMPTY)
        shown = Suggestion("onward ", 0.5, 1, {"background": 1.0}, (0.5,), ({"background": 1.0},))
        return Answer("a1", (shown,) * request.n, self.model, 0.1)

    def learn(self, text: str, *, user: str, context: Context) -> Learned:
        if self.error is not None:
            raise self.error
        self.store.texts.setdefault(user, []).append(text)
        return Learned(len(text.split()), 0)

    def forget(self, user: str) -> bool:
        return self.store.texts.pop(user, None) is not None

    def feedback(
        self, answer_id: str, outcome: OutcomeKind, *, characters: int, persisted: bool | None = None
    ) -> bool:
        self.ends.append(outcome)
        self.persisted.append(persisted)
        return answer_id == "a1"

    def turn(self, dials: Dials) -> None:
        self.dials = dials

    def withdraw(self, answer_id: str) -> None:
        self.withdrawn.append(answer_id)

    def release(self, session: str) -> None:
        self.released.append(session)

    def close(self) -> None:
        self.is_closed = True


def settings_for(folder: Path = Path("unused"), **changes: Any) -> Settings:
    return Settings(**{"data_dir": folder, "cache_dir": folder} | changes)


def opened(composer: Composer) -> Future[Composer]:
    """A composer that is open already."""
    loading: Future[Composer] = Future()
    loading.set_result(composer)
    return loading


def run_alone(scene: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine in a thread of its own: a browser under test may keep this thread's event loop running."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, scene).result()


def with_service(
    scene: Callable[[Service], Awaitable[T]], composer: Composer | None = None, **changes: Any
) -> T:
    """Play `scene` with a running service, and close it."""

    async def play() -> T:
        service = Service(settings_for(**changes), Metrics())
        await service.open(opened(composer or ScriptedComposer()))
        try:
            return await asyncio.wait_for(scene(service), PATIENCE_S)
        finally:
            await service.close()

    return run_alone(play())


def with_client(
    scene: Callable[[httpx.AsyncClient], Awaitable[T]], composer: Composer | None = None, **changes: Any
) -> T:
    """Play `scene` with an HTTP client of a running service; no socket is opened."""

    async def play(service: Service) -> T:
        async with client_of(service) as client:
            return await scene(client)

    return with_service(play, composer, **changes)


def client_of(service: Service, *, base_url: str = "http://localhost:8765") -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=make_app(service)), base_url=base_url)


class Wire:
    """A WebSocket client of an ASGI application, frame by frame, without a socket."""

    def __init__(self) -> None:
        self.subprotocol: str | None = None
        self._to_app: asyncio.Queue[Any] = asyncio.Queue()
        self._from_app: asyncio.Queue[Any] = asyncio.Queue()

    async def say(self, **message: Any) -> None:
        await self.say_raw(text=json.dumps(message))

    async def say_raw(self, **frame: str | bytes) -> None:
        await self._to_app.put({"type": "websocket.receive", **frame})

    async def hear(self) -> dict[str, Any]:
        """The next message of the server's; ConnectionError, with its close code, when it closed instead."""
        event = await asyncio.wait_for(self._from_app.get(), PATIENCE_S)
        if event["type"] != "websocket.send":
            raise ConnectionError(event.get("code", event.get("status")))
        message: dict[str, Any] = json.loads(event["text"])
        return message

    @classmethod
    @asynccontextmanager
    async def connected(
        cls, service: Service, query: str = "", offers: tuple[str, ...] = ()
    ) -> AsyncIterator[Wire]:
        wire = cls()
        scope = websocket_scope(query, offers)
        running = asyncio.ensure_future(make_app(service)(scope, wire._to_app.get, wire._from_app.put))
        await wire._to_app.put({"type": "websocket.connect"})
        event = await asyncio.wait_for(wire._from_app.get(), PATIENCE_S)
        if event["type"] == "websocket.accept":
            wire.subprotocol = event["subprotocol"]
            yield wire
            await wire._to_app.put({"type": "websocket.disconnect", "code": 1000})
        await running
        if event["type"] != "websocket.accept":
            raise ConnectionError(event.get("status"))


def websocket_scope(query: str = "", offers: tuple[str, ...] = (), **headers: str) -> Scope:
    named = {"host": "localhost:8765", **headers}
    return {
        "type": "websocket",
        "path": "/v1/compose",
        "raw_path": b"/v1/compose",
        "root_path": "",
        "scheme": "ws",
        "query_string": query.encode(),
        "subprotocols": list(offers),
        "headers": [(name.encode(), value.encode()) for name, value in named.items()],
        "extensions": {"websocket.http.response": {}},
    }


async def until(condition: Callable[[], bool]) -> None:
    """Give way to others until `condition` holds."""
    while not condition():
        await asyncio.sleep(0.001)
