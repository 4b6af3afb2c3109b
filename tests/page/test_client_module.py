"""A web app of another origin takes the JavaScript package straight from a server, with one line.

The server is real but for the language model. It does not know what else a web app does.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from page.edge.hosting import Host
from page.panel_server import panel_server
from page.steps import grey_text, has_text

pytestmark = pytest.mark.browser

HTML = """<!doctype html><title>Desk</title><label>Reply <textarea id="body"></textarea></label>
<script type="module">
  import {{ attach }} from "{server}/client.js";
  window.attached = attach(document.querySelector("#body"));
</script>"""


@pytest.fixture
def desk(browser: Browser) -> Iterator[Page]:
    """An empty window for the app."""
    context = browser.new_context()
    context.set_default_timeout(5000)
    yield context.new_page()
    context.close()


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Host]:
    """The app's own web server; its page is written once it is known where foretype listens."""
    (tmp_path / "app").mkdir()
    with Host(tmp_path / "app") as host:
        yield host


def open_app(desk: Page, app: Host, folder: Path, server: str) -> None:
    (folder / "app" / "index.html").write_text(HTML.format(server=server), encoding="utf-8")
    desk.goto(app.address)


def test_an_allowed_app_attaches_a_field_with_one_line(desk: Page, app: Host, tmp_path: Path) -> None:
    origin = app.address.rstrip("/")
    with panel_server(tmp_path, has_past=False, allowed_origins=(origin,)) as server:
        open_app(desk, app, tmp_path, server)
        desk.wait_for_selector("foretype-layer", state="attached")
        desk.locator("#body").focus()
        desk.keyboard.type("Thanks for se")
        rest = str(grey_text(desk).text_content())
        desk.keyboard.press("Tab")
        has_text(desk, f"Thanks for se{rest}")


def test_an_app_that_is_not_allowed_gets_no_module(desk: Page, app: Host, tmp_path: Path) -> None:
    with panel_server(tmp_path, has_past=False) as server:
        with desk.expect_console_message(lambda said: "CORS" in said.text):
            open_app(desk, app, tmp_path, server)
        expect(desk.locator("foretype-layer")).to_have_count(0)
