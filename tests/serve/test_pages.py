"""Claims about pages, files and headers."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import httpx
import pytest

from foretype.serve.app import STATIC
from serving import with_client


def get(path: str, **headers: str) -> httpx.Response:
    async def scene(client: httpx.AsyncClient) -> httpx.Response:
        return await client.get(path, headers=headers)

    return with_client(scene)


def a_module() -> Path:
    return max(STATIC.glob("*.js"), key=lambda path: path.stat().st_size)


def test_the_page_is_served() -> None:
    response = get("/")
    assert (response.status_code, response.headers["content-type"]) == (200, "text/html; charset=utf-8")


def test_files_are_served_compressed_and_revalidated() -> None:
    path = f"/static/{a_module().name}"
    first = get(path, **{"Accept-Encoding": "gzip"})
    assert first.headers["content-encoding"] == "gzip"
    assert first.headers["content-type"].startswith("text/javascript")
    assert first.content == a_module().read_bytes()
    again = get(path, **{"Accept-Encoding": "gzip", "If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_the_javascript_package_is_a_module_at_an_address_that_stays() -> None:
    response = get("/client.js")
    assert response.headers["content-type"].startswith("text/javascript")
    assert "etag" in response.headers
    assert response.content == (STATIC / "client.js").read_bytes()


def test_files_are_served_plain_to_who_asks_for_that() -> None:
    response = get(f"/static/{a_module().name}", **{"Accept-Encoding": "identity"})
    assert "content-encoding" not in response.headers
    assert len(gzip.compress(response.content)) < len(response.content)


@pytest.mark.parametrize(
    "path",
    ["/static/../app.py", "/static/%2e%2e/app.py", "/static//etc/passwd", "/static/", "/static/none.js"],
)
def test_nothing_outside_the_folder_is_served(path: str) -> None:
    response = get(path)
    assert response.status_code == 404
    assert response.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("path", ["/", "/docs", "/v1/status", "/nowhere"])
def test_every_reply_forbids_what_it_does_not_need(path: str) -> None:
    headers = get(path).headers
    assert "default-src 'self'" in headers["content-security-policy"]
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"


@pytest.mark.parametrize("path", ["/", "/panel", "/docs"])
def test_pages_ask_nobody_else_for_anything(path: str) -> None:
    html = get(path).text
    assert not re.search(r"""(?:src|href)=["']?(?:https?:)?//""", html)
    assert not re.search(r"<script>|<style|\son\w+=", html)


def test_the_openapi_document_describes_every_address_with_schemas() -> None:
    document = get("/openapi.json").json()
    assert set(document["paths"]) == {
        "/v1/suggest",
        "/v1/feedback",
        "/v1/learn",
        "/v1/status",
        "/v1/users/{user}",
        "/v1/users/{user}/export",
        "/v1/users/{user}/phrases",
        "/v1/users/{user}/phrases/{phrase}",
        "/v1/models",
        "/v1/completions",
        "/v1/events",
        "/v1/health",
        "/infill",
        "/v1/adapters",
        "/v1/adapters/{name}",
        "/v1/statistics",
        "/v1/webhooks",
        "/v1/webhooks/{webhook}",
        "/v1/webhooks/{webhook}/secret",
        "/v1/webhooks/{webhook}/test",
        "/v1/webhooks/{webhook}/deliveries",
        "/v1/webhooks/{webhook}/deliveries/{delivery}",
        "/v1/webhooks/{webhook}/deliveries/{delivery}/send",
        "/v1/alarms",
        "/v1/drift",
        "/v1/panel/live",
        "/v1/panel/weeks",
        "/v1/panel/models",
        "/v1/panel/settings",
        "/healthz",
        "/readyz",
        "/metrics",
    }
    schemas = document["components"]["schemas"]
    assert schemas["SuggestBody"]["additionalProperties"] is False
    assert schemas["SuggestBody"]["required"] == ["text"]
    named = set(re.findall(r'"#/components/schemas/(\w+)"', get("/openapi.json").text))
    assert named <= set(schemas)


def test_the_reference_page_shows_every_address_and_shape() -> None:
    html = get("/docs").text
    for path in get("/openapi.json").json()["paths"]:
        assert path in html
    assert 'id="SuggestBody"' in html
