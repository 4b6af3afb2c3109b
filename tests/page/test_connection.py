"""The way to the server: a live line first, HTTP while there is none, and back again.

It does not know what is suggested.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from page.scripted import ScriptedServer
from page.steps import comes_true, has_text, sees_grey, write, write_and_see

pytestmark = pytest.mark.browser


WATCH_LINK = """() => {
  window.links = [];
  const link = document.getElementById("link");
  new MutationObserver(() => links.push(link.dataset.link)).observe(link, { attributeFilter: ["data-link"] });
}"""


@pytest.fixture
def restartable(server: ScriptedServer) -> Iterator[ScriptedServer]:
    """The server, running again after the test whatever the test did."""
    yield server
    server.stop()
    server.start()


def test_keys_travel_over_the_live_line(page: Page, server: ScriptedServer) -> None:
    server.script.sentences = ["Thanks again "]
    write_and_see(page, "Thanks ", "again ")
    assert server.script.ways() == {"socket"}
    expect(page.locator("#fact-model")).to_have_text("background+test")


def test_without_a_live_line_the_page_asks_over_http(page: Page, server: ScriptedServer) -> None:
    server.script.sentences = ["Thanks again "]
    server.script.has_socket = False
    page.reload()
    write_and_see(page, "Thanks ", "again ")
    assert server.script.ways() == {"http"}
    page.keyboard.press("Tab")
    expect(page.locator("#link")).to_have_attribute("data-link", "http")
    assert comes_true(page, lambda: ("accepted", 6) in server.script.outcomes())
    page.evaluate(WATCH_LINK)
    tried = server.script.lines
    assert comes_true(page, lambda: server.script.lines >= tried + 2)
    assert set(page.evaluate("links")) <= {"http"}  # that there is no line yet is no news


def test_the_page_comes_back_after_the_server_was_started_again(
    page: Page, restartable: ScriptedServer
) -> None:
    server = restartable
    server.script.sentences = ["Thanks again and again "]
    write_and_see(page, "Thanks ", "again and again ")
    server.stop()
    expect(page.locator("#link")).to_have_attribute("data-link", "lost")
    write(page, "for what")
    has_text(page, "Thanks for what")
    sees_grey(page, "")
    server.script.sentences = ["Thanks for what you did "]
    server.start()
    expect(page.locator("#link")).to_have_attribute("data-link", "live", timeout=10_000)
    sees_grey(page, " you did ")


def test_a_server_that_is_gone_is_told_in_words_and_the_text_stays(
    page: Page, restartable: ScriptedServer
) -> None:
    restartable.stop()
    write(page, "Thanks again")
    expect(page.locator("#reason")).to_contain_text("Your text is safe here")
    page.locator("#send").click()
    expect(page.locator("#said")).to_contain_text("Your message is still here")
    has_text(page, "Thanks again")


def test_the_token_in_the_address_is_used_and_taken_out_of_it(page: Page, server: ScriptedServer) -> None:
    with page.expect_websocket() as line:
        page.goto("about:blank")
        page.goto(f"{server.address}/#token=s3cr%C3%A9t%20word")
    assert "s3cr" not in line.value.url + page.url
    page.wait_for_selector("#link[data-link=live]")
    assert server.script.subprotocols == ["foretype", "foretype.bearer.czNjcsOpdCB3b3Jk"]
    page.locator('[data-view="learned"]').click()
    with page.expect_request("**/v1/users/me") as told:
        page.reload()
    assert told.value.headers["authorization"] == "Bearer s3crét word".encode().decode("latin-1")


def test_the_context_goes_along_and_follows_changes(page: Page, server: ScriptedServer) -> None:
    page.locator("#subject").fill("Report")
    page.locator("#to").fill("Ann <ann@example.com>, bob@example.com")
    write(page, "H")
    assert comes_true(page, lambda: len(server.script.contexts[-1]["to"]) == 2)
    last = server.script.contexts[-1]
    assert (last["kind"], last["subject"]) == ("email", "Report")
    assert last["to"] == ["Ann <ann@example.com>", "bob@example.com"]
    page.get_by_role("radio", name="Note").check()
    write(page, "i")
    expect(page.locator("#send")).to_have_text("Save")
    assert comes_true(page, lambda: server.script.contexts[-1]["kind"] == "note")
    assert server.script.contexts[-1]["to"] == []
