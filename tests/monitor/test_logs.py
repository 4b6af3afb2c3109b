"""Claims about logs: fields, and never a word of a user's text."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from foretype.errors import ConfigError, InputError, StoreError
from foretype.monitor import logs
from log_lines import logged
from serving import ScriptedComposer, with_client

SECRET = "xylophone-marmalade"  # stands for a user's text in every place a user can put text


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    """Logging as the server sets it up, into a string."""
    with logged() as text:
        yield text


def parsed(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_line_holds_fields(stream: io.StringIO) -> None:
    logs.info("ready", model="background", after_s=0.5)
    [line] = parsed(stream)
    assert (line["level"], line["event"], line["model"]) == ("info", "ready", "background")
    assert line["time"].endswith("+00:00")


def test_an_error_is_told_by_type_and_place_but_not_by_message(stream: io.StringIO) -> None:
    try:
        raise KeyError(SECRET)
    except KeyError as error:
        logs.error("failed", error)
    [line] = parsed(stream)
    assert (line["error"], "test_logs.py" in line["at"]) == ("KeyError", True)
    assert SECRET not in stream.getvalue()


def test_libraries_speak_without_the_values_they_put_in(stream: io.StringIO) -> None:
    logging.getLogger("uvicorn.error").debug("< TEXT %s", SECRET)
    logging.getLogger("uvicorn.error").error("bad frame %s", SECRET)
    [line] = parsed(stream)
    assert (line["event"], line["logger"]) == ("bad frame %s", "uvicorn.error")
    assert SECRET not in stream.getvalue()


def test_an_unknown_level_is_refused() -> None:
    with pytest.raises(ConfigError, match="loud"):
        logs.configure("loud", io.StringIO())


@pytest.mark.parametrize("error", [None, KeyError(SECRET), InputError(SECRET), StoreError(SECRET)])
def test_no_request_leaves_its_text_in_the_logs(stream: io.StringIO, error: Exception | None) -> None:
    context = {"subject": SECRET, "previous": SECRET, "to": [SECRET]}
    bodies: dict[str, dict[str, Any]] = {
        "/v1/suggest": {"text": SECRET, "user": SECRET, "session": SECRET, "context": context},
        "/v1/learn": {"text": SECRET, "user": SECRET, "context": context},
        "/v1/feedback": {"id": SECRET, "outcome": "ignored"},
    }

    async def scene(client: httpx.AsyncClient) -> None:
        for path, body in bodies.items():
            await client.post(path, json=body)
            await client.post(path, json=body | {SECRET: SECRET})
            await client.post(path, content=f'{{"text": "{SECRET}'.encode())
        await client.get(f"/v1/users/{SECRET}")
        await client.get(f"/v1/users/{SECRET}/phrases?query={SECRET}")
        await client.delete(f"/v1/users/{SECRET}/phrases/{SECRET}")
        await client.get(f"/{SECRET}")

    with_client(scene, ScriptedComposer(error=error))
    lines = parsed(stream)
    is_ours = isinstance(error, StoreError | KeyError)
    assert ("error" in {line["level"] for line in lines}) == is_ours  # a caller's fault is no error of ours
    assert len([line for line in lines if line["event"] == "request"]) == 13
    assert {"/v1/suggest", "/v1/users/{user}"} <= {line.get("route") for line in lines}
    assert SECRET not in stream.getvalue()
