"""Claims about the HTTP door: every address, bad input, crowds, and what goes wrong behind it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from concurrent.futures import Future
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from foretype.compose.request import Context, OutcomeKind
from foretype.compose.request import Request as Question
from foretype.errors import StoreError
from foretype.monitor.metrics import Metrics
from foretype.serve.app import make_app
from foretype.serve.door import Composer
from foretype.serve.service import Service
from serving import ScriptedComposer, client_of, run_alone, settings_for, until, with_client, with_service


def post(path: str, body: Any, composer: ScriptedComposer | None = None, **changes: Any) -> httpx.Response:
    async def scene(client: httpx.AsyncClient) -> httpx.Response:
        return await client.post(path, json=body)

    return with_client(scene, composer, **changes)


def get(path: str, composer: ScriptedComposer | None = None, **headers: str) -> httpx.Response:
    async def scene(client: httpx.AsyncClient) -> httpx.Response:
        return await client.get(path, headers=headers)

    return with_client(scene, composer)


def delete(path: str, composer: ScriptedComposer) -> httpx.Response:
    async def scene(client: httpx.AsyncClient) -> httpx.Response:
        return await client.delete(path)

    return with_client(scene, composer)


def knowing(user: str, *texts: str) -> ScriptedComposer:
    composer = ScriptedComposer()
    composer.store.texts[user] = list(texts)
    return composer


def is_problem(response: httpx.Response, status: int) -> bool:
    problem = response.json()
    return (
        response.status_code == problem["status"] == status
        and response.headers["content-type"] == "application/problem+json"
        and problem["type"].startswith("urn:foretype:problem:")
        and bool(problem["title"] and problem["detail"])
    )


def test_a_text_is_answered_with_suggestions() -> None:
    reply = post("/v1/suggest", {"text": "Go ", "n": 2}).json()
    assert [suggestion["text"] for suggestion in reply["suggestions"]] == ["onward ", "onward "]
    assert (reply["id"], reply["model"], reply["silence"], reply["lm_steps"]) == ("a1", "scripted", None, 0)


def test_empty_text_is_answered_with_a_reason() -> None:
    reply = post("/v1/suggest", {"text": ""})
    assert (reply.status_code, reply.json()["silence"]) == (200, "empty")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b'{"text": "a", "txet": 1}', 422),
        (b'{"text": 1}', 422),
        (b'{"text": "\xff"}', 400),
        (b'{"text": "\\ud83d"}', 400),
        (b'{"text": "a\\u0000b"}', 422),
        (b"", 400),
        (b'{"text": "' + b"x" * 200_001 + b'"}', 413),
        (b'{"text": "' + b"x" * 10_000_000 + b'"}', 413),
    ],
)
@pytest.mark.parametrize("path", ["/v1/suggest", "/v1/learn", "/v1/feedback"])
def test_a_bad_body_gets_a_problem_and_reaches_nobody(path: str, body: bytes, status: int) -> None:
    composer = ScriptedComposer()

    async def scene(client: httpx.AsyncClient) -> httpx.Response:
        return await client.post(path, content=body, headers={"Content-Type": "application/json"})

    response = with_client(scene, composer)
    assert response.status_code in (status, 422)
    assert is_problem(response, response.status_code)
    assert not (composer.requests or composer.ends or composer.store.texts)


def test_a_long_body_without_a_length_is_cut_off() -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(100):
            yield b"x" * 100_000

    async def scene(client: httpx.AsyncClient) -> httpx.Response:
        return await client.post(
            "/v1/suggest", content=chunks(), headers={"Content-Type": "application/json"}
        )

    assert is_problem(with_client(scene), 413)


@pytest.mark.parametrize("text", ["x" * 100_000, "שלום \u202e", "👩‍👩‍👧 ok", "in the mid", "\r\n\t"])
def test_unusual_text_is_answered(text: str) -> None:
    composer = ScriptedComposer()
    assert post("/v1/suggest", {"text": text, "suffix": "dle"}, composer).status_code == 200
    assert composer.requests[0].text == text


def test_only_json_is_taken() -> None:
    async def scene(client: httpx.AsyncClient) -> httpx.Response:
        return await client.post("/v1/suggest", content=b"text=Hi", headers={"Content-Type": "text/plain"})

    assert is_problem(with_client(scene), 415)


@settings(deadline=None, max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(bodies=st.lists(st.binary(max_size=80), min_size=1, max_size=20))
def test_any_bytes_get_an_answer_or_a_problem(bodies: list[bytes]) -> None:
    async def scene(client: httpx.AsyncClient) -> None:
        for body in bodies:
            for path in ("/v1/suggest", "/v1/feedback", "/v1/learn"):
                reply = await client.post(path, content=body)
                assert reply.status_code < 500
                json.loads(reply.content)

    with_client(scene)


def test_feedback_is_counted() -> None:
    composer = ScriptedComposer()
    reply = post("/v1/feedback", {"id": "a1", "outcome": "accepted", "characters": 7}, composer)
    assert reply.json() == {"known": True}
    assert composer.ends == [OutcomeKind.ACCEPTED]


def test_whether_a_taken_suggestion_stayed_is_told_later() -> None:
    composer = ScriptedComposer()
    told = {"id": "a1", "outcome": "accepted", "characters": 7, "persisted": True}
    assert post("/v1/feedback", told, composer).json() == {"known": True}
    assert composer.persisted == [True]


def test_feedback_on_an_unknown_answer_is_not_found() -> None:
    assert is_problem(post("/v1/feedback", {"id": "a9", "outcome": "ignored"}), 404)


def test_what_was_sent_is_learned() -> None:
    composer = ScriptedComposer()
    reply = post("/v1/learn", {"user": "me", "text": "see you soon"}, composer)
    assert reply.json() == {"learned": {"words": 3, "refused": 0}}
    assert composer.store.texts == {"me": ["see you soon"]}


def test_a_user_is_told_in_numbers() -> None:
    reply = get("/v1/users/me", knowing("me", "see you soon")).json()
    noon = "2026-03-01T12:00:00Z"
    assert reply == {
        "user": "me",
        "tokens": 3,
        "words": 3,
        "messages": 1,
        "bytes": 12,
        "first": noon,
        "last": noon,
    }


@pytest.mark.parametrize("path", ["/v1/users/nobody", "/v1/users/nobody/export"])
def test_an_unknown_user_is_not_found(path: str) -> None:
    assert is_problem(get(path), 404)


@pytest.mark.parametrize("user", ["a/b", "a/phrases", "ü 😀", "50%", "..", "a%2Fb", "me/export"])
def test_a_user_id_may_hold_anything(user: str) -> None:
    composer = knowing(user, "see you")
    path = f"/v1/users/{quote(user, safe='').replace('.', '%2E')}"
    assert get(path, composer).json()["user"] == user
    assert get(f"{path}/phrases", composer).json()["total"] == 1
    assert get(f"{path}/export", composer).json() == {"user": user, "texts": ["see you"]}
    assert delete(path, composer).json() == {"forgotten": True}
    assert composer.store.texts == {}


def test_a_slash_that_is_not_encoded_is_explained() -> None:
    response = get("/v1/users/a/b", knowing("a/b", "see you"))
    assert is_problem(response, 404)
    assert "%2F" in response.json()["detail"]


def test_phrases_are_searched_and_counted() -> None:
    composer = knowing("me", "see you", "see him", "call me")
    reply = get("/v1/users/me/phrases?query=see&limit=1", composer).json()
    assert reply["total"] == 2
    assert reply["phrases"] == [{"phrase": "see you", "count": 2, "last": "2026-03-01T12:00:00Z"}]


@pytest.mark.parametrize("query", ["limit=0", "limit=many", "limitt=1"])
def test_a_bad_query_gets_a_problem(query: str) -> None:
    assert is_problem(get(f"/v1/users/me/phrases?{query}"), 422)


def test_a_phrase_is_forgotten() -> None:
    composer = knowing("me", "and/or 100%", "call me")
    reply = delete(f"/v1/users/me/phrases/{quote('and/or 100%', safe='')}", composer)
    assert reply.json() == {"forgotten": True}
    assert composer.store.texts == {"me": ["call me"]}


def test_status_names_model_and_users() -> None:
    reply = get("/v1/status", knowing("me", "x")).json()
    assert (reply["model"], reply["models"], reply["users"]) == ("scripted", ["scripted"], 1)
    assert reply["uptime_s"] >= 0


def test_until_the_model_is_open_nothing_is_ready_but_alive() -> None:
    async def scene() -> list[int]:
        async with client_of(Service(settings_for(), Metrics())) as client:
            paths = ("/readyz", "/v1/status", "/healthz", "/metrics")
            replies = [await client.get(path) for path in paths]
            replies.append(await client.post("/v1/suggest", json={"text": ""}))
            assert replies[0].headers["retry-after"] == "1"
            return [reply.status_code for reply in replies]

    assert run_alone(scene()) == [503, 503, 200, 200, 503]


def test_an_open_model_is_ready() -> None:
    assert get("/readyz").json() == {"status": "ready"}


@pytest.mark.parametrize(
    ("method", "path", "status"), [("GET", "/nowhere", 404), ("GET", "/v1/suggest", 405)]
)
def test_a_wrong_address_gets_a_problem(method: str, path: str, status: int) -> None:
    async def scene(client: httpx.AsyncClient) -> httpx.Response:
        return await client.request(method, path)

    assert is_problem(with_client(scene), status)


def test_a_wrong_method_is_answered_with_all_the_right_ones() -> None:
    async def scene(client: httpx.AsyncClient) -> str:
        return (await client.put("/v1/users/me")).headers["allow"]

    assert with_client(scene) == "DELETE, GET"


def test_a_store_that_fails_is_told_as_such() -> None:
    composer = ScriptedComposer(error=StoreError("disk full: free some space"))
    response = post("/v1/learn", {"user": "me", "text": "x"}, composer)
    assert is_problem(response, 507)
    assert "disk full" in response.json()["detail"]


def test_a_bug_is_answered_without_a_word_about_it() -> None:
    response = post(
        "/v1/suggest", {"text": "private words"}, ScriptedComposer(error=KeyError("private words"))
    )
    assert is_problem(response, 500)
    assert "private" not in response.text


def test_more_than_the_house_holds_are_refused_and_told_when_to_come_again() -> None:
    composer = ScriptedComposer()
    composer.gate.clear()

    async def scene(client: httpx.AsyncClient) -> list[httpx.Response]:
        calls = [asyncio.create_task(client.post("/v1/suggest", json={"text": "a"})) for _ in range(20)]
        await until(lambda: sum(call.done() for call in calls) == 17)
        composer.gate.set()
        return await asyncio.gather(*calls)

    responses = with_client(scene, composer, max_waiting=3)
    refused = [response for response in responses if response.status_code != 200]
    assert len(refused) == 17
    assert all(is_problem(response, 429) and response.headers["retry-after"] == "1" for response in refused)


def test_a_newer_key_of_a_session_makes_the_waiting_one_stale() -> None:
    composer = ScriptedComposer()
    composer.gate.clear()

    async def scene(service: Service) -> list[str | None]:
        async with client_of(service) as client:
            calls = []
            for text in ("H", "He", "Hel"):
                body = {"text": text, "session": "m-1"}
                calls.append(asyncio.create_task(client.post("/v1/suggest", json=body)))
                await until(lambda: len(composer.requests) == 1)
                await asyncio.sleep(0)
            await until(calls[1].done)
            composer.gate.set()
            replies = [reply.json()["silence"] for reply in await asyncio.gather(*calls)]
            assert b"foretype_requests_superseded_total 1.0" in service.metrics.page()
            return replies

    assert with_service(scene, composer) == [None, "stale", None]
    assert [request.text for request in composer.requests] == ["H", "Hel"]


def test_a_client_that_leaves_while_waiting_costs_no_work() -> None:
    composer = ScriptedComposer()
    composer.gate.clear()

    async def scene(service: Service) -> None:
        running = [service.ask(Question("running", session=f"m-{n}")) for n in range(16)]
        await until(lambda: len(composer.requests) == 16)
        await call_and_leave(service)
        composer.gate.set()
        for ticket in running:
            await ticket.outcome
        assert b"foretype_requests_abandoned_total 1.0" in service.metrics.page()

    with_service(scene, composer)
    assert len(composer.requests) == 16


async def call_and_leave(service: Service) -> None:
    """POST /v1/suggest as a bare ASGI call whose client disconnects once the body is sent."""
    messages = [{"type": "http.request", "body": b'{"text": "x"}'}, {"type": "http.disconnect"}]
    sent: list[Any] = []

    async def receive() -> Any:
        return messages.pop(0)

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "path": "/v1/suggest",
        "raw_path": b"/v1/suggest",
        "query_string": b"",
        "headers": [(b"host", b"localhost")],
        "root_path": "",
        "http_version": "1.1",
        "scheme": "http",
    }
    await make_app(service)(scope, receive, send)
    assert sent[0]["status"] == 499


class _Named:
    """A decider of one version."""

    def __init__(self, version: str) -> None:
        self.version = version
        self.reference = None


def test_the_metrics_tell_which_ranker_decides_also_after_a_change() -> None:
    async def scene() -> list[bytes]:
        service, loading = Service(settings_for(), Metrics()), Future[Composer]()
        composer: Any = ScriptedComposer()
        answer = composer.answer(Question("Hi "))
        loading.set_result(composer)
        await service.open(loading)
        pages = [service.metrics.page()]
        for version in ("r1", "r2"):
            composer.gate = _Named(version)
            service.answered(answer, context=Context(), elapsed_s=0.01)
            pages.append(service.metrics.page())
        return pages

    fixed, first, second = run_alone(scene())
    assert b'part="ranker",version="fixed gate"' in fixed
    assert b'version="r1"' in first and b"fixed gate" not in first
    assert b'version="r2"' in second and b'version="r1"' not in second
