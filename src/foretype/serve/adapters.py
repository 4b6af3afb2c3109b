"""What the addresses under /v1/adapters do: list, load and unload the language model's adapters while it answers.

Installing is `foretype adapter add`, on the machine itself: no weights come in over the network. It does not know what an
adapter is made of.
"""

from __future__ import annotations

from fastapi import Request, Response

from foretype.compose.protocols import Adapters, AdapterStatus
from foretype.errors import ModelError
from foretype.serve import messages
from foretype.serve.door import Composer
from foretype.serve.problem import Fault, Finding, refuse
from foretype.serve.protocol import encode, parse_segment
from foretype.serve.service import Service


class AdapterEndpoints:
    """The addresses of one service's adapters."""

    def __init__(self, service: Service) -> None:
        self._service = service

    async def list(self, request: Request) -> Response:
        """Every installed adapter, loaded or not."""
        desk = self._service.composer.adapters
        found = () if desk is None else await self._service.keep(lambda _composer: desk.list())
        return _json(messages.AdaptersReply(adapters=tuple(map(_reply, found))))

    async def load(self, request: Request) -> Response:
        """Load an adapter, or load it anew; the very next request may name it."""
        name = _name(request)
        return _json(_reply(await self._service.keep(lambda composer: _load(_desk(composer), name))))

    async def unload(self, request: Request) -> Response:
        """Free an adapter's memory; it stays installed."""
        name = _name(request)
        unloaded = await self._service.keep(lambda composer: _desk(composer).unload(name))
        return _json(messages.UnloadReply(unloaded=unloaded))


def _load(desk: Adapters, name: str) -> AdapterStatus:
    known = [status.name for status in desk.list()]
    if name not in known:
        found = Finding("name", name[:80], f"one of {', '.join(known)}" if known else "an installed adapter")
        raise refuse(Fault.NOT_FOUND, "No adapter of this name is installed on the server", found)
    try:
        return desk.load(name)
    except ModelError as error:  # no bug of ours: the files do not fit, and the caller chose them
        raise refuse(Fault.INVALID, str(error)) from error


def _desk(composer: Composer) -> Adapters:
    if composer.adapters is None:
        raise refuse(Fault.NOT_FOUND, f"The open model ({composer.model}) takes no adapters")
    return composer.adapters


def _name(request: Request) -> str:
    return parse_segment("name", request.path_params["name"], max_chars=messages.MAX_ID_CHARS)


def _reply(status: AdapterStatus) -> messages.AdapterReply:
    return messages.AdapterReply(
        name=status.name,
        loaded=status.is_loaded,
        rank=status.rank,
        bytes=status.num_bytes,
        fault=status.fault,
    )


def _json(reply: messages.AdapterReply | messages.AdaptersReply | messages.UnloadReply) -> Response:
    return Response(encode(reply), media_type="application/json", headers={"Cache-Control": "no-store"})
