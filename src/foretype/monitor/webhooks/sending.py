"""One POST to a webhook: to a checked address, within a time, without redirects, reading no more than an excerpt.

It does not know whether it is the first attempt, nor what becomes of its result.
"""

from __future__ import annotations

import contextlib
import http.client
import socket
import ssl
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import SplitResult

from foretype.errors import InputError
from foretype.monitor.webhooks.addresses import Reach, Resolve, port_of, resolved

TIMEOUT_S = 10.0  # for all of it: a receiver should answer first and work later
MAX_EXCERPT_BYTES = 1024
MAX_HEADERS = 24
MAX_HEADER_CHARS = 200
HIDDEN = frozenset({"set-cookie", "www-authenticate", "authorization", "proxy-authenticate"})


@dataclass(frozen=True, slots=True)
class Result:
    """What came back; `error` when nothing did."""

    elapsed_ms: float
    status: int | None = None
    headers: Mapping[str, str] | None = None
    excerpt: str = ""
    error: str | None = None

    @property
    def is_taken(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


class Sender:
    """Posts to where `reach` allows."""

    def __init__(self, reach: Reach, *, resolve: Resolve = resolved, timeout_s: float = TIMEOUT_S) -> None:
        self._reach = reach
        self._resolve = resolve
        self._timeout_s = timeout_s
        self._tls = ssl.create_default_context()

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Result:
        """Send once. Never raises for what a network or a receiver does: that is a result."""
        began = time.perf_counter()
        try:
            status, found, excerpt = self._exchange(self._reach.check(url), body, headers)
        except InputError as error:
            return Result(_ms_since(began), error=str(error))
        except (TimeoutError, socket.gaierror) as error:
            told = (
                "no such host"
                if isinstance(error, socket.gaierror)
                else f"no answer within {self._timeout_s:g} s"
            )
            return Result(_ms_since(began), error=told)
        except (OSError, http.client.HTTPException, ValueError) as error:
            late = time.perf_counter() - began >= self._timeout_s
            told = (
                f"no answer within {self._timeout_s:g} s"
                if late
                else f"{type(error).__name__}: {_reason(error)}"
            )
            return Result(_ms_since(began), error=told)
        return Result(_ms_since(began), status, found, excerpt)

    def _exchange(
        self, parts: SplitResult, body: bytes, headers: Mapping[str, str]
    ) -> tuple[int, dict[str, str], str]:
        began = time.perf_counter()
        connection = http.client.HTTPConnection(parts.hostname or "", port_of(parts))
        connection.sock = self._connected(parts)
        cut_off = threading.Timer(
            self._timeout_s, _shut, (connection.sock,)
        )  # one that drips never times out
        cut_off.daemon = True
        cut_off.start()
        try:
            path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            connection.request(
                "POST", path, body=body, headers={**headers, "Host": _host(parts), "Connection": "close"}
            )
            reply = connection.getresponse()
            if time.perf_counter() - began >= self._timeout_s:  # cut off within its headers
                raise TimeoutError
            excerpt = reply.read(MAX_EXCERPT_BYTES).decode("utf-8", "replace")
            return reply.status, _kept(reply.getheaders()), excerpt
        finally:
            cut_off.cancel()
            connection.close()

    def _connected(self, parts: SplitResult) -> socket.socket:
        """A socket to the first address that takes it; for https with a checked certificate."""
        failure: OSError = OSError("no address")
        for address in self._reach.addresses(parts, resolve=self._resolve):
            try:
                plain = socket.create_connection((address, port_of(parts)), timeout=self._timeout_s)
            except OSError as error:
                failure = error
                continue
            return plain if parts.scheme == "http" else self._secured(plain, parts)
        raise failure

    def _secured(self, plain: socket.socket, parts: SplitResult) -> socket.socket:
        try:
            return self._tls.wrap_socket(plain, server_hostname=parts.hostname)
        except BaseException:
            plain.close()
            raise


def _shut(found: socket.socket) -> None:
    with contextlib.suppress(OSError):
        found.shutdown(socket.SHUT_RDWR)


def _host(parts: SplitResult) -> str:
    name = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname or ""
    return name if parts.port is None else f"{name}:{parts.port}"


def _kept(headers: list[tuple[str, str]]) -> dict[str, str]:
    """A receiver's headers, without those that may hold a secret of its own."""
    shown = [
        (name.lower(), value[:MAX_HEADER_CHARS]) for name, value in headers if name.lower() not in HIDDEN
    ]
    return dict(shown[:MAX_HEADERS])


def _reason(error: Exception) -> str:
    return (getattr(error, "strerror", None) or str(error) or "the connection broke")[:MAX_HEADER_CHARS]


def _ms_since(began: float) -> float:
    return round((time.perf_counter() - began) * 1000, 3)
