"""What becomes of exceptions: problem documents, and log lines for what is our own fault.

It does not know what raised them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from fastapi import FastAPI, Request, Response
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException

from foretype.errors import ForetypeError
from foretype.monitor import logs
from foretype.serve.body import GoneError
from foretype.serve.problem import Fault, Problem, problem_of, refuse
from foretype.serve.shell import NO_HEADERS, problem_response, route_of

GONE_STATUS = 499  # nobody reads it; other servers' logs use it for a client that left


def add_handlers(app: FastAPI, note_failure: Callable[[BaseException], None]) -> None:
    """Answer every exception of `app` with a problem document; `note_failure` counts those that are no caller's."""

    async def refused(request: Request, error: Exception) -> Response:
        note_failure(error)
        return await _refused(request, error)

    async def failed(request: Request, error: Exception) -> Response:
        note_failure(error)
        return await _failed(request, error)

    app.add_exception_handler(HTTPException, _unknown)
    app.add_exception_handler(GoneError, _gone)
    app.add_exception_handler(ForetypeError, refused)
    app.add_exception_handler(Exception, failed)


async def _unknown(request: Request, error: Exception) -> Response:
    """Starlette's own refusals: no such address, or not with that method."""
    assert isinstance(error, HTTPException)
    if error.status_code == Fault.WRONG_METHOD.status:
        detail = f"{request.method} is not for this address; see /docs"
        return _told(request, refuse(Fault.WRONG_METHOD, detail).problem, _allowed(request))
    detail = "Nothing is at this address; see /docs (a slash in a user id is %2F)"
    return _told(request, refuse(Fault.NOT_FOUND, detail).problem)


def _allowed(request: Request) -> dict[str, str]:
    """Every method of the address; the router knows only those of the first route that fits."""
    fitting = (
        route
        for route in request.app.routes
        if isinstance(route, APIRoute) and route.path_regex.match(request.scope["path"])
    )
    return {"Allow": ", ".join(sorted({method for route in fitting for method in route.methods or ()}))}


async def _gone(request: Request, error: Exception) -> Response:
    return Response(status_code=GONE_STATUS)


async def _refused(request: Request, error: Exception) -> Response:
    """What we raise on purpose. The log hears of it when it is no fault of the caller's."""
    problem = problem_of(error)
    if problem.status in (Fault.INTERNAL.status, Fault.STORE.status):
        logs.error("request failed", error, route=route_of(request.scope))
    return _told(request, problem)


async def _failed(request: Request, error: Exception) -> Response:
    """A bug; the shell around us logs it."""
    return _told(request, problem_of(error))


def _told(request: Request, problem: Problem, headers: Mapping[str, str] = NO_HEADERS) -> Response:
    return problem_response(problem, headers, path=request.scope["path"])
