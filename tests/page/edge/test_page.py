"""The engine's own page on the plainest web server: it loads, suggests, learns, and needs nobody afterwards."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from foretype.edge.build import build_folder
from foretype.edge.parts import packaged_sources
from page.edge.hosting import Host
from page.edge.steps import has_text, open_at, ready, sees_grey, send, until, write
from page.steps import comes_true

pytestmark = pytest.mark.browser

NOTE = "Please see the attached Zanzibar figures before our weekly planning call."
VERSION = "fetch('manifest.json').then((reply) => reply.json()).then(({ version }) => version)"
KEPT = """async () => {
  const opening = indexedDB.open('foretype');
  const database = await new Promise((resolve) => (opening.onsuccess = () => resolve(opening.result)));
  const all = (name) => new Promise((resolve) => {
    const asked = database.transaction(name).objectStore(name).getAll();
    asked.onsuccess = () => resolve(asked.result);
  });
  return JSON.stringify([await all('messages'), await all('values')]);
}"""


def test_it_suggests_with_the_packages_model_and_then_with_the_network_cut(
    page: Page, whole: Host, window: BrowserContext
) -> None:
    open_at(page, whole.address)
    expect(page.locator("#link-words")).to_have_text("Ready")
    expect(page.locator("#fact-model")).to_have_text("foretype-27m")
    write(page, "Hi Susan,\n\nThanks for se")
    grey = sees_grey(page)
    page.keyboard.press("Tab")
    has_text(page, f"Hi Susan,\n\nThanks for se{grey}")
    expect(page.locator("#fact-offline")).to_have_text("needs no network")

    asked_before = len(whole.requests)
    whole.stop()
    window.set_offline(True)
    page.reload()
    ready(page)
    expect(page.locator("#link-words")).to_have_text("Ready, offline")
    write(page, "Please let me kn")
    assert sees_grey(page).startswith("ow")
    assert len(whole.requests) == asked_before


def test_nothing_leaves_the_page_once_it_has_loaded(page: Page, counts: Host) -> None:
    open_at(page, counts.address)
    until(page, "navigator.serviceWorker.controller !== null")
    counts.requests.clear()
    left: list[tuple[str, str]] = []
    page.context.on("request", lambda request: left.append((request.method, request.url)))
    write(page, "Please see the att")
    sees_grey(page)
    page.keyboard.press("Tab")
    send(page, NOTE)
    page.get_by_role("link", name="Learned").click()
    page.get_by_role("button", name="Forget “Zanzibar”").click()
    expect(page.get_by_role("button", name="Forget “Zanzibar”")).to_have_count(0)
    # What browsers fetch of their own accord: the tab's picture, and whether there is a newer version.
    assert set(counts.requests) <= {"/sw.js"}
    assert set(left) <= {("GET", f"{counts.address}{name}") for name in ("icon.svg", "sw.js")}


def test_each_large_file_crosses_the_wire_once(page: Page, counts: Host) -> None:
    open_at(page, counts.address)
    page.reload()
    ready(page)
    large = [path.partition("?")[0] for path in counts.requests if ".bin" in path]
    assert sorted(large) == ["/background.bin", "/ranker.bin", "/strengths.bin"]


def test_what_is_sent_is_learned_at_once_and_kept_over_a_reload(page: Page, counts: Host) -> None:
    open_at(page, counts.address)
    send(page, NOTE)
    send(page, NOTE)
    write(page, "please see the attached Z")
    assert sees_grey(page).startswith("anzibar")
    page.reload()
    ready(page)
    write(page, "please see the attached Z")
    assert sees_grey(page).startswith("anzibar")


def test_a_chat_is_sent_with_enter_and_screen_readers_hear_of_it(page: Page, counts: Host) -> None:
    open_at(page, counts.address)
    expect(page.locator("#live")).to_have_text("Ready, counts only")
    page.get_by_label("Chat").check()
    write(page, "see you at the usual place")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").filter(has_text="6 words learned")).to_be_attached()
    has_text(page, "")


def test_an_export_reads_as_the_servers_and_can_be_brought_back(
    page: Page, counts: Host, tmp_path: Path
) -> None:
    open_at(page, counts.address)
    send(page, NOTE)
    page.get_by_role("link", name="Learned").click()
    expect(page.locator("#learned-summary")).to_contain_text("11 words from 1 message")
    with page.expect_download() as download:
        page.get_by_role("button", name="Export").click()
    file = tmp_path / "export.json"
    download.value.save_as(file)
    kept = json.loads(file.read_text(encoding="utf-8"))
    assert (kept["user"], list(kept["messages"][0])) == ("me", ["sent_at", "text"])

    forget_everything(page)
    page.locator("#import-file").set_input_files(file)
    expect(page.locator("#phrases-note")).to_have_text("11 words learned from 1 message.")
    page.locator("#import-file").set_input_files(file)
    expect(page.locator("#phrases-note")).to_contain_text("1 message known already")


def test_forgetting_leaves_nothing_of_a_person_in_the_browser(page: Page, counts: Host) -> None:
    open_at(page, counts.address)
    send(page, NOTE)
    assert "Zanzibar" in page.evaluate(KEPT)
    page.get_by_role("link", name="Learned").click()
    forget_everything(page)
    assert page.evaluate(KEPT) == "[[],[]]"


def test_a_file_that_is_no_export_is_refused_in_words(page: Page, counts: Host, tmp_path: Path) -> None:
    open_at(page, f"{counts.address}#learned")
    for content, words in (("[1, 2]", "found no list of messages"), ("no json", "This file is no JSON")):
        (tmp_path / "other.json").write_text(content, encoding="utf-8")
        page.locator("#import-file").set_input_files(tmp_path / "other.json")
        expect(page.locator("#phrases-note")).to_contain_text(words)


@pytest.mark.slow
def test_two_tabs_know_what_the_other_learned(page: Page, window: BrowserContext, counts: Host) -> None:
    open_at(page, counts.address)
    other = window.new_page()
    open_at(other, counts.address)
    send(page, NOTE)
    send(page, NOTE)
    other.bring_to_front()
    write(other, "please see the attached Z")
    assert sees_grey(other).startswith("anzibar")


def _version_at_a_later_visit(page: Page, host: Host) -> object:
    """What the page is served after nobody was there for a moment; browsers take their time to see that."""
    page.goto("about:blank")
    page.wait_for_timeout(200)
    open_at(page, host.address)
    return page.evaluate(VERSION)


@pytest.mark.slow
def test_a_new_version_takes_over_when_the_last_tab_is_closed_and_fetches_only_what_changed(
    page: Page, window: BrowserContext, tmp_path: Path
) -> None:
    sources = packaged_sources(model=None)
    folder = tmp_path / "site"
    old = build_folder(folder, sources, runtime={}).manifest.version
    with Host(folder) as host:
        open_at(page, host.address)
        until(page, "navigator.serviceWorker.controller !== null")
        new = build_folder(folder, replace(sources, ranker=None), runtime={}).manifest.version
        later = window.new_page()
        open_at(later, host.address)
        until(later, "navigator.serviceWorker.getRegistration().then(({ waiting }) => waiting !== null)")
        assert later.evaluate(VERSION) == old

        later.close()
        assert comes_true(page, lambda: _version_at_a_later_visit(page, host) == new)
        caches = page.evaluate("caches.keys()")
        assert [name.rpartition(" ")[2] for name in caches if "shell" in name] == [new]
        assert sum(path.startswith("/background.bin") for path in host.requests) == 1
        assert not page.evaluate("caches.match('ranker.bin', { ignoreSearch: true })")


def test_private_statistics_are_off_until_somebody_agrees_and_then_show_the_report(
    page: Page, counts: Host
) -> None:
    open_at(page, counts.address)
    page.get_by_role("button", name="Settings").click()
    switch = page.get_by_label("Help with private statistics")
    expect(switch).not_to_be_checked()
    expect(page.locator("#statistics-note")).to_contain_text("goes to http://127.0.0.1:9")
    assert "private" not in page.evaluate(KEPT)
    switch.check()
    expect(page.locator("#statistics-note")).to_contain_text("The first one on")
    assert "seasonsLeft" in page.evaluate(KEPT)
    switch.uncheck()
    expect(page.locator("#statistics-note")).not_to_contain_text("The first one on")
    assert "seasonsLeft" not in page.evaluate(KEPT)


@pytest.mark.slow
def test_a_page_with_many_cores_is_loaded_once_more_so_that_threads_are_allowed(
    page: Page, counts: Host
) -> None:
    page.add_init_script("Object.defineProperty(Navigator.prototype, 'hardwareConcurrency', { value: 8 })")
    open_at(page, counts.address)
    assert until(page, "crossOriginIsolated") is True
    assert sum(path.startswith("/background.bin") for path in counts.requests) == 1


def forget_everything(page: Page) -> None:
    page.get_by_role("button", name="Forget all").click()
    page.get_by_role("button", name="Forget everything").click()
    expect(page.locator("#phrases-note")).to_have_text("Everything is forgotten.")
