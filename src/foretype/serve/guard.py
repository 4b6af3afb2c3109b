"""Who may come in: by the host they call us, by the web origin that sends them, and by the token.

A page of another site must not read or change what is kept here, be it by a plain cross-origin call or by a
name that it lets point to this machine (DNS rebinding). It does not know what the addresses do.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import re
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

from starlette.datastructures import Headers
from starlette.types import Scope

from foretype.config import Settings
from foretype.errors import ConfigError
from foretype.serve.problem import Fault, Finding, Problem, refuse

LOCAL_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})
PROTECTED = ("/v1/", "/metrics", "/infill")  # the page, its files and the probes hold nothing of anybody
CHANGING = frozenset({"POST", "PUT", "PATCH", "DELETE"})
SUBPROTOCOL = "foretype"
OWN_EXTENSION = "chrome-extension://gkogdfpiajgplpbpghocbjoglfliakkk"  # clients/extension: its manifest's key gives the id
ORIGIN = re.compile(r"[a-z][a-z0-9+.-]*://[^/?#\s]+")
BEARER_SUBPROTOCOL = "foretype.bearer."  # followed by the token, base64url without padding


class Guard:
    """Looks at a connection before anything else does."""

    def __init__(self, settings: Settings) -> None:
        """Raises ConfigError for an allowed origin that no page can have."""
        self._token = settings.token.encode() if settings.token else None
        self._origins = frozenset(_origin_named(name) for name in settings.allowed_origins)
        names = {urlsplit(origin).hostname or "" for origin in self._origins}
        self._origins |= {OWN_EXTENSION}  # whoever installed it lets it in; no page can have such an origin
        self._hosts = LOCAL_NAMES | names if settings.is_local else None

    def refusal(self, scope: Scope) -> Problem | None:
        """Why this connection is not let in, or None."""
        headers = Headers(scope=scope)
        return self._host(headers) or self._origin(scope, headers) or self._bearer(scope, headers)

    def allows(self, origin: str | None) -> bool:
        """Whether a page of this foreign origin may read our answers."""
        return origin is not None and origin.lower() in self._origins

    def _host(self, headers: Headers) -> Problem | None:
        found = headers.get("host", "")
        if self._hosts is None or _hostname(found) in self._hosts:
            return None
        wanted = "localhost, 127.0.0.1 or [::1], or the host of an allowed origin"
        finding = Finding("the Host header", found[:80], wanted)
        return refuse(Fault.FOREIGN_HOST, "This server serves its own machine only", finding).problem

    def _origin(self, scope: Scope, headers: Headers) -> Problem | None:
        origin = headers.get("origin")
        if origin is None or not (_is_changing(scope) or _is_preflight(scope, headers)):
            return None
        if self.allows(origin) or urlsplit(origin).netloc.lower() == headers.get("host", "").lower():
            return None
        finding = Finding("the Origin header", origin[:80], "this server's own pages, or an allowed origin")
        detail = "A page of another origin may not do this; add it to allowed_origins if it is yours"
        return refuse(Fault.FOREIGN_ORIGIN, detail, finding).problem

    def _bearer(self, scope: Scope, headers: Headers) -> Problem | None:
        if self._token is None or not scope["path"].startswith(PROTECTED) or _is_preflight(scope, headers):
            return None
        if any(hmac.compare_digest(given, self._token) for given in _given_tokens(scope, headers)):
            return None
        wanted = "Authorization: Bearer and the server's token"
        finding = Finding("the Authorization header", "no token, or a wrong one", wanted)
        return refuse(Fault.NO_TOKEN, "Send the token this server was started with", finding).problem


def is_preflight(scope: Scope) -> bool:
    """Whether a browser asks if a call of another origin would be welcome."""
    return _is_preflight(scope, Headers(scope=scope))


def _is_preflight(scope: Scope, headers: Headers) -> bool:
    return scope.get("method") == "OPTIONS" and "access-control-request-method" in headers


def _is_changing(scope: Scope) -> bool:
    return scope["type"] == "websocket" or scope["method"] in CHANGING


def _hostname(host: str) -> str:
    """The name in a Host header, without its port or brackets."""
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:  # an unfinished [
        return ""


def _given_tokens(scope: Scope, headers: Headers) -> Iterator[bytes]:
    scheme, _, value = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        yield value.strip().encode("latin-1")  # the header's own bytes
    if scope["type"] == "websocket":  # a browser cannot set its headers
        query = parse_qs(scope["query_string"].decode("latin-1"))
        yield from (token.encode() for token in query.get("token", ()))
        yield from map(_decoded, scope.get("subprotocols", ()))


def _decoded(offer: str) -> bytes:
    encoded = offer.removeprefix(BEARER_SUBPROTOCOL)
    if encoded == offer:
        return b""
    try:
        return base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4))
    except (binascii.Error, ValueError):
        return b""


def _origin_named(name: str) -> str:
    """An origin as browsers write it."""
    origin = name.rstrip("/").lower()
    if ORIGIN.fullmatch(origin):
        return origin
    raise ConfigError(
        f"setting allowed_origins: found {name!r}, wanted an origin such as https://desk.example.com: "
        "no path, and the scheme before it; take it from the browser's address line"
    )
