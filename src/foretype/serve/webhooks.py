"""What the addresses under /v1/webhooks, /v1/alarms and /v1/drift do, for whoever administers the server.

They are guarded as all under /v1/ are: with the server's token, or on its own machine only. A secret is in two replies, of
making a webhook and of rotating its secret, and in no other. It does not know how anything is delivered.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

from fastapi import Request, Response

from foretype.errors import InputError
from foretype.monitor.webhooks.desk import Desk, UnknownError
from foretype.serve import webhook_messages as messages
from foretype.serve.body import read_json_body
from foretype.serve.messages import MAX_ID_CHARS
from foretype.serve.problem import Fault, refuse
from foretype.serve.protocol import encode, parse, parse_query, parse_segment
from foretype.serve.service import Service

T = TypeVar("T")
B = TypeVar("B")


class WebhookEndpoints:
    """The addresses of one service's webhooks and alarms."""

    def __init__(self, service: Service) -> None:
        self._service = service

    async def list(self, request: Request) -> Response:
        """Every webhook, without its secret."""
        found = await self._ask(lambda desk: desk.list())
        return _json(messages.WebhooksReply(webhooks=tuple(map(messages.webhook_reply, found))))

    async def add(self, request: Request) -> Response:
        """Add a webhook; the only reply that shows its secret."""
        body = await self._body(request, messages.WebhookBody)
        webhook, secret = await self._ask(
            lambda desk: desk.add(body.url, description=body.description, events=body.events)
        )
        return _json(messages.SecretReply(webhook=messages.webhook_reply(webhook), secret=secret))

    async def show(self, request: Request) -> Response:
        """One webhook, without its secret."""
        id = _id(request)
        return _json(messages.webhook_reply(await self._ask(lambda desk: desk.get(id))))

    async def change(self, request: Request) -> Response:
        """Change a webhook: its address, its description, its events; switch it on or off."""
        id, body = _id(request), await self._body(request, messages.WebhookChange)
        changed = await self._ask(
            lambda desk: desk.change(
                id, url=body.url, description=body.description, events=body.events, is_enabled=body.enabled
            )
        )
        return _json(messages.webhook_reply(changed))

    async def remove(self, request: Request) -> Response:
        """Delete a webhook with its secrets and its log."""
        id = _id(request)
        await self._ask(lambda desk: desk.remove(id))
        return _json(messages.RemovedReply(removed=True))

    async def rotate(self, request: Request) -> Response:
        """A new secret; for a day the one before it signs too."""
        id = _id(request)
        webhook, secret = await self._ask(lambda desk: desk.rotate(id))
        return _json(messages.SecretReply(webhook=messages.webhook_reply(webhook), secret=secret))

    async def test(self, request: Request) -> Response:
        """Send a test event at once, and tell what came back."""
        id = _id(request)
        delivery, attempts = await self._ask(lambda desk: desk.test(id))
        return _json(messages.delivery_reply(delivery, attempts))

    async def deliveries(self, request: Request) -> Response:
        """A webhook's deliveries, the newest first."""
        id = _id(request)
        query = parse_query(messages.DeliveryQuery, request.query_params, self._service.limits)
        found = await self._ask(lambda desk: desk.deliveries(id, limit=query.limit, state=query.state))
        return _json(
            messages.DeliveriesReply(deliveries=tuple(messages.delivery_reply(each) for each in found))
        )

    async def delivery(self, request: Request) -> Response:
        """One delivery: what was sent, and every attempt with what came back."""
        id, name = _id(request), _id(request, "delivery")
        delivery, attempts = await self._ask(lambda desk: desk.delivery(id, name))
        return _json(messages.delivery_reply(delivery, attempts))

    async def redeliver(self, request: Request) -> Response:
        """Send a delivery again, at once, under its own id."""
        id, name = _id(request), _id(request, "delivery")
        delivery, attempts = await self._ask(lambda desk: desk.redeliver(id, name))
        return _json(messages.delivery_reply(delivery, attempts))

    async def alarms(self, request: Request) -> Response:
        """Alarms that are not over, and what was told before."""
        query = parse_query(messages.HistoryQuery, request.query_params, self._service.limits)
        standing = self._service.monitor.standing()
        past = (
            ()
            if self._service.desk is None
            else await self._ask(lambda desk: desk.history(limit=query.limit))
        )
        return _json(messages.alarms_reply(standing, past))

    async def drift(self, request: Request) -> Response:
        """How acceptance, calibration and features stand against what they were."""
        return _json(messages.drift_reply(self._service.monitor.standing()))

    async def _ask(self, work: Callable[[Desk], T]) -> T:
        """Do work at the desk off the event loop: it waits for the disk, and in a test for the receiver."""
        desk = self._service.desk
        if desk is None:
            raise refuse(Fault.NOT_FOUND, "This server keeps no webhooks: it has no data folder open")
        try:
            return await asyncio.to_thread(work, desk)
        except UnknownError as error:
            raise refuse(Fault.NOT_FOUND, str(error)) from error
        except InputError as error:
            raise refuse(Fault.INVALID, str(error)) from error

    async def _body(self, request: Request, kind: type[B]) -> B:
        body = await read_json_body(request, max_bytes=self._service.settings.max_body_bytes)
        value: B = parse(kind, body, self._service.limits)
        return value


def _id(request: Request, name: str = "webhook") -> str:
    return parse_segment(name, request.path_params[name], max_chars=MAX_ID_CHARS)


def _json(reply: messages.Reply) -> Response:
    return Response(encode(reply), media_type="application/json", headers={"Cache-Control": "no-store"})
