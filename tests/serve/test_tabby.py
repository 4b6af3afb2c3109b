"""Claims about the addresses that Tabby's clients call, asked as their agent asks."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from foretype.compose.request import Kind, OutcomeKind
from serving import ScriptedComposer, with_client

# What Tabby's agent sends from a Markdown file when the typing pauses.
AGENT: dict[str, Any] = {
    "language": "markdown",
    "segments": {
        "prefix": "# Plan\n\nwe ",
        "suffix": "\n\nBest\n",
        "filepath": "notes/plan.md",
        "git_url": "git@x.example:notes.git",
        "declarations": [],
        "relevant_snippets_from_changed_files": [{"filepath": "a.md", "body": "other", "score": 0.5}],
        "clipboard": "",
    },
    "user": "u1",
    "temperature": 0.1,
}


def post(path: str, body: Any, composer: ScriptedComposer | None = None, **settings: Any) -> httpx.Response:
    def scene(client: httpx.AsyncClient) -> Awaitable[httpx.Response]:
        return client.post(path, json=body)

    return with_client(scene, composer, **settings)


def segments(**changes: Any) -> dict[str, Any]:
    return AGENT | {"segments": AGENT["segments"] | changes}


def test_segments_are_completed_in_tabbys_shape() -> None:
    composer = ScriptedComposer()
    reply = post("/v1/completions", AGENT, composer).json()
    assert reply == {"id": "a1", "choices": [{"index": 0, "text": "onward "}]}
    [asked] = composer.requests
    assert (asked.text, asked.suffix, asked.user) == ("# Plan\n\nwe ", "\n\nBest\n", "u1")
    assert asked.context.kind is Kind.NOTE


def test_a_prompt_at_the_same_address_is_openais() -> None:
    assert post("/v1/completions", {"prompt": "Go "}).json()["object"] == "text_completion"


def test_a_mail_is_read_as_the_language_server_reads_it() -> None:
    composer = ScriptedComposer()
    body = segments(filepath="draft.eml", prefix="Subject: Plan\n\nHi ", suffix="\n> When?\n")
    post("/v1/completions", body, composer)
    [asked] = composer.requests
    assert (asked.text, asked.context.subject, asked.context.previous) == ("Hi ", "Plan", "When?")


@pytest.mark.parametrize(
    "body",
    [
        AGENT | {"language": "python"},
        segments(filepath=".env") | {"language": "plaintext"},
        segments(filepath="a.eml", prefix="Subject: Go "),
    ],
)
def test_code_secrets_and_headers_ask_nobody(body: dict[str, Any]) -> None:
    composer = ScriptedComposer()
    assert post("/v1/completions", body, composer).json() == {"id": "", "choices": []}
    assert composer.requests == []


def test_the_least_that_can_be_sent_is_enough() -> None:
    body = {"segments": {"prefix": "we "}}
    assert post("/v1/completions", body).json()["choices"][0]["text"] == "onward "


def test_wrong_segments_are_refused_by_name() -> None:
    reply = post("/v1/completions", {"segments": {"prefix": 7}})
    assert (reply.status_code, reply.json()["error"]["param"]) == (400, "segments.prefix")


@pytest.mark.parametrize(
    ("event", "ends"),
    [
        ({"type": "view", "completion_id": "a1", "choice_index": 0, "view_id": "v"}, []),
        ({"type": "select", "completion_id": "a1", "choice_index": 0, "elapsed": 9}, [OutcomeKind.ACCEPTED]),
        ({"type": "dismiss", "completion_id": "a1", "choice_index": 0}, [OutcomeKind.REJECTED]),
        ({"type": "select", "completion_id": "a1", "choice_index": 1}, []),
    ],
)
def test_events_tell_what_became_of_a_completion(event: dict[str, Any], ends: list[OutcomeKind]) -> None:
    composer = ScriptedComposer()
    reply = post("/v1/events?select_kind=line", event, composer)
    assert (reply.status_code, composer.ends) == (200, ends)


def test_an_event_for_an_unknown_completion_is_not_found() -> None:
    event = {"type": "select", "completion_id": "zz", "choice_index": 0}
    assert post("/v1/events", event).status_code == 404


def test_health_names_the_model_to_those_who_may_ask() -> None:
    def scene(client: httpx.AsyncClient) -> Awaitable[httpx.Response]:
        return client.get("/v1/health", headers={"authorization": "Bearer secret"})

    reply = with_client(scene, token="secret")
    assert (reply.status_code, reply.json()["model"]) == (200, "scripted")
    assert {"version", "device", "cpu_count", "cuda_devices"} <= set(reply.json())


@pytest.mark.parametrize(
    "ask",
    [
        lambda client: client.get("/v1/health"),
        lambda client: client.post("/v1/completions", json=AGENT),
        lambda client: client.post("/v1/events", json={"type": "view", "completion_id": "a1"}),
    ],
)
def test_without_the_token_nothing_is_answered(
    ask: Callable[[httpx.AsyncClient], Awaitable[httpx.Response]],
) -> None:
    assert with_client(ask, token="secret").status_code == 401
