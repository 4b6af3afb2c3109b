"""What surrounds every request: the guard before it, safe headers and a log line after it, the last resort.

No error leaves this shell: what nobody foresaw becomes a problem document and a log line that holds the
place but not the message. It does not know what the requests are about.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from types import MappingProxyType

import msgspec
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from foretype.monitor import logs
from foretype.serve.guard import Guard, is_preflight
from foretype.serve.openai.errors import PATHS as OPENAI_PATHS
from foretype.serve.openai.errors import error_of, status_of
from foretype.serve.problem import MEDIA_TYPE, Problem, encode, problem_of

SAFE_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; connect-src 'self' ws: wss:; base-uri 'none'; form-action 'self'; "
        "frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
NO_HEADERS: Mapping[str, str] = MappingProxyType({})
PREFLIGHT_HEADERS = {
    "Access-Control-Allow-Methods": "GET, POST, PUT, PATCH, DELETE",
    "Access-Control-Allow-Headers": "authorization, content-type",
    "Access-Control-Max-Age": "600",
}


def problem_response(
    problem: Problem, headers: Mapping[str, str] = NO_HEADERS, *, path: str = ""
) -> Response:
    """The response that tells of a problem, in the shape that clients of `path` read."""
    if path in OPENAI_PATHS:
        return _openai_response(problem, headers)
    return Response(
        encode(problem),
        status_code=problem.status,
        headers={**problem.headers, **headers},
        media_type=MEDIA_TYPE,
    )


def route_of(scope: Scope) -> str:
    """The pattern of the address, never the address: that may name a user."""
    return getattr(scope.get("route"), "path", "none")


class Shell:
    """An ASGI application around another."""

    def __init__(self, app: ASGIApp, guard: Guard) -> None:
        self._app = app
        self._guard = guard

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
        else:
            await self._serve(scope, receive, send)

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        began_s = time.perf_counter()
        scope = {**scope, "path": _encoded_path(scope)}
        reply = _Reply(send, self._extra_headers(scope))
        try:
            await self._let_in(scope, receive, reply)
        except Exception as error:  # the last resort: a bug of ours
            logs.error("request failed", error, route=route_of(scope))
            if not reply.has_begun:
                failed = problem_response(problem_of(error), path=scope["path"])
                await failed(scope, receive, reply.send)
        if logs.is_debug():
            _log(scope, reply, elapsed_ms=(time.perf_counter() - began_s) * 1e3)

    async def _let_in(self, scope: Scope, receive: Receive, reply: _Reply) -> None:
        if refusal := self._guard.refusal(scope):
            await problem_response(refusal, path=scope["path"])(scope, receive, reply.send)
        elif is_preflight(scope):
            await Response(status_code=204, headers=PREFLIGHT_HEADERS)(scope, receive, reply.send)
        else:
            await self._app(scope, receive, reply.send)

    def _extra_headers(self, scope: Scope) -> dict[str, str]:
        origin = Headers(scope=scope).get("origin")
        if origin is None or not self._guard.allows(origin):
            return SAFE_HEADERS
        return SAFE_HEADERS | {"Access-Control-Allow-Origin": origin, "Vary": "Origin"}


class _Reply:
    """Sends, adds headers, and remembers what was sent."""

    def __init__(self, send: Send, headers: dict[str, str]) -> None:
        self._send = send
        self._headers = headers
        self.status = 0
        self.has_begun = False

    async def send(self, message: Message) -> None:
        if message["type"] in ("http.response.start", "websocket.http.response.start"):
            self.status = message["status"]
            headers = MutableHeaders(scope=message)
            for name, value in self._headers.items():
                headers.append(name, value)
        self.has_begun = True
        await self._send(message)


def _openai_response(problem: Problem, headers: Mapping[str, str]) -> Response:
    return Response(
        msgspec.json.encode(error_of(problem)),
        status_code=status_of(problem),
        headers={**problem.headers, **headers},
        media_type="application/json",
    )


def _encoded_path(scope: Scope) -> str:
    """The path as it was sent: a slash inside a user id stays %2F, apart from those between segments."""
    raw: bytes | None = scope.get("raw_path")
    return scope["path"] if raw is None else raw.decode("latin-1")


def _log(scope: Scope, reply: _Reply, *, elapsed_ms: float) -> None:
    logs.debug(
        "request",
        kind=scope["type"],
        method=scope.get("method"),
        route=route_of(scope),
        status=reply.status,
        elapsed_ms=round(elapsed_ms, 3),
    )
