"""Claims about who may come in."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from typing import Any, TypeAlias

import httpx
import pytest

from foretype.errors import ConfigError
from foretype.serve.guard import OWN_EXTENSION, Guard
from serving import settings_for, websocket_scope, with_client

Headers: TypeAlias = Mapping[str, str] | Mapping[bytes, bytes]


def call(method: str, path: str, headers: Headers, **changes: Any) -> httpx.Response:
    async def scene(client: httpx.AsyncClient) -> httpx.Response:
        body = b'{"text": ""}' if method == "POST" else b""
        return await client.request(method, path, headers=headers, content=body)

    return with_client(scene, **changes)


def suggest(headers: Headers, **changes: Any) -> httpx.Response:
    return call("POST", "/v1/suggest", headers, **changes)


@pytest.mark.parametrize("host", ["localhost", "localhost:8765", "127.0.0.1:1", "[::1]:8765", "LOCALHOST"])
def test_this_machine_may_call_itself_by_any_of_its_names(host: str) -> None:
    assert suggest({"Host": host}).status_code == 200


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "evil.example:8765", "[", ""])
def test_a_name_that_points_here_from_elsewhere_is_refused(host: str) -> None:
    response = suggest({"Host": host})
    assert response.status_code == 421
    assert response.headers["content-type"] == "application/problem+json"


def test_a_server_for_other_machines_goes_by_any_name() -> None:
    headers = {"Host": "compose.example", "Authorization": "Bearer secret"}
    assert suggest(headers, host="0.0.0.0", token="secret").status_code == 200


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "http://localhost:1", "file://", "http://localhost.evil:8765"]
)
def test_a_foreign_page_changes_nothing(origin: str) -> None:
    assert suggest({"Origin": origin}).status_code == 403
    assert call("DELETE", "/v1/users/me", {"Origin": origin}).status_code == 403
    assert Guard(settings_for()).refusal(websocket_scope(origin=origin)) is not None


def test_our_own_page_may_call() -> None:
    assert suggest({"Origin": "http://localhost:8765"}).status_code == 200
    assert Guard(settings_for()).refusal(websocket_scope(origin="http://localhost:8765")) is None


def test_a_foreign_page_may_not_read_either() -> None:
    response = call("GET", "/v1/status", {"Origin": "https://evil.example"})
    assert "access-control-allow-origin" not in response.headers


def test_an_allowed_origin_may_call_and_read() -> None:
    origin = "https://mail.example"
    preflight = {"Origin": origin, "Access-Control-Request-Method": "POST"}
    asked = call("OPTIONS", "/v1/suggest", preflight, allowed_origins=(origin,), token="secret")
    assert (asked.status_code, asked.headers["access-control-allow-origin"]) == (204, origin)
    assert "authorization" in asked.headers["access-control-allow-headers"]
    response = suggest({"Origin": origin}, allowed_origins=(origin,))
    assert (response.status_code, response.headers["access-control-allow-origin"]) == (200, origin)


@pytest.mark.parametrize("origin", ["HTTPS://Mail.example/", "https://mail.example"])
def test_an_origin_may_be_written_as_people_do(origin: str) -> None:
    assert suggest({"Origin": "https://mail.example"}, allowed_origins=(origin,)).status_code == 200


@pytest.mark.parametrize("found", ["mail.example", "https://mail.example/desk", "*", "null", "https://"])
def test_what_no_page_can_come_from_is_refused_as_an_origin(found: str) -> None:
    with pytest.raises(ConfigError, match=re.escape(f"found {found!r}, wanted an origin such as https://")):
        suggest({}, allowed_origins=(found,))


def test_our_own_extension_may_call_and_others_may_not() -> None:
    assert suggest({"Origin": OWN_EXTENSION}).status_code == 200
    assert suggest({"Origin": OWN_EXTENSION[:-1] + "a"}).status_code == 403


def test_a_preflight_of_a_foreign_origin_is_refused() -> None:
    headers = {"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}
    assert call("OPTIONS", "/v1/suggest", headers).status_code == 403


def test_a_proxy_of_an_allowed_origin_may_pass_its_name_on() -> None:
    headers = {"Host": "mail.example", "Origin": "https://mail.example"}
    assert suggest(headers, allowed_origins=("https://mail.example",)).status_code == 200


@pytest.mark.parametrize("given", ["", "Bearer wrong", "Bearer", "Basic secret", "Bearer secre", "Bearer ü"])
@pytest.mark.parametrize("path", ["/v1/suggest", "/v1/users/me", "/metrics"])
def test_without_the_token_nothing_is_told(given: str, path: str) -> None:
    method = "POST" if path == "/v1/suggest" else "GET"
    response = call(method, path, {b"Authorization": given.encode()}, token="secret")
    assert response.status_code == 401
    assert response.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/", "/docs", "/openapi.json"])
def test_page_and_probes_need_no_token(path: str) -> None:
    assert call("GET", path, {}, token="secret").status_code == 200


def test_the_token_opens() -> None:
    assert suggest({"Authorization": "Bearer secret"}, token="secret").status_code == 200


@pytest.mark.parametrize("token", ["secret", "sëcret/+ 1"])
def test_a_websocket_brings_its_token_in_any_of_three_ways(token: str) -> None:
    guard = Guard(settings_for(token=token))
    encoded = base64.urlsafe_b64encode(token.encode()).decode().rstrip("=")
    assert guard.refusal(websocket_scope()) is not None
    assert guard.refusal(websocket_scope(query="token=wrong")) is not None
    assert guard.refusal(websocket_scope(offers=("foretype", "foretype.bearer.!"))) is not None
    assert guard.refusal(websocket_scope(query=str(httpx.QueryParams({"token": token})))) is None
    assert guard.refusal(websocket_scope(offers=("foretype", f"foretype.bearer.{encoded}"))) is None
    assert guard.refusal(websocket_scope(authorization=f"Bearer {token}")) is None


def test_a_token_in_the_address_does_not_open_http() -> None:
    assert call("POST", "/v1/suggest?token=secret", {}, token="secret").status_code == 401
