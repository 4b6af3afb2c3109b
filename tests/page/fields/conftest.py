"""Two pages: fields of every kind, and editors of every library, each attached by the JavaScript package with one line.

The package's files and the pages come from the scripted server, so the real transports are used. It
does not know what the tests do with the fields.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page

from page.scripted import ScriptedServer

HERE = Path(__file__).parent
PACKAGE = Path(__file__).parents[3] / "clients" / "js"
PATIENCE_MS = 15_000  # on a busy machine the page alone takes seconds to load
EDITORS = {"codemirror", "prosemirror", "tiptap", "lexical"}


@pytest.fixture(scope="session")
def package() -> Path:
    """The package's folder, built."""
    if not all((PACKAGE / made).is_file() for made in ("dist/index.js", "build/test/editors.js")):
        absent = "clients/js is not built: npm ci && npm run build, in clients"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(absent)
    return PACKAGE


@pytest.fixture(scope="session")
def running_server(package: Path) -> Iterator[ScriptedServer]:
    """A server of its own that has the package and the two pages as well."""
    folders = {"/package": package / "dist", "/editors": package / "build" / "test", "/fields": HERE}
    server = ScriptedServer(folders)
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def wrong() -> list[str]:
    """What went wrong in the pages' scripts so far."""
    return []


Opener = Callable[[str], Page]


@pytest.fixture(scope="session")
def open_page(window: BrowserContext, running_server: ScriptedServer, wrong: list[str]) -> Iterator[Opener]:
    """Gives the page of a name, loaded once for all tests, with everything on it new."""
    loaded: dict[str, Page] = {}

    def opened(name: str) -> Page:
        if name not in loaded:
            loaded[name] = load(window, f"{running_server.address}/fields/{name}.html", wrong)
        loaded[name].bring_to_front()
        loaded[name].evaluate("reset()")
        assert wrong == []
        return loaded[name]

    yield opened
    for page in loaded.values():
        page.close()


@pytest.fixture
def fields(request: pytest.FixtureRequest, open_page: Opener, server: ScriptedServer) -> Page:
    """The page with the fields, or that with the editors when the test's parameter `field` is one of them; all is new.

    An error in a script until then fails the test.
    """
    chosen = getattr(request.node, "callspec", None)
    return open_page("editors" if chosen and chosen.params.get("field") in EDITORS else "fields")


@pytest.fixture
def editors(open_page: Opener, server: ScriptedServer) -> Page:
    """The page with the editors; all is new."""
    return open_page("editors")


@pytest.fixture(scope="module")
def reader(browser: Browser) -> Iterator[Page]:
    """A blank page that reads pictures, in a window of its own."""
    window = browser.new_context()
    yield window.new_page()
    window.close()


def load(window: BrowserContext, address: str, wrong: list[str]) -> Page:
    """A page that tells `wrong` of errors in scripts and of breaches of its policy."""
    page = window.new_page()
    page.set_default_timeout(PATIENCE_MS)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda message: wrong.extend(_breaches(message)))
    page.goto(address)
    page.wait_for_function("window.attached && !!window.reset")
    return page


def _breaches(message: ConsoleMessage) -> list[str]:
    return [message.text] if "Policy" in message.text else []
