"""Where words go: to the configured engine and to no other host; to a real one with its token, and only where it lets us in.

It does not know what the engine suggests.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import urlsplit

import httpx
import pytest
from playwright.sync_api import Page, Playwright, expect

from page.extension.conftest import PATIENCE_MS, SENTENCES, arguments, carried
from page.extension.desk import HOME, Desk
from page.extension.eyes import Eyes
from page.extension.proxy import NotingProxy
from page.scripted import ScriptedServer
from page.steps import comes_true

pytestmark = pytest.mark.browser
TOKEN = "öffne-dich-7"
SOURCE = Path(__file__).parents[3] / "src"


def test_nothing_is_said_to_any_host_but_the_engine(
    playing: Playwright, chromium: str, extension: Path, server: ScriptedServer, web: str, tmp_path: Path
) -> None:
    """All traffic of the browser, the extension's too, goes through a proxy that notes the hosts. Then the engine is another
    one, and sends words on to a third host: neither the old one nor the third hears of them."""
    server.script.sentences = list(SENTENCES)
    proxy = NotingProxy()
    window = playing.chromium.launch_persistent_context(
        tmp_path, executable_path=chromium, headless=False, args=[*arguments(extension), *proxy.arguments]
    )
    tab = window.new_page()
    tab.set_default_timeout(PATIENCE_MS)
    tab.goto(f"{web}/gmail.html")
    eyes = Eyes(tab)
    tab.locator("#message").focus()
    tab.keyboard.type("Thanks for se")
    assert eyes.sees("nding the report. ")
    tab.keyboard.press("Tab")
    assert comes_true(tab, lambda: "socket" in server.script.ways())
    tab.locator("#send").click()
    assert carried(proxy) == {urlsplit(web).netloc, urlsplit(server.address).netloc}
    with elsewhere() as other:
        desk = Desk(window.new_page())
        desk.page.goto(f"{HOME}/options.html")
        desk.set(server=other)
        proxy.hosts.clear()
        tab.bring_to_front()
        tab.locator("#answer").focus()
        tab.keyboard.type("Thanks for")
        assert comes_true(tab, lambda: urlsplit(other).netloc in proxy.hosts)
        desk.page.goto(f"{HOME}/popup.html")  # asks it too, and waits for what it says
        expect(desk.page.locator("#standing[data-state=off]")).to_contain_text("No answer from")
    window.close()
    proxy.close()
    assert carried(proxy) <= {urlsplit(web).netloc, urlsplit(other).netloc}


@contextmanager
def elsewhere() -> Iterator[str]:
    """The address of a server that sends everybody on to another one, words and all."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _SendingOn)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


class _SendingOn(BaseHTTPRequestHandler):
    def do_OPTIONS(self) -> None:
        self._answer(204)

    def do_POST(self) -> None:
        self._answer(307)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""

    def _answer(self, status: int) -> None:
        self.send_response(status)
        for name in ("origin", "headers", "methods"):
            self.send_header(f"access-control-allow-{name}", "*")
        self.send_header("location", "http://127.0.0.1:8764/v1/suggest")
        self.end_headers()


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of `foretype serve` as it comes, but for a token."""
    home = tmp_path_factory.mktemp("home")
    env = {**os.environ, "HOME": str(home), "PYTHONPATH": str(SOURCE)}
    env["FORETYPE_TOKEN"] = TOKEN
    command = [sys.executable, "-m", "foretype", "serve", "--model", "none", "--port", "0"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=env)
    with process:
        assert process.stdout is not None
        ready = process.stdout.readline()
        yield ready.split()[4].partition("/#")[0]
        process.terminate()


def test_a_real_engine_suggests_and_learns_with_its_token(
    tab: Page, eyes: Eyes, desk: Desk, real: str, web: str
) -> None:
    desk.set(server=real, token=TOKEN, user="kim", learns=True)
    tab.goto(f"{web}/chat.html")
    tab.locator("#box").focus()
    assert comes_true(tab, lambda: bool(eyes.layers()))
    tab.keyboard.type("Greetings from Marmaris tonight")
    tab.keyboard.press("Enter")
    known = {b"Authorization": f"Bearer {TOKEN}".encode()}
    assert comes_true(tab, lambda: httpx.get(f"{real}/v1/users/kim", headers=known).status_code == 200)
    tab.keyboard.type("Greetings from Mar")
    assert comes_true(tab, lambda: eyes.grey().startswith("maris"))


@pytest.mark.parametrize(
    ("token", "state", "said"), [("", "token", "wants a token"), (TOKEN, "ready", "Connected to")]
)
def test_the_pop_up_says_what_a_real_engine_thinks_of_the_token(
    tab: Page, desk: Desk, real: str, token: str, state: str, said: str
) -> None:
    desk.set(server=real, token=token)
    tab.goto(f"{HOME}/popup.html")
    expect(tab.locator(f"#standing[data-state={state}]")).to_contain_text(said)


def test_the_pop_up_says_that_nobody_answers(tab: Page, desk: Desk) -> None:
    desk.set(server="http://127.0.0.1:9")
    tab.goto(f"{HOME}/popup.html")
    expect(tab.locator("#standing[data-state=off]")).to_contain_text("is foretype serve running there?")


def test_scripts_in_pages_cannot_read_the_token(tab: Page, desk: Desk, window: object, web: str) -> None:
    """Not even the extension's own script there: a page that broke into it would find nothing."""
    desk.set(token=TOKEN)
    tab.goto(f"{web}/frame.html")
    tab.locator("#area").focus()
    session = tab.context.new_cdp_session(tab)
    worlds: list[int] = []
    session.on("Runtime.executionContextCreated", lambda event: worlds.append(event["context"]["id"]))
    session.send("Runtime.enable")
    asked = "chrome.storage?.local.get('settings').then(JSON.stringify, String)"
    found = [_value(session, asked, world) for world in worlds]
    assert any("not allowed from this context" in value for value in found)
    assert not any(TOKEN in value for value in found)


def _value(session: object, expression: str, world: int) -> str:
    asked = {"expression": expression, "contextId": world, "awaitPromise": True, "returnByValue": True}
    told = session.send("Runtime.evaluate", asked)  # type: ignore[attr-defined]
    return str(told["result"].get("value", ""))
