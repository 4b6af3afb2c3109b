"""Claims about OpenAI's completions, asked by OpenAI's own client, and llama.cpp's infill, as its plug-ins ask."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar, cast

import httpx
import openai
import pytest
from hypothesis import given
from hypothesis import strategies as st

from foretype.compose.request import Kind, Suggestion
from foretype.errors import StoreError
from foretype.monitor.metrics import Metrics
from foretype.serve.openai.cutting import Ending, cut
from foretype.serve.service import Service
from serving import ScriptedComposer, client_of, run_alone, settings_for, with_client, with_service

T = TypeVar("T")

# What llama.vim sends when a key is typed.
LLAMA_VIM: dict[str, Any] = {
    "id_slot": 0,
    "input_prefix": "Dear all,\n",
    "input_suffix": "\nBest\n",
    "input_extra": [{"text": "a chunk", "time": [1, 2], "filename": "other.txt"}],
    "prompt": "the plan is to go ",
    "n_predict": 128,
    "stop": [],
    "n_indent": 0,
    "top_k": 40,
    "top_p": 0.9,
    "stream": False,
    "samplers": ["top_k", "top_p", "infill"],
    "cache_prompt": True,
    "t_max_prompt_ms": 500,
    "t_max_predict_ms": 250,
    "response_fields": [
        "content",
        "timings/prompt_n",
        "timings/prompt_ms",
        "timings/predicted_n",
        "timings/predicted_per_second",
        "truncated",
        "tokens_cached",
    ],
}


def ask(
    scene: Callable[[openai.AsyncOpenAI], Awaitable[T]],
    composer: ScriptedComposer | None = None,
    **changes: Any,
) -> T:
    """Play `scene` with OpenAI's client of a running service, which sends the token "secret"."""

    async def play(service: Service) -> T:
        async with client_of(service) as http:
            client = openai.AsyncOpenAI(
                api_key="secret",
                base_url="http://localhost:8765/v1",
                http_client=cast(Any, http),
                max_retries=0,
            )
            return await scene(client)

    return with_service(play, composer, **changes)


def complete(composer: ScriptedComposer | None = None, **members: Any) -> Any:
    asked = {"model": "foretype", "prompt": "Go "} | members
    return ask(lambda client: client.completions.create(**asked), composer)


def streamed(**members: Any) -> list[Any]:
    async def scene(client: openai.AsyncOpenAI) -> list[Any]:
        pieces: Any = await client.completions.create(model="foretype", prompt="Go ", stream=True, **members)
        return [piece async for piece in pieces]

    return ask(scene)


def refused(**members: Any) -> openai.APIStatusError:
    with pytest.raises(openai.APIStatusError) as caught:
        complete(**members)
    return caught.value


def infill(composer: ScriptedComposer | None = None, **members: Any) -> Any:
    async def scene(client: httpx.AsyncClient) -> Any:
        response = await client.post("/infill", json=LLAMA_VIM | members)
        return response.json()

    return with_client(scene, composer)


def test_openais_client_completes_a_text() -> None:
    reply = complete()
    assert (reply.object, reply.model) == ("text_completion", "scripted")
    assert [(each.text, each.index, each.finish_reason) for each in reply.choices] == [("onward ", 0, "stop")]
    assert (reply.usage.prompt_tokens, reply.usage.completion_tokens, reply.usage.total_tokens) == (1, 1, 2)


def test_what_it_sends_reaches_the_composer() -> None:
    composer = ScriptedComposer()
    more = {"context": {"kind": "chat", "subject": "Plan"}}
    complete(composer, suffix=" soon", user="u1", n=2, max_tokens=7, temperature=0, extra_body=more)
    [asked] = composer.requests
    assert (asked.text, asked.suffix, asked.user, asked.n, asked.max_words) == ("Go ", " soon", "u1", 2, 7)
    assert (asked.context.kind, asked.context.subject) == (Kind.CHAT, "Plan")


def test_members_of_a_sampler_are_passed_over() -> None:
    assert (
        complete(top_p=0.9, seed=7, presence_penalty=1.0, frequency_penalty=0.5).choices[0].text == "onward "
    )


def test_each_prompt_has_its_choices() -> None:
    reply = complete(prompt=["Go ", "Now go "], n=2)
    assert [each.index for each in reply.choices] == [0, 1, 2, 3]


def test_echo_gives_the_prompt_back() -> None:
    assert complete(echo=True).choices[0].text == "Go onward "


def test_silence_is_an_empty_text() -> None:
    [choice] = complete(prompt="").choices
    assert (choice.text, choice.finish_reason) == ("", "stop")


@pytest.mark.parametrize("stop", ["war", ["zzz", "war"]])
def test_a_text_ends_before_a_stop_string(stop: str | list[str]) -> None:
    [choice] = complete(stop=stop).choices
    assert (choice.text, choice.finish_reason) == ("on", "stop")


def test_a_text_as_long_as_was_asked_for_says_so() -> None:
    assert complete(max_tokens=1).choices[0].finish_reason == "length"


def test_a_stream_gives_the_same_text_and_ends() -> None:
    pieces = streamed(n=2, stream_options={"include_usage": True})
    texts = ["".join(c.text for p in pieces for c in p.choices if c.index == index) for index in (0, 1)]
    assert texts == ["onward ", "onward "]
    assert [c.finish_reason for p in pieces for c in p.choices] == [None, "stop", None, "stop"]
    assert (pieces[-1].choices, pieces[-1].usage.completion_tokens) == ([], 2)


def test_a_stream_is_server_sent_events() -> None:
    async def scene(client: httpx.AsyncClient) -> httpx.Response:
        return await client.post("/v1/completions", json={"prompt": "Go ", "stream": True})

    response = with_client(scene)
    assert response.headers["content-type"].startswith("text/event-stream")
    *pieces, done, rest = response.text.split("\n\n")
    assert (done, rest) == ("data: [DONE]", "")
    assert json.loads(pieces[0].removeprefix("data: "))["choices"][0]["text"] == "onward "


@pytest.mark.parametrize(
    "wrong",
    [
        {"logprobs": 3},
        {"best_of": 4},
        {"logit_bias": {"50256": -100}},
        {"n": 99},
        {"temperature": 3},
        {"prompt": [[1, 2]]},
        {"max_tokens": 0},
    ],
)
def test_what_cannot_be_given_is_refused_by_name(wrong: dict[str, Any]) -> None:
    error = refused(**wrong)
    [name] = wrong
    assert isinstance(error, openai.BadRequestError)
    assert error.type == "invalid_request_error" and error.code == "invalid"
    assert str(error.param).startswith(name)


def test_another_model_is_not_found_and_ours_is_named() -> None:
    error = refused(model="gpt-x")
    assert isinstance(error, openai.NotFoundError) and error.param == "model"
    assert "scripted" in str(error)


def test_the_models_that_may_be_named_are_listed() -> None:
    async def scene(client: openai.AsyncOpenAI) -> list[str]:
        return [model.id async for model in client.models.list()]

    assert ask(scene) == ["scripted"]
    assert complete(model="scripted").choices[0].text == "onward "


def test_an_adapter_is_named_behind_the_model() -> None:
    composer = ScriptedComposer()
    complete(composer, model="scripted/sales")
    assert composer.requests[0].adapter == "sales"


def test_the_token_is_the_api_key() -> None:
    assert ask(
        lambda client: client.completions.create(model="foretype", prompt="Go "), token="secret"
    ).choices

    with pytest.raises(openai.AuthenticationError) as caught:
        ask(lambda client: client.completions.create(model="foretype", prompt="Go "), token="other")
    assert caught.value.type == "authentication_error"


@pytest.mark.parametrize("path", ["/infill", "/v1/completions"])
def test_without_the_token_nothing_is_answered(path: str) -> None:
    async def scene(client: httpx.AsyncClient) -> httpx.Response:
        return await client.post(path, json=LLAMA_VIM)

    response = with_client(scene, token="secret")
    assert (response.status_code, response.json()["error"]["type"]) == (401, "authentication_error")


def test_a_crowd_is_told_to_come_again() -> None:
    with pytest.raises(openai.RateLimitError) as caught:
        ask(lambda client: client.completions.create(model="foretype", prompt="Go "), max_waiting=0)
    assert caught.value.response.headers["retry-after"] == "1"


def test_a_failure_of_ours_gives_nothing_away() -> None:
    error = refused(composer=ScriptedComposer(error=StoreError("disk full")))
    assert (error.status_code, error.type) == (507, "server_error")
    hidden = refused(composer=ScriptedComposer(error=ValueError("a secret text")))
    assert isinstance(hidden, openai.InternalServerError) and "secret" not in str(hidden)


def test_a_wrong_method_is_told_in_the_same_shape() -> None:
    async def scene(client: httpx.AsyncClient) -> httpx.Response:
        return await client.get("/v1/completions")

    response = with_client(scene)
    assert (response.status_code, response.headers["allow"]) == (405, "POST")
    assert response.json()["error"]["code"] == "wrong-method"


def test_llama_vim_is_answered_with_the_fields_it_names() -> None:
    composer = ScriptedComposer()
    reply = infill(composer)
    assert set(reply) == set(LLAMA_VIM["response_fields"])
    assert (reply["content"], reply["timings/predicted_n"], reply["truncated"]) == ("onward ", 1, False)
    [asked] = composer.requests
    assert (asked.text, asked.suffix) == ("Dear all,\nthe plan is to go ", "\nBest\n")
    assert (asked.context.kind, asked.user) == (Kind.NOTE, None)
    assert asked.deadline_ms <= LLAMA_VIM["t_max_predict_ms"]


def test_llama_vscode_gets_a_list_where_it_wants_more_than_one() -> None:
    replies = infill(n_cmpl=3, response_fields=[])
    assert [(each["index"], each["content"]) for each in replies] == [
        (0, "onward "),
        (1, "onward "),
        (2, "onward "),
    ]
    assert {"timings", "tokens_cached", "stop", "model"} <= set(replies[0])


def test_filling_a_cache_asks_nobody() -> None:
    composer = ScriptedComposer()
    assert infill(composer, n_predict=0)["content"] == ""
    assert composer.requests == []


def test_infill_refuses_a_stream_by_name() -> None:
    assert infill(stream=True)["error"]["param"] == "stream"


def test_every_answer_is_counted() -> None:
    async def scene(service: Service) -> str:
        async with client_of(service) as client:
            await client.post("/infill", json=LLAMA_VIM)
            await client.post("/v1/completions", json={"prompt": "Go "})
        return service.metrics.page(num_users=0).decode()

    counted = [
        line for line in with_service(scene).splitlines() if line.startswith("foretype_") and " 1.0" in line
    ]
    assert any('kind="note"' in line for line in counted) and any('kind="email"' in line for line in counted)


@given(st.text("ab. ", max_size=20), st.lists(st.text("ab.", max_size=2), max_size=4))
def test_a_cut_text_holds_no_stop_string(text: str, stops: list[str]) -> None:
    found = cut(Suggestion(text, 0.5, len(text.split())), stops=stops, max_words=50)
    assert text.startswith(found.text)
    assert not any(stop in found.text for stop in stops if stop)
    assert (found.ending is Ending.STOPPED) == any(stop in text for stop in stops if stop)


def test_before_the_model_is_open_it_says_try_again() -> None:
    async def scene() -> httpx.Response:
        async with client_of(Service(settings_for(), Metrics())) as client:
            return await client.post("/infill", json=LLAMA_VIM)

    response = run_alone(scene())
    assert (response.status_code, response.json()["error"]["type"]) == (503, "server_error")
