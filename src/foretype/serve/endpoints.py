"""What each HTTP address does: check, hand to the service, encode.

Every function takes the raw request and gives the raw reply, because decoding straight into structs is what
keeps the cost of a key under half a millisecond. It does not know which address leads to it: app.py does.
"""

from __future__ import annotations

import sys
import time
from typing import TypeVar

import msgspec
from fastapi import Request, Response

from foretype.compose.request import Answer, Silence
from foretype.compose.request import Request as Question
from foretype.monitor.metrics import CONTENT_TYPE
from foretype.serve import messages
from foretype.serve.body import GoneError, read_json_body, unless_gone
from foretype.serve.door import Phrase, UserInfo
from foretype.serve.problem import Fault, refuse
from foretype.serve.protocol import context_of, encode, parse, parse_query, parse_segment, request_of
from foretype.serve.service import Service

T = TypeVar("T")


class Endpoints:
    """The addresses of one service."""

    def __init__(self, service: Service, *, version: str) -> None:
        self._service = service
        self._version = version

    async def suggest(self, request: Request) -> Response:
        """How does the text go on?"""
        arrived_s = time.perf_counter()
        question = request_of(await self._body(request, messages.SuggestBody))
        ticket = self._service.ask(question)
        if not self._service.is_waiting(ticket):
            return self._answered(await ticket.outcome, question, arrived_s)
        try:
            return self._answered(await unless_gone(ticket.outcome, request.receive), question, arrived_s)
        except GoneError:
            self._service.leave(ticket)
            self._service.metrics.abandoned()
            raise

    async def feedback(self, request: Request) -> Response:
        """What became of a suggestion."""
        body = await self._body(request, messages.FeedbackBody)
        await self._service.report(
            body.id, body.outcome, characters=body.characters, persisted=body.persisted
        )
        return _json(messages.FeedbackReply(known=True))

    async def learn(self, request: Request) -> Response:
        """Learn what was sent; the very next request knows it."""
        body = await self._body(request, messages.LearnBody)
        learned = await self._service.learn(body.text, user=body.user, context=context_of(body.context))
        counts = messages.LearnedCounts(words=learned.num_words, refused=learned.num_refused)
        return _json(messages.LearnReply(learned=counts))

    async def user(self, request: Request) -> Response:
        """What is kept of the user, in numbers."""
        user = _user(request)
        info = await self._service.keep(lambda composer: composer.store.info(user))
        return _json(_user_reply(user, _known(info)))

    async def forget(self, request: Request) -> Response:
        """Forget the user, at once and for good."""
        user = _user(request)
        forgotten = await self._service.keep(lambda composer: composer.forget(user))
        return _json(messages.ForgetReply(forgotten=forgotten))

    async def phrases(self, request: Request) -> Response:
        """What was learned of the user, phrase by phrase, the most frequent first."""
        user = _user(request)
        query = parse_query(messages.PhraseQuery, request.query_params, self._service.limits)
        found = await self._service.keep(
            lambda composer: composer.store.phrases(user, limit=sys.maxsize, query=query.query)
        )
        shown = tuple(_phrase_reply(phrase) for phrase in found[: query.limit])
        return _json(messages.PhrasesReply(phrases=shown, total=len(found)))

    async def forget_phrase(self, request: Request) -> Response:
        """Forget one phrase of the user's."""
        user = _user(request)
        phrase = parse_segment("phrase", request.path_params["phrase"], max_chars=messages.MAX_PHRASE_CHARS)
        num_places = await self._service.keep(lambda composer: composer.store.forget_phrase(user, phrase))
        return _json(messages.ForgetReply(forgotten=num_places > 0))

    async def export(self, request: Request) -> Response:
        """All that is kept of the user, as a JSON file to take away."""
        user = _user(request)

        exported = await self._service.keep(lambda composer: composer.store.export(user))
        headers = {"Content-Disposition": 'attachment; filename="foretype-export.json"'}
        return _json_bytes(msgspec.json.encode(_known(exported)), headers)

    async def status(self, request: Request) -> Response:
        """Which model answers, for how many users, since when."""
        users = await self._service.keep(lambda composer: composer.store.users())
        model = self._service.composer.model
        return _json(
            messages.StatusReply(
                version=self._version,
                model=model,
                models=tuple(model.split("+")),
                users=len(users),
                uptime_s=round(self._service.uptime_s, 3),
            )
        )

    async def healthz(self, request: Request) -> Response:
        """The process is alive."""
        return _json(messages.HealthReply(status="alive"))

    async def readyz(self, request: Request) -> Response:
        """The model is open; 503 until then."""
        _ = self._service.composer
        return _json(messages.HealthReply(status="ready"))

    async def metrics(self, request: Request) -> Response:
        """Counters for Prometheus."""
        num_users = 0
        if self._service.is_ready:
            num_users = len(await self._service.keep(lambda composer: composer.store.users()))
        page = self._service.metrics.page(num_users=num_users)
        return Response(page, headers={"Content-Type": CONTENT_TYPE})

    async def _body(self, request: Request, kind: type[T]) -> T:
        body = await read_json_body(request, max_bytes=self._service.settings.max_body_bytes)
        value: T = parse(kind, body, self._service.limits)
        return value

    def _answered(self, answer: Answer, question: Question, arrived_s: float) -> Response:
        elapsed_s = time.perf_counter() - arrived_s
        self._service.answered(answer, context=question.context, elapsed_s=elapsed_s)
        if answer.silence is Silence.STALE:
            self._service.metrics.superseded()
        return _json_bytes(encode(answer))


def _json(reply: msgspec.Struct) -> Response:
    return _json_bytes(encode(reply))


def _json_bytes(body: bytes, headers: dict[str, str] | None = None) -> Response:
    return Response(
        body, media_type="application/json", headers={"Cache-Control": "no-store", **(headers or {})}
    )


def _user(request: Request) -> str:
    return parse_segment("user", request.path_params["user"], max_chars=messages.MAX_ID_CHARS)


def _known(found: T | None) -> T:
    if found is None:
        raise refuse(Fault.NOT_FOUND, "Nothing is kept of this user")
    return found


def _user_reply(user: str, info: UserInfo) -> messages.UserReply:
    return messages.UserReply(
        user=user,
        tokens=info.tokens,
        words=info.words,
        messages=info.messages,
        bytes=info.bytes,
        first=info.first,
        last=info.last,
    )


def _phrase_reply(phrase: Phrase) -> messages.PhraseReply:
    return messages.PhraseReply(phrase=phrase.text, count=phrase.count, last=phrase.last)
