"""The addresses that OpenAI's, llama.cpp's and Tabby's clients call: read, hand to the service, encode.

The guard before them and the counters behind them are those of every address. It does not know what an answer looks like.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from types import UnionType
from typing import Any, TypeAlias, TypeVar, get_args

import msgspec
from fastapi import FastAPI, Request, Response

from foretype.compose.request import Answer
from foretype.compose.request import Request as Question
from foretype.serve.body import GoneError, read_json_body, unless_gone
from foretype.serve.door import Composer
from foretype.serve.messages import FeedbackReply
from foretype.serve.openai import completions, infill, tabby
from foretype.serve.openai.bodies import (
    CompletionBody,
    CompletionReply,
    InfillBody,
    InfillReply,
    Model,
    ModelList,
)
from foretype.serve.openai.errors import ErrorReply
from foretype.serve.openai.tabby import TabbyBody, TabbyEvent, TabbyHealth, TabbyReply, TabbyVersion
from foretype.serve.protocol import parse
from foretype.serve.service import Service

T = TypeVar("T")
Shape: TypeAlias = type | UnionType  # of a body

SHAPES = (
    CompletionBody,
    CompletionReply,
    InfillBody,
    InfillReply,
    ModelList,
    ErrorReply,
    TabbyBody,
    TabbyReply,
    TabbyEvent,
    TabbyHealth,
)
EVENTS = "text/event-stream"
WARMED = Answer(id="", suggestions=(), model="", elapsed_ms=0.0)  # where the composer was not asked


def add_openai(app: FastAPI, service: Service) -> None:
    """Register all of them with the application."""
    to = OpenAiEndpoints(service)
    for method, path, endpoint, body, reply in (
        ("GET", "/v1/models", to.models, None, ModelList),
        ("POST", "/v1/completions", to.complete, CompletionBody | TabbyBody, CompletionReply | TabbyReply),
        ("POST", "/infill", to.infill, InfillBody, InfillReply),
        ("GET", "/v1/health", to.health, None, TabbyHealth),
        ("POST", "/v1/events", to.event, TabbyEvent, FeedbackReply),
    ):
        extra = _operation(body, reply)
        app.add_api_route(path, endpoint, methods=[method], response_model=None, openapi_extra=extra)


class OpenAiEndpoints:
    """The addresses of one service."""

    def __init__(self, service: Service) -> None:
        self._service = service

    async def models(self, request: Request) -> Response:
        """The names that a request may give: the model's, and with each adapter that is loaded."""
        names = await self._service.keep(_model_names)
        return _json(ModelList(tuple(Model(name) for name in names)))

    async def complete(self, request: Request) -> Response:
        """How do the prompts go on? Whole, or as server-sent events."""
        raw = await self._raw(request)
        if tabby.is_tabby(raw):
            return await self._complete_tabby(request, parse(TabbyBody, raw, self._service.limits))
        body: CompletionBody = parse(CompletionBody, raw, self._service.limits)
        asked = completions.questions(body, model=self._service.composer.model)
        answers = [await self._answer(request, question) for question in asked]
        whole = completions.reply(body, answers, now_s=int(time.time()))
        if not body.stream:
            return _json(whole)
        has_usage = body.stream_options is not None and body.stream_options.include_usage
        events = b"".join(completions.stream(whole, has_usage=has_usage))  # known whole within milliseconds
        return Response(events, media_type=EVENTS, headers={"Cache-Control": "no-store"})

    async def infill(self, request: Request) -> Response:
        """What fills the gap at the caret?"""
        body = await self._body(request, InfillBody)
        question = infill.question(body)
        answer = WARMED if question is None else await self._answer(request, question)
        return _json(infill.reply(body, answer))

    async def health(self, request: Request) -> Response:
        """Whether a model answers, as Tabby's clients ask before their first completion."""
        return _json(TabbyHealth(self._service.composer.model, TabbyVersion(request.app.version)))

    async def event(self, request: Request) -> Response:
        """What became of a completion of Tabby's clients."""
        body = await self._body(request, TabbyEvent)
        outcome = tabby.outcome(body)
        if outcome is not None:
            await self._service.report(body.completion_id, outcome, characters=0)
        return _json(FeedbackReply(known=outcome is not None))

    async def _complete_tabby(self, request: Request, body: TabbyBody) -> Response:
        question = tabby.question(body)
        answer = WARMED if question is None else await self._answer(request, question)
        return _json(tabby.reply(answer))

    async def _answer(self, request: Request, question: Question) -> Answer:
        asked_s = time.perf_counter()
        ticket = self._service.ask(question)
        try:
            answer = await unless_gone(ticket.outcome, request.receive)
        except GoneError:
            self._service.leave(ticket)
            self._service.metrics.abandoned()
            raise
        elapsed_s = time.perf_counter() - asked_s
        self._service.answered(answer, context=question.context, elapsed_s=elapsed_s)
        return answer

    async def _body(self, request: Request, kind: type[T]) -> T:
        value: T = parse(kind, await self._raw(request), self._service.limits)
        return value

    async def _raw(self, request: Request) -> bytes:
        return await read_json_body(request, max_bytes=self._service.settings.max_body_bytes)


def _model_names(composer: Composer) -> Sequence[str]:
    loaded = composer.adapters.list() if composer.adapters is not None else ()
    return [composer.model, *(f"{composer.model}/{each.name}" for each in loaded if each.is_loaded)]


def _json(reply: Any) -> Response:
    headers = {"Cache-Control": "no-store"}
    return Response(msgspec.json.encode(reply), media_type="application/json", headers=headers)


def _operation(body: Shape | None, reply: Shape) -> dict[str, Any]:
    """What the OpenAPI document says of an address."""
    described: dict[str, Any] = {
        "parameters": [],
        "responses": {"200": _shown("Done", reply), "default": _shown("Refused, or failed", ErrorReply)},
    }
    if body is not None:
        described["requestBody"] = {"required": True, "content": _content(body)}
    return described


def _shown(description: str, shape: Shape) -> dict[str, Any]:
    return {"description": description, "content": _content(shape)}


def _content(shape: Shape) -> dict[str, Any]:
    names = [each.__name__ for each in (get_args(shape) or (shape,))]
    each = [{"$ref": f"#/components/schemas/{name}"} for name in names]
    return {"application/json": {"schema": each[0] if len(each) == 1 else {"oneOf": each}}}
