"""Web servers and browsers that give less than they might: the page works with what there is, or says what is missing."""

from __future__ import annotations

import mimetypes
import shutil
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from page.edge.hosting import HERE, Host
from page.edge.steps import has_text, open_at, sees_grey, until, write

pytestmark = pytest.mark.browser

PLAIN = "http://mail.example/sub/"  # neither https nor this machine: browsers give such a page less
NOTHING_MAY_BE_KEPT = """
  const refuse = () => { throw new DOMException('refused', 'SecurityError'); };
  for (const name of ['sessionStorage', 'localStorage']) Object.defineProperty(window, name, { get: refuse });
  ServiceWorkerContainer.prototype.register = async () => refuse();
  Object.defineProperty(Navigator.prototype, 'hardwareConcurrency', { value: 8 });
"""
STRANGER = "<!doctype html><title>mine</title><style>p { color: rgb(1, 2, 3) }</style><p>mine</p>"


def test_it_suggests_over_plain_http(plain_window: BrowserContext, counts_folder: Path) -> None:
    def served(route: Route) -> None:
        name = route.request.url.removeprefix(PLAIN).partition("?")[0] or "index.html"
        file = HERE / "none" if ".." in name else counts_folder / name
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        route.fulfill(body=file.read_bytes(), content_type=kind) if file.exists() else route.fulfill(
            status=404
        )

    plain_window.route(f"{PLAIN}**", served)
    page = plain_window.new_page()
    open_at(page, PLAIN)
    assert page.evaluate("isSecureContext") is False
    expect(page.locator("#fact-offline")).to_have_text("loads all again")
    write(page, "Please let me kn")
    assert sees_grey(page).startswith("ow")


def test_it_suggests_where_nothing_may_be_kept(page: Page, counts: Host) -> None:
    page.add_init_script(NOTHING_MAY_BE_KEPT)
    open_at(page, counts.address)
    write(page, "Please let me kn")
    assert sees_grey(page).startswith("ow")


def test_a_page_beside_the_folders_own_is_left_as_it_is(
    page: Page, counts_folder: Path, tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(counts_folder, tmp_path / "site"))
    (folder / "mine.html").write_text(STRANGER, encoding="utf-8")
    with Host(folder) as host:
        open_at(page, host.address)
        until(page, "navigator.serviceWorker.controller !== null")
        page.goto(f"{host.address}mine.html")
        assert page.evaluate("getComputedStyle(document.querySelector('p')).color") == "rgb(1, 2, 3)"
        assert page.evaluate("navigator.serviceWorker.controller !== null")


def test_a_script_that_is_not_sent_as_one_is_named(page: Page, counts: Host) -> None:
    page.route("**/page.js", lambda route: route.fulfill(body="", content_type="text/plain"))
    page.goto(counts.address)
    expect(page.locator("#link-words")).to_contain_text(
        "page.js: not loaded; it has to be there, sent as text/javascript"
    )


def test_a_page_that_is_opened_from_the_disk_says_what_to_do(page: Page, counts_folder: Path) -> None:
    page.goto((counts_folder / "index.html").as_uri())
    expect(page.locator("#link-words")).to_contain_text("python3 -m http.server")


def test_what_is_written_while_the_page_is_put_in_place_is_not_lost(page: Page, counts: Host) -> None:
    page.add_init_script("Object.defineProperty(Navigator.prototype, 'hardwareConcurrency', { value: 8 })")
    page.add_init_script(
        "addEventListener('DOMContentLoaded', () => { document.getElementById('body').value = 'Dear Susan' })"
    )
    open_at(page, counts.address)
    until(page, "navigator.serviceWorker.controller !== null")
    has_text(page, "Dear Susan")
    assert page.evaluate("crossOriginIsolated") is False  # it would be, had it been loaded again


def test_the_model_joins_when_the_network_is_back(plain_window: BrowserContext, whole: Host) -> None:
    plain_window.route("**/weights.bin*", lambda route: route.abort())
    page = plain_window.new_page()
    page.goto(f"{whole.address}host/host.html")
    page.wait_for_function("window.loaded")
    page.evaluate("open()")
    state = page.evaluate("engine.complete")
    assert (state["phase"], state["lm"]) == ("ready", "failed")
    assert "weights.bin: no answer" in state["problem"]
    assert page.evaluate("asked('Please let me kn')").startswith("ow")
    plain_window.unroute("**/weights.bin*")
    page.wait_for_function("engine.state.lm === 'ready'")
    assert page.evaluate("engine.state.problem") is None
    loaded, total = page.evaluate("[engine.state.loadedBytes, engine.state.totalBytes]")
    assert loaded == total
