"""Input that is not plain typing: composition, selection, paste, and text of every script.

It does not know what the server will suggest.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import CDPSession, Page, expect

from page.scripted import ScriptedServer
from page.steps import grey_now, has_text, sees_grey, set_caret, write, write_and_see

pytestmark = pytest.mark.browser


@pytest.fixture
def compose(page: Page) -> Callable[[str], None]:
    """Set the text that an input method is composing, as the system would."""
    session: CDPSession = page.context.new_cdp_session(page)

    def set_composition(text: str) -> None:
        place = {"selectionStart": len(text), "selectionEnd": len(text)}
        session.send("Input.imeSetComposition", {"text": text, **place})

    return set_composition


def test_an_input_method_that_composes_sees_no_grey_text_and_keeps_its_keys(
    page: Page, server: ScriptedServer, compose: Callable[[str], None]
) -> None:
    server.script.sentences = ["Thanks にほん again ", "Thanks again "]
    write_and_see(page, "Thanks ", "にほん again ")
    asked = len(server.script.asked)
    compose("に")
    sees_grey(page, "")
    compose("にほ")
    expect(page.locator("#reason")).to_contain_text("input method")
    assert len(server.script.asked) == asked
    page.keyboard.insert_text("にほん")
    has_text(page, "Thanks にほん")
    sees_grey(page, " again ")


def test_tab_is_not_taken_while_composing(
    page: Page, server: ScriptedServer, compose: Callable[[str], None]
) -> None:
    server.script.sentences = ["Thanks again "]
    write_and_see(page, "Thanks ", "again ")
    compose("a")
    tab = "new KeyboardEvent('keydown', {key: 'Tab', isComposing: true, cancelable: true, bubbles: true})"
    assert page.locator("#body").evaluate(f"body => body.dispatchEvent({tab})") is True
    has_text(page, "Thanks a")


def test_a_selection_shows_nothing_and_tab_then_leaves(page: Page, server: ScriptedServer) -> None:
    server.script.sentences = ["Thanks again "]
    write_and_see(page, "Thanks ag", "ain ")
    page.keyboard.press("Shift+ArrowLeft")
    sees_grey(page, "")
    expect(page.locator("#reason")).to_have_text("Text is selected.")
    page.keyboard.press("Tab")
    expect(page.locator("#body")).not_to_be_focused()


def test_moving_the_caret_takes_grey_text_away_and_asks_nothing(page: Page, server: ScriptedServer) -> None:
    server.script.sentences = ["Thanks again "]
    write_and_see(page, "Thanks ag", "ain ")
    asked = len(server.script.asked)
    page.keyboard.press("ArrowLeft")
    sees_grey(page, "")
    page.keyboard.press("Home")
    expect(page.locator("#reason")).to_contain_text("Waiting")
    assert len(server.script.asked) == asked


def test_pasted_text_is_asked_about_once_after_a_pause(page: Page, server: ScriptedServer) -> None:
    server.script.sentences = ["Thanks again for all "]
    page.locator("#body").focus()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.evaluate("navigator.clipboard.writeText('Thanks again ')")
    page.keyboard.press("Control+v")
    has_text(page, "Thanks again ")
    assert grey_now(page) == ""
    sees_grey(page, "for all ")
    assert [text for text in server.script.texts() if text] == ["Thanks again "]


def test_the_caret_in_the_middle_sends_what_follows_it(page: Page, server: ScriptedServer) -> None:
    server.script.sentences = ["Thanks for all "]
    server.script.least_typed = len("Thanks f")
    write(page, "Thanks\nBest, Ann")
    set_caret(page, len("Thanks"))
    write_and_see(page, " f", "or all")
    way, text, suffix = server.script.asked[-1]
    assert (way, text, suffix) == ("socket", "Thanks f", "\nBest, Ann")
    page.keyboard.press("Tab")
    has_text(page, "Thanks for all\nBest, Ann")


@pytest.mark.parametrize("text", ["שלום ", "naïve 😀 ", "👩‍👩‍👧 ok ", "日本語 ", "a\u0301 "])
def test_any_script_arrives_whole(page: Page, server: ScriptedServer, text: str) -> None:
    server.script.sentences = [text + "again "]
    server.script.least_typed = len(text)
    page.locator("#body").focus()
    for letter in text:
        page.keyboard.insert_text(letter)
    sees_grey(page, "again ")
    assert server.script.texts()[-1] == text
    page.keyboard.press("Tab")
    has_text(page, text + "again ")
