"""A browser, a server that answers from a table, and the page open in one from the other.

It does not know what the tests do with them.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Playwright, sync_playwright

from page.scripted import Script, ScriptedServer

CHROMIUM = ("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome")


@pytest.fixture(scope="session")
def chromium() -> str:
    """The browser's path."""
    places = (os.environ.get("CHROMIUM", ""), *CHROMIUM)
    path = next((place for place in places if shutil.which(place)), None)
    if path is None:
        absent = "chromium is not installed: apt-get install chromium, or set CHROMIUM to its path"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(absent)
    return str(path)


@pytest.fixture(scope="session")
def playing() -> Iterator[Playwright]:
    """Playwright; there can be one in a process."""
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="session")
def browser(playing: Playwright, chromium: str) -> Iterator[Browser]:
    browser = playing.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
    yield browser
    browser.close()


@pytest.fixture(scope="session")
def running_server() -> Iterator[ScriptedServer]:
    server = ScriptedServer()
    server.start()
    yield server
    server.stop()


@pytest.fixture
def server(running_server: ScriptedServer) -> ScriptedServer:
    """The server with an empty table."""
    running_server.script = Script()
    return running_server


@pytest.fixture(scope="session")
def window(browser: Browser) -> Iterator[BrowserContext]:
    """One window for all tests: its cache makes the second page load quick."""
    window = browser.new_context(viewport={"width": 1180, "height": 820}, locale="en-US")
    window.set_default_timeout(5000)
    yield window
    window.close()


@pytest.fixture
def page(window: BrowserContext, server: ScriptedServer) -> Iterator[Page]:
    """The page, ready to write in.

    An error in a script, a breach of the policy or a foreign request fails the test.
    """
    page = window.new_page()
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda message: wrong.extend(_breaches(message)))
    page.on("request", lambda request: wrong.extend(_foreign(request.url, server.address)))
    page.goto(server.address)
    page.wait_for_selector("#link[data-link=live]")
    yield page
    page.evaluate("() => { localStorage.clear(); sessionStorage.clear(); }")
    page.close()
    assert wrong == []


def _breaches(message: ConsoleMessage) -> list[str]:
    return [message.text] if "Content Security Policy" in message.text else []


def _foreign(url: str, home: str) -> list[str]:
    is_home = url.startswith((home, home.replace("http:", "ws:"), "blob:", "data:"))
    return [] if is_home else [f"foreign request: {url}"]
