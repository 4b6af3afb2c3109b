"""A page with fields of every kind, each attached by the built JavaScript package with one line.

The package's files and the page come from the scripted server, so the real transports are used. It
does not know what the tests do with the fields.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page

from page.scripted import ScriptedServer

HERE = Path(__file__).parent
PACKAGE = Path(__file__).parents[3] / "clients" / "js"
PATIENCE_MS = 15_000  # on a busy machine the page alone takes seconds to load


@pytest.fixture(scope="session")
def package() -> Path:
    """The package's folder, built."""
    if not (PACKAGE / "dist" / "index.js").is_file():
        absent = "clients/js is not built: npm ci && npm run build, in clients/js"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(absent)
    return PACKAGE


@pytest.fixture(scope="session")
def running_server(package: Path) -> Iterator[ScriptedServer]:
    """A server of its own that has the package and the page of fields as well."""
    server = ScriptedServer({"/package": package / "dist", "/fields": HERE})
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def wrong() -> list[str]:
    """What went wrong in the page's scripts so far."""
    return []


@pytest.fixture(scope="session")
def loaded(window: BrowserContext, running_server: ScriptedServer, wrong: list[str]) -> Iterator[Page]:
    """The page of fields, loaded once for all tests."""
    page = window.new_page()
    page.set_default_timeout(PATIENCE_MS)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda message: wrong.append(message.text) if "Policy" in message.text else None)
    page.goto(f"{running_server.address}/fields/fields.html")
    page.wait_for_function("window.attached")
    yield page
    page.close()


@pytest.fixture
def fields(loaded: Page, server: ScriptedServer, wrong: list[str]) -> Page:
    """The page with new, empty fields. An error in a script until then fails the test."""
    loaded.bring_to_front()
    loaded.evaluate("reset()")
    assert wrong == []
    return loaded
