"""The page without a mouse and without eyes: what is announced, labelled, reachable, and still.

It does not know a particular screen reader; it checks what all of them read.
"""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from page.axe import wrong_in
from page.scripted import STATIC, ScriptedServer
from page.steps import grey_text, has_text, sees_grey, write_and_see

pytestmark = pytest.mark.browser

PHONE, DESK = ViewportSize(width=390, height=800), ViewportSize(width=1180, height=900)
LIVE = "foretype-layer .live"
NAME_OF_FOCUS = "document.activeElement.id || document.activeElement.textContent.trim()"
OUTLINE = "e => getComputedStyle(e).outlineStyle + getComputedStyle(e).outlineWidth"


@pytest.fixture(autouse=True)
def sentences(server: ScriptedServer) -> None:
    server.script.sentences = ["Thanks for sending the report. "]


def test_grey_text_is_hidden_from_screen_readers_and_told_once_after_a_pause(page: Page) -> None:
    write_and_see(page, "Thanks for se", "nding the report. ")
    assert grey_text(page).evaluate("grey => grey.closest('[aria-hidden=true]') !== null")
    live = page.locator(LIVE)
    expect(live).to_have_text("Suggestion: sending the report. Tab to accept.")
    page.keyboard.type("x")
    expect(live).to_have_text("", timeout=600)
    assert live.get_attribute("role") == "status"  # which is polite


def test_announcements_can_be_switched_off(page: Page) -> None:
    page.locator("#open-settings").click()
    page.get_by_label("Tell screen readers about suggestions").uncheck()
    page.get_by_role("button", name="Done").click()
    page.clock.install()
    write_and_see(page, "Thanks for se", "nding the report. ")
    page.clock.run_for(5000)
    expect(page.locator(LIVE)).to_have_text("")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_wrong_in_any_view(browser: Browser, server: ScriptedServer, scheme: str) -> None:
    server.script.phrases = {"let me know": 3}
    size = PHONE if scheme == "light" else DESK
    window = browser.new_context(color_scheme=scheme, viewport=size, bypass_csp=True)  # type: ignore[arg-type]
    page = window.new_page()
    page.goto(server.address)
    write_and_see(page, "Thanks for se", "nding the report. ")
    assert wrong_in(page) == []
    page.get_by_role("button", name="Settings").click()
    assert wrong_in(page) == []
    page.keyboard.press("Escape")
    page.get_by_role("link", name="Learned").click()
    expect(page.locator("#phrases li")).to_have_count(1)
    assert wrong_in(page) == []
    window.close()


def test_every_field_and_button_has_a_name(page: Page) -> None:
    nameless = page.evaluate("""() => [...document.querySelectorAll('input, textarea, button, a, dialog')]
      .filter((e) => !(e.labels?.length || e.getAttribute('aria-label') || e.getAttribute('aria-labelledby')
        || e.textContent.trim())).map((e) => e.outerHTML)""")
    assert nameless == []


def test_the_whole_page_is_reached_and_left_with_the_keyboard_alone(page: Page) -> None:
    page.locator(".wordmark").focus()
    reached = []
    for _ in range(14):
        reached.append(page.evaluate(NAME_OF_FOCUS))
        page.keyboard.press("Tab")
    wanted = ["Write", "Learned", "open-settings", "to", "subject", "body", "send"]
    assert [name for name in reached if name in wanted] == wanted


def test_focus_can_be_seen(page: Page) -> None:
    for element in ("#open-settings", "#send", ".earlier summary", '[data-view="learned"]'):
        page.locator(element).focus()
        page.keyboard.press("Shift+Tab")
        page.keyboard.press("Tab")
        assert page.locator(element).evaluate(OUTLINE) == "solid2px", element


def test_reduced_motion_stills_everything(page: Page) -> None:
    page.emulate_media(reduced_motion="reduce")
    write_and_see(page, "Thanks for se", "nding the report. ")
    moving = page.evaluate("""() => [...document.querySelectorAll('*')].map((e) => getComputedStyle(e))
      .filter((s) => s.animationName !== 'none' || !/^(0s(, )?)+$/.test(s.transitionDuration)).length""")
    assert moving == 0


def test_the_browsers_own_suggestions_are_off_and_its_spelling_is_on(page: Page) -> None:
    body = page.locator("#body")
    assert body.get_attribute("writingsuggestions") == "false"
    assert body.get_attribute("spellcheck") == "true"


def test_a_dialog_is_left_with_escape_and_gives_the_focus_back(page: Page) -> None:
    page.locator("#open-settings").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#settings")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#settings")).to_be_hidden()
    expect(page.locator("#open-settings")).to_be_focused()


def test_the_panel_tells_each_words_sources_in_text(page: Page, server: ScriptedServer) -> None:
    server.script.least_typed = len("Thanks for se")
    write_and_see(page, "Thanks for se", "nding the report. ")
    rows = page.locator(".words li:visible")
    expect(rows).to_have_count(3)
    expect(rows.first).to_contain_text("sending")
    expect(rows.first).to_contain_text("90 %")
    expect(rows.first).to_contain_text("Language model 40 %, Background 20 %, You 30 %, This message 10 %")
    page.keyboard.press("Escape")
    sees_grey(page, "")
    expect(page.locator("#reason")).to_have_text("Hidden until the next word.")
    has_text(page, "Thanks for se")


def test_no_script_or_style_stands_inside_the_page() -> None:
    html = (STATIC / "index.html").read_text(encoding="utf-8")
    assert " style=" not in html and "<style" not in html and " on" + "click" not in html
    assert html.count("<script") == html.count("<script src=") + html.count('<script type="module" src=')
    assert "http://" not in html and "https://" not in html
