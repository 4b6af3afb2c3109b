"""The application: which address leads where, around one service. A thin shell; the file to read first in
serve/.

It does not know the composer, nor how the process is started and stopped.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, TypeAlias

import msgspec
from fastapi import FastAPI, Request, Response, WebSocket
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute
from starlette.types import ASGIApp

from foretype.compose.request import Answer
from foretype.privacy.ldp.reports import Report
from foretype.privacy.ldp.summary import Summary
from foretype.serve import messages
from foretype.serve.adapters import AdapterEndpoints
from foretype.serve.docs_page import STYLE, docs_page
from foretype.serve.endpoints import Endpoints
from foretype.serve.guard import Guard
from foretype.serve.handlers import add_handlers
from foretype.serve.openai.routes import add_openai
from foretype.serve.openapi import Json, complete, operation
from foretype.serve.pages import Pages
from foretype.serve.panel.endpoints import PanelEndpoints
from foretype.serve.panel.routes import add_panel
from foretype.serve.problem import Fault
from foretype.serve.service import Service
from foretype.serve.shell import Shell
from foretype.serve.sockets import Connection
from foretype.serve.statistics import CountedReply, StatisticsEndpoints, StatisticsQuery
from foretype.serve.webhook_routes import add_webhooks
from foretype.serve.webhooks import WebhookEndpoints

Endpoint: TypeAlias = Callable[[Request], Awaitable[Response]]
Lifespan: TypeAlias = Callable[[FastAPI], AbstractAsyncContextManager[None]]

STATIC = Path(__file__).parent / "static"

UNREADABLE = (Fault.MALFORMED, Fault.TOO_LONG, Fault.WRONG_MEDIA_TYPE, Fault.INVALID)
CROWDED = (Fault.BUSY, Fault.NOT_READY)
FOREIGN = (Fault.FOREIGN_ORIGIN,)


class RawRoute(APIRoute):
    """An address whose endpoint reads the request and writes the reply itself: nothing is to be solved for it.

    FastAPI's own handler looks for parameters and dependencies at every request: a fifth of what the door adds to a key.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        endpoint: Callable[[Request], Coroutine[Any, Any, Response]] = self.endpoint
        return endpoint


@asynccontextmanager
async def _nothing(_app: FastAPI) -> AsyncIterator[None]:
    yield


def make_app(service: Service, lifespan: Lifespan = _nothing) -> ASGIApp:
    """The ASGI application of `service`; `lifespan` opens and closes the service where a server runs it."""
    app = FastAPI(
        title="foretype",
        version=_version(),
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        lifespan=lifespan,
    )
    app.router.route_class = RawRoute
    service.metrics.runs("package", app.version)
    add = _adder(app)
    _add_api(
        add, Endpoints(service, version=app.version), AdapterEndpoints(service), StatisticsEndpoints(service)
    )
    add_webhooks(add, WebhookEndpoints(service))
    add_panel(add, PanelEndpoints(service, version=app.version))
    add_openai(app, service)
    _add_pages(app)

    async def compose(websocket: WebSocket) -> None:
        await Connection(websocket, service).run()

    app.add_api_websocket_route("/v1/compose", compose)
    add_handlers(app, service.note_failure)
    return Shell(app, Guard(service.settings))


def openapi_of(app: FastAPI) -> Json:
    """The whole OpenAPI document."""
    return complete(get_openapi(title=app.title, version=app.version, routes=app.routes))


def _adder(app: FastAPI) -> Callable[..., None]:
    """Registers one address with its shapes."""

    def add(method: str, path: str, endpoint: Endpoint, **shapes: Any) -> None:
        extra = operation(**shapes)
        app.add_api_route(path, endpoint, methods=[method], response_model=None, openapi_extra=extra)

    return add


def _add_api(
    add: Callable[..., None], to: Endpoints, adapters: AdapterEndpoints, statistics: StatisticsEndpoints
) -> None:
    talking = (*UNREADABLE, *FOREIGN, *CROWDED)
    add("POST", "/v1/suggest", to.suggest, body=messages.SuggestBody, reply=Answer, faults=talking)
    add(
        "POST",
        "/v1/feedback",
        to.feedback,
        body=messages.FeedbackBody,
        reply=messages.FeedbackReply,
        faults=(*talking, Fault.NOT_FOUND),
    )
    add(
        "POST",
        "/v1/learn",
        to.learn,
        body=messages.LearnBody,
        reply=messages.LearnReply,
        faults=(*talking, Fault.STORE),
    )
    _add_users(add, to)
    _add_adapters(add, adapters)
    _add_statistics(add, statistics)
    add("GET", "/v1/status", to.status, reply=messages.StatusReply, faults=CROWDED)
    add("GET", "/healthz", to.healthz, reply=messages.HealthReply)
    add("GET", "/readyz", to.readyz, reply=messages.HealthReply, faults=(Fault.NOT_READY,))
    add("GET", "/metrics", to.metrics)


def _add_users(add: Callable[..., None], to: Endpoints) -> None:
    user = {"names": ("user",), "faults": (Fault.INVALID, Fault.NOT_FOUND, *FOREIGN, *CROWDED)}
    phrase = user | {"names": ("user", "phrase"), "reply": messages.ForgetReply}
    add("GET", "/v1/users/{user}", to.user, reply=messages.UserReply, **user)
    add("DELETE", "/v1/users/{user}", to.forget, reply=messages.ForgetReply, **user)
    add("GET", "/v1/users/{user}/export", to.export, reply=messages.ExportReply, **user)
    add(
        "GET",
        "/v1/users/{user}/phrases",
        to.phrases,
        query=messages.PhraseQuery,
        reply=messages.PhrasesReply,
        **user,
    )
    add("DELETE", "/v1/users/{user}/phrases/{phrase}", to.forget_phrase, **phrase)


def _add_adapters(add: Callable[..., None], to: AdapterEndpoints) -> None:
    named = {"names": ("name",), "faults": (Fault.INVALID, Fault.NOT_FOUND, *FOREIGN, *CROWDED)}
    add("GET", "/v1/adapters", to.list, reply=messages.AdaptersReply, faults=CROWDED)
    add("PUT", "/v1/adapters/{name}", to.load, reply=messages.AdapterReply, **named)
    add("DELETE", "/v1/adapters/{name}", to.unload, reply=messages.UnloadReply, **named)


def _add_statistics(add: Callable[..., None], to: StatisticsEndpoints) -> None:
    path, faults = "/v1/statistics", (Fault.NOT_FOUND, *FOREIGN, *CROWDED)
    taking = (*faults, *UNREADABLE, Fault.DUPLICATE, Fault.STORE)
    add("POST", path, to.take, body=Report, reply=CountedReply, faults=taking)
    add("GET", path, to.tell, query=StatisticsQuery, reply=Summary, faults=(*faults, Fault.INVALID))


def _add_pages(app: FastAPI) -> None:
    pages = Pages(STATIC)

    @cache
    def document() -> Json:
        return openapi_of(app)

    async def openapi(request: Request) -> Response:
        return Response(msgspec.json.encode(document()), media_type="application/json")

    async def docs(request: Request) -> Response:
        return Response(docs_page(document()), media_type="text/html")

    async def style(request: Request) -> Response:
        return Response(STYLE, media_type="text/css")

    shown: dict[str, Endpoint] = {
        "/": pages.index,
        "/panel": pages.panel,
        "/client.js": pages.client,
        "/static/{name:path}": pages.static,
        "/openapi.json": openapi,
        "/docs": docs,
        "/docs/style.css": style,
    }
    for path, endpoint in shown.items():
        app.add_api_route(
            path, endpoint, methods=["GET", "HEAD"], include_in_schema=False, response_model=None
        )


def _version() -> str:
    try:
        return version("foretype")
    except PackageNotFoundError:  # run from its source
        return "unreleased"
