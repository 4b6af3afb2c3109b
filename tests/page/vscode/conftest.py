"""VS Code itself, as code-server shows it in a browser, with the built extension installed and a folder open.

The editor's own extension host runs the extension. It does not know what is typed.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from page.scripted import ScriptedServer
from page.vscode.window import Window

EXTENSION = Path(__file__).parents[3] / "clients" / "vscode"
LISTENING = re.compile(r"HTTP server listening on (\S+)")
STARTS_MS = 60_000  # it loads some 15 MB of scripts


@pytest.fixture(scope="session")
def editor_home() -> Path:
    """Where .ci/editors put code-server and its node."""
    home = Path(os.environ.get("FORETYPE_EDITORS", "/nowhere"))
    if not (home / "code-server").is_dir():
        absent = "no code-server: .ci/editors DIR, and FORETYPE_EDITORS=DIR"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(absent)
    if not (EXTENSION / "dist" / "extension.js").is_file():
        absent = "clients/vscode is not built: npm ci && npm run build, in clients"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(absent)
    return home


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that is open in the editor: a repository with a draft, a note, code and secrets."""
    folder = tmp_path_factory.mktemp("folder")
    subprocess.run(["git", "init", "-q", folder], check=True)
    for name, text in {
        "draft.eml": "To: Sue <sue@x.example>\nSubject: Plan\n\nHi Sue,\n\n",
        "late.eml": "Subject: Late\n\n",
        "note.md": "# Note\n\n",
        "code.py": "x = 1\n",
        ".env": "KEY=\n",
    }.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def address(
    editor_home: Path, running_server: ScriptedServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """A running code-server with the extension, pointed at the scripted server."""
    data = tmp_path_factory.mktemp("vscode")
    _install(data / "extensions" / "foretype.foretype-0.1.0")
    _configure(data, running_server.address)
    command = [editor_home / "bin" / "node", editor_home / "code-server" / "out" / "node" / "entry.js"]
    options = ["--auth=none", "--bind-addr=127.0.0.1:0", "--disable-telemetry", "--disable-update-check"]
    folders = [f"--user-data-dir={data}", f"--extensions-dir={data}/extensions", f"--config={data}/config"]
    environment = os.environ | {"HOME": str(data)}
    with subprocess.Popen(
        [*command, *options, *folders, "--disable-workspace-trust"],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        assert process.stdout is not None
        told = (LISTENING.search(line) for line in process.stdout)
        yield next(found[1].rstrip("/") for found in told if found)
        process.terminate()


def _install(place: Path) -> None:
    place.mkdir(parents=True)
    shutil.copy(EXTENSION / "package.json", place)
    shutil.copytree(EXTENSION / "dist", place / "dist")


def _configure(data: Path, server: str) -> None:
    settings = {
        "foretype.server": server,
        "foretype.user": "me",
        "foretype.learn": ["mail"],
        "workbench.startupEditor": "none",
        "files.autoSave": "off",
    }
    (data / "Machine").mkdir()
    (data / "Machine" / "settings.json").write_text(json.dumps(settings), encoding="utf-8")


@pytest.fixture(scope="session")
def opened(browser: Browser, address: str, folder: Path) -> Iterator[Window]:
    """One window for all tests."""
    page: Page = browser.new_page(viewport={"width": 1180, "height": 760})
    page.set_default_timeout(STARTS_MS)
    page.goto(f"{address}/?folder={folder}")
    window = Window(page, folder)
    window.wait_for_extension()
    yield window
    page.close()


@pytest.fixture
def window(opened: Window, server: ScriptedServer) -> Iterator[Window]:
    """The window with no editor open, and a server that has heard nothing yet."""
    yield opened
    opened.close_editors()
