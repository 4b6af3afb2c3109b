"""A browser with the extension in it, web pages to write on, and an engine that answers from a table.

The extension is built for these tests with the engine's address as its own, and loaded unpacked. Web pages come from another
port than the engine, as they do in life. It does not know what the tests do.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, Playwright

from page.extension.desk import HOME, Desk
from page.extension.eyes import Eyes
from page.extension.proxy import NotingProxy
from page.scripted import ScriptedServer

SOURCES = Path(__file__).parents[3] / "clients" / "extension"
PAGES = Path(__file__).parent / "pages"
PATIENCE_MS = 15_000  # on a busy machine the page alone takes seconds to load
BROWSERS_OWN = (
    ".googleapis.com",
    ".google.com",
    ".gvt1.com",
    ".mozilla.org",
    ".mozilla.com",
    ".mozilla.net",
)  # updates and the like, with or without us
SENTENCES = ["Thanks for sending the report. ", "Thanks again "]


@pytest.fixture(scope="session")
def extension(running_server: ScriptedServer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The extension for Chromium, a folder, asking the running server."""
    if not (shutil.which("node") and (SOURCES.parent / "node_modules" / "esbuild").is_dir()):
        absent = "clients/extension cannot be built: node, and npm ci in clients"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(absent)
    folder = tmp_path_factory.mktemp("extension")
    command = ["node", "build.mjs", "--out", str(folder), "--server", running_server.address]
    subprocess.run(command, cwd=SOURCES, check=True)
    _name_tabs(folder / "chromium" / "manifest.json")
    return folder / "chromium"


def build_with_engine(folder: Path) -> Path:
    """The extension for all browsers with an engine of counts in it: one with a language model takes longer to load."""
    engine, built = folder / "engine", folder / "extension"
    env = {**os.environ, "PYTHONPATH": str(SOURCES.parents[1] / "src")}
    made = [sys.executable, "-m", "foretype", "edge", "build", "--model", "none", "--out", str(engine)]
    subprocess.run(made, check=True, capture_output=True, env=env)
    build = ["node", "build.mjs", "--out", str(built), "--engine", str(engine)]
    subprocess.run(build, cwd=SOURCES, check=True)
    return built


def _name_tabs(manifest: Path) -> None:
    """A person who presses the button lets the pop-up know the tab; a script that opens it does not."""
    told = json.loads(manifest.read_text(encoding="utf-8"))
    told["permissions"].append("tabs")
    manifest.write_text(json.dumps(told), encoding="utf-8")


@pytest.fixture(scope="session")
def window(
    playing: Playwright, chromium: str, extension: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[BrowserContext]:
    """A browser that has the extension, and a profile of its own."""
    profile = tmp_path_factory.mktemp("profile")
    window = playing.chromium.launch_persistent_context(
        profile, executable_path=chromium, headless=False, args=arguments(extension), locale="en-US"
    )
    window.set_default_timeout(PATIENCE_MS)
    yield window
    window.close()


def arguments(extension: Path) -> list[str]:
    """What Chromium has to be told to have an unpacked extension without a screen."""
    load = [f"--disable-extensions-except={extension}", f"--load-extension={extension}"]
    return ["--headless=new", "--no-sandbox", *load]


@pytest.fixture
def proxy() -> Iterator[NotingProxy]:
    """Between a browser and the network: which hosts were asked for."""
    proxy = NotingProxy()
    yield proxy
    proxy.close()


def carried(proxy: NotingProxy) -> set[str]:
    """The hosts that were spoken to, without those that a browser speaks to of its own accord."""
    return {host for host in proxy.hosts if not host.partition(":")[0].endswith(BROWSERS_OWN)}


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Nothing: what was asked for is not of interest."""


@pytest.fixture(scope="session")
def web() -> Iterator[str]:
    """The address of the web pages."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=PAGES))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(scope="session")
def running_desk(window: BrowserContext) -> Desk:
    page = window.new_page()
    page.goto(f"{HOME}/options.html")
    return Desk(page)


@pytest.fixture
def desk(running_desk: Desk, server: ScriptedServer) -> Desk:
    """The extension as it is after installing it, and an engine that knows a few sentences."""
    server.script.sentences = list(SENTENCES)
    running_desk.forget()
    return running_desk


@pytest.fixture(scope="session")
def wrong() -> list[str]:
    """What went wrong so far in scripts of pages, and in ours there."""
    return []


@pytest.fixture(scope="session")
def running_tab(window: BrowserContext, wrong: list[str]) -> Page:
    page = window.new_page()
    page.on("pageerror", lambda error: wrong.append(str(error)))
    return page


@pytest.fixture
def tab(running_tab: Page, desk: Desk, wrong: list[str]) -> Iterator[Page]:
    """A tab in front. An error in a script of the page, or of ours in it, fails the test."""
    running_tab.bring_to_front()
    yield running_tab
    running_tab.unroute_all()
    running_tab.emulate_media(color_scheme="light")
    running_tab.goto("about:blank")
    assert wrong == []


@pytest.fixture
def made(tab: Page, web: str) -> Callable[[str], None]:
    """Opens a page of this body in the tab."""

    def open_page(body: str) -> None:
        whole = f"<!doctype html><style>.f {{ font: 16px sans-serif; width: 480px }}</style>{body}"
        tab.route("**/made", lambda route: route.fulfill(body=whole, content_type="text/html"))
        tab.goto(f"{web}/made")

    return open_page


@pytest.fixture
def eyes(tab: Page) -> Iterator[Eyes]:
    eyes = Eyes(tab)
    yield eyes
    eyes.close()
