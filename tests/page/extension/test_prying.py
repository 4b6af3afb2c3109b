"""Pages that pry: their scripts can neither read grey text, nor take it, nor have anything learned.

Whoever could take it would learn, field by field, what the visitor usually writes. It does not know what is suggested.
"""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from page.extension.desk import Desk
from page.extension.eyes import Eyes
from page.scripted import ScriptedServer
from page.steps import comes_true

pytestmark = pytest.mark.browser
STRUCK = """(field, key) => field.dispatchEvent(
    new KeyboardEvent('keydown', {key, code: key, bubbles: true, composed: true, cancelable: true}))"""


@pytest.fixture
def area(tab: Page, desk: Desk, eyes: Eyes, web: str) -> Page:
    """A text area with grey text in it."""
    tab.goto(f"{web}/frame.html")
    tab.locator("#area").focus()
    tab.keyboard.type("Thanks for se")
    assert eyes.sees("nding the report. ")
    return tab


@pytest.mark.parametrize("key", ["Tab", "ArrowRight"])
def test_a_key_that_a_script_strikes_takes_nothing(area: Page, eyes: Eyes, key: str) -> None:
    area.locator("#area").evaluate(STRUCK, key)
    expect(area.locator("#area")).to_have_value("Thanks for se")
    assert eyes.grey() == "nding the report. "


def test_a_key_that_the_page_has_used_takes_nothing(tab: Page, eyes: Eyes, web: str) -> None:
    """Its listener at the window came first: a spreadsheet's, say, that goes to the next cell."""
    uses = "addEventListener('keydown', (event) => event.key === 'Tab' && event.preventDefault(), true)"
    tab.add_init_script(f"if (location.hash === '#uses') {uses}")
    tab.goto(f"{web}/frame.html#uses")
    tab.locator("#area").focus()
    tab.keyboard.type("Thanks ag")
    assert eyes.sees("ain ")
    tab.keyboard.press("Tab")
    assert tab.locator("#area").input_value() == "Thanks ag"


def test_a_search_through_the_page_finds_no_grey_text(area: Page) -> None:
    """Searching reaches into closed roots, and would tell a page letter by letter what stands there."""
    found = area.evaluate("['nding the', 'report', 'Frame'].map((text) => find(text, false, false, true))")
    assert found == [False, False, False]
    assert (
        area.evaluate("document.getAnimations({subtree: true}).length") == 0
    )  # they would name its elements
    area.evaluate("getSelection().selectAllChildren(document.documentElement)")
    assert "nding" not in area.evaluate("getSelection().toString()")


def test_the_page_is_not_told_which_extension_it_is(area: Page) -> None:
    names = area.evaluate("performance.getEntries().map(({name}) => name)")
    assert not any("extension" in name for name in names)


def test_what_a_script_sends_is_not_learned(tab: Page, desk: Desk, server: ScriptedServer, web: str) -> None:
    """Or any page could put words into its visitor's mouth."""
    desk.set(user="kim", learns=True)
    tab.goto(f"{web}/chat.html")
    tab.locator("#box").focus()
    tab.keyboard.type("Buy it")
    assert comes_true(tab, lambda: "Buy it" in server.script.texts())
    tab.locator("#box").evaluate(STRUCK, "Enter")
    expect(tab.locator("#box")).to_have_text("")
    tab.keyboard.type("See you")
    assert comes_true(tab, lambda: "See you" in server.script.texts())
    tab.keyboard.press("Enter")
    assert comes_true(tab, lambda: bool(server.script.taught))
    assert [letter["text"] for letter in server.script.taught] == ["See you"]
