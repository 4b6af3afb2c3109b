"""Adapters over HTTP and WebSocket: named by requests; listed, loaded and unloaded under /v1/adapters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from foretype.compose.protocols import AdapterStatus
from foretype.compose.request import Request
from foretype.errors import InputError, ModelError
from foretype.serve.conversation import Ask, Conversation
from foretype.serve.messages import SuggestBody
from foretype.serve.protocol import Limits, parse, request_of
from serving import ScriptedComposer, with_client


@dataclass(frozen=True)
class Status:
    name: str
    is_loaded: bool
    rank: int | None = 8
    num_bytes: int | None = 1000
    fault: str | None = None


@dataclass
class Desk:
    """Knows "sales", "support" and "broken"."""

    loaded: set[str] = field(default_factory=set)

    def list(self) -> Sequence[AdapterStatus]:
        return [Status(name, name in self.loaded) for name in ("broken", "sales", "support")]

    def load(self, name: str) -> AdapterStatus:
        if name == "broken":
            raise ModelError("broken: truncated")
        self.loaded.add(name)
        return Status(name, True)

    def unload(self, name: str) -> bool:
        if name == "support":
            raise InputError("support has to stay")
        was_loaded = name in self.loaded
        self.loaded.discard(name)
        return was_loaded


def call(method: str, path: str, composer: ScriptedComposer, body: Any = None) -> httpx.Response:
    async def scene(client: httpx.AsyncClient) -> httpx.Response:
        return await client.request(method, path, json=body)

    return with_client(scene, composer)


def test_adapters_are_loaded_listed_and_unloaded() -> None:
    composer = ScriptedComposer(adapters=Desk())
    reply = call("PUT", "/v1/adapters/sales", composer)
    assert reply.json() == {"name": "sales", "loaded": True, "rank": 8, "bytes": 1000, "fault": None}
    listed = call("GET", "/v1/adapters", composer).json()["adapters"]
    assert [each["name"] for each in listed if each["loaded"]] == ["sales"]
    assert call("DELETE", "/v1/adapters/sales", composer).json() == {"unloaded": True}
    assert call("DELETE", "/v1/adapters/sales", composer).json() == {"unloaded": False}


@pytest.mark.parametrize(
    ("method", "name", "status", "told"),
    [
        ("PUT", "legal", 404, "No adapter of this name"),
        ("PUT", "broken", 422, "truncated"),
        ("DELETE", "support", 422, "has to stay"),
        ("PUT", "%00", 422, "name"),
    ],
)
def test_what_cannot_be_done_is_told(method: str, name: str, status: int, told: str) -> None:
    reply = call(method, f"/v1/adapters/{name}", ScriptedComposer(adapters=Desk()))
    assert reply.status_code == status and told in reply.json()["detail"]
    assert reply.headers["content-type"] == "application/problem+json"


def test_a_model_that_takes_none_says_so() -> None:
    assert call("GET", "/v1/adapters", ScriptedComposer()).json() == {"adapters": []}
    for method in ("PUT", "DELETE"):
        assert call(method, "/v1/adapters/sales", ScriptedComposer()).status_code == 404


def test_a_request_names_its_adapter() -> None:
    composer = ScriptedComposer()
    assert call("POST", "/v1/suggest", composer, {"text": "Hi", "adapter": "sales"}).status_code == 200
    assert composer.requests[0].adapter == "sales"
    assert request_of(parse(SuggestBody, b'{"text": "Hi"}', Limits(100))).adapter is None


def test_an_adapter_that_is_not_loaded_is_a_problem_of_the_request() -> None:
    composer = ScriptedComposer(error=InputError("adapter 'legal': not loaded"))
    reply = call("POST", "/v1/suggest", composer, {"text": "Hi", "adapter": "legal"})
    assert reply.status_code == 422 and "not loaded" in reply.json()["detail"]


def test_a_connection_names_its_adapter_once() -> None:
    conversation = Conversation(model="m", limits=Limits(100), new_session=lambda: "s")
    conversation.hear(b'{"type": "open", "adapter": "sales"}')
    (ask,) = conversation.hear(b'{"type": "edit", "seq": 1, "text": "Hi"}')
    assert isinstance(ask, Ask)
    assert ask.request == Request("Hi", session="s", adapter="sales")
