"""The snippets that the documentation gives to receivers do what it says, on what the courier really sends."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from foretype.monitor.webhooks.signing import make_secret, signed_headers
from receiver import Receiver

from .conftest import Office

PAGE = Path(__file__).parents[3] / "docs" / "howto" / "webhooks.md"
BODY = b'{"type":"alarm.raised","data":{"summary":"\xc3\xbc"}}'

Check: TypeAlias = Callable[[str, dict[str, str], bytes], bool]


def snippet(language: str) -> str:
    found = re.search(rf"```{language}\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert found is not None
    return found[1]


def in_python() -> Check:
    names: dict[str, Any] = {}
    exec(snippet("python"), names)
    check: Check = names["is_genuine"]
    return check


def in_node(folder: Path) -> Check:
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not installed")
    script = folder / "receiver.mjs"
    ask = (
        "const [secret, headers, body] = JSON.parse(process.argv[2]);\n"
        'console.log(isGenuine(secret, headers, Buffer.from(body, "latin1")));\n'
    )
    script.write_text(snippet("javascript") + ask, encoding="utf-8")

    def check(secret: str, headers: dict[str, str], body: bytes) -> bool:
        told = json.dumps([secret, headers, body.decode("latin-1")])
        done = subprocess.run(
            [node, str(script), told], capture_output=True, text=True, timeout=60, check=True
        )
        return done.stdout.strip() == "true"

    return check


@pytest.fixture(params=["python", "node"])
def is_genuine(request: pytest.FixtureRequest, tmp_path: Path) -> Check:
    return in_python() if request.param == "python" else in_node(tmp_path)


def test_a_snippet_takes_what_is_genuine_and_nothing_else(is_genuine: Check) -> None:
    old, new, now_s = make_secret(), make_secret(), int(time.time())
    headers = signed_headers([new, old], "msg_1", now_s, BODY)
    assert is_genuine(new, headers, BODY) and is_genuine(old, headers, BODY)  # while it is being replaced
    assert not is_genuine(make_secret(), headers, BODY)
    assert not is_genuine(new, headers, BODY + b" ")
    assert not is_genuine(new, headers | {"webhook-id": "msg_2"}, BODY)
    assert not is_genuine(new, headers | {"webhook-timestamp": str(now_s + 1)}, BODY)
    assert not is_genuine(new, headers | {"webhook-timestamp": "soon"}, BODY)
    late = signed_headers([new], "msg_1", now_s - 301, BODY)
    assert not is_genuine(new, late, BODY)


def test_a_snippet_takes_what_the_courier_sends(
    is_genuine: Check, office: Office, receiver: Receiver
) -> None:
    office.clock.now_s = time.time()
    webhook, secret = office.desk.add(receiver.url)
    office.desk.test(webhook.id)
    [got] = receiver.got
    assert is_genuine(secret, got.headers, got.body)
