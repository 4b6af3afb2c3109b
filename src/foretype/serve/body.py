"""Reading a request's body within its limits, and noticing that its sender has gone.

It does not know what the body says.
"""

from __future__ import annotations

import asyncio
from typing import TypeVar

from starlette.requests import Request
from starlette.types import Receive

from foretype.serve.problem import Fault, Finding, RefusedError, refuse

T = TypeVar("T")

JSON_TYPE = "application/json"


class GoneError(Exception):
    """The client went away; there is nobody to answer."""


async def read_json_body(request: Request, *, max_bytes: int) -> bytes:
    """The whole body. Raises RefusedError for another media type (415) or too many bytes (413)."""
    _check_media_type(request)
    if int_or_zero(request.headers.get("content-length", "")) > max_bytes:
        raise _too_long(request.headers["content-length"], max_bytes)
    chunks: list[bytes] = []
    num_bytes = 0
    while True:
        message = await request.receive()
        if message["type"] == "http.disconnect":
            raise GoneError
        chunk = message.get("body", b"")
        num_bytes += len(chunk)
        if num_bytes > max_bytes:
            raise _too_long(f"more than {max_bytes}", max_bytes)
        chunks.append(chunk)
        if not message.get("more_body", False):
            return b"".join(chunks)


async def unless_gone(outcome: asyncio.Future[T], receive: Receive) -> T:
    """What `outcome` gives. Raises GoneError when the client leaves before that."""
    leaving = asyncio.ensure_future(_leaving(receive))
    try:
        await asyncio.wait((outcome, leaving), return_when=asyncio.FIRST_COMPLETED)
    finally:
        leaving.cancel()
    if not outcome.done():
        raise GoneError
    return outcome.result()


def int_or_zero(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() else 0


async def _leaving(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _check_media_type(request: Request) -> None:
    found = request.headers.get("content-type", JSON_TYPE)
    if found.partition(";")[0].strip().lower() != JSON_TYPE:
        finding = Finding("the Content-Type header", found[:80], JSON_TYPE)
        raise refuse(Fault.WRONG_MEDIA_TYPE, f"Send {JSON_TYPE}", finding)


def _too_long(found: str, max_bytes: int) -> RefusedError:
    finding = Finding("the body", f"{found} bytes", f"at most {max_bytes}")
    return refuse(Fault.TOO_LONG, "The body is too long; send the last part of the text", finding)
