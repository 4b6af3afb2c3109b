"""Grey text stands exactly where the text will stand, in both schemes and at phone width.

Positions are read from pictures, not from what draws them. It does not know what is suggested.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from page.pixels import farthest_apart, ink_lines
from page.scripted import ScriptedServer
from page.steps import has_text, sees_chip, sees_grey, set_caret, write, write_and_see

pytestmark = pytest.mark.browser

LONG = "Thanks for sending the report and the numbers for the last quarter to everybody in the whole team. "
READ_CONTRAST = """([over, under]) => {
  const layer = document.querySelector('foretype-layer').shadowRoot;
  const style = (name) => getComputedStyle(document.querySelector(name) ?? layer.querySelector(name));
  const rgb = (element, what) => style(element)[what].match(/[\\d.]+/g).map(Number);
  const channel = (value) => (value /= 255) <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  const light = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
  const [a, b] = [light(rgb(over, 'color')), light(rgb(under, 'backgroundColor'))].sort((x, y) => y - x);
  return (a + 0.05) / (b + 0.05);
}"""


@pytest.fixture(scope="module")
def reader(browser: Browser) -> Iterator[Page]:
    """A blank page that reads pictures, outside the page's security policy and in a window of its own."""
    window = browser.new_context()
    yield window.new_page()
    window.close()


def ink_moved(page: Page, reader: Page) -> int:
    """How far the ink moves when the grey text shown now is taken; pixels."""
    body = page.locator(".body")
    before = ink_lines(body, reader)
    page.keyboard.press("Tab")
    page.keyboard.press("Escape")
    sees_grey(page, "")
    return farthest_apart(before, ink_lines(body, reader))


def test_grey_text_lands_within_a_pixel_of_where_it_stood(
    page: Page, server: ScriptedServer, reader: Page
) -> None:
    server.script.sentences = [LONG]
    write_and_see(page, "Hi Susan,\n\nThanks for se", LONG[13:])
    assert ink_moved(page, reader) <= 1


@pytest.mark.parametrize("width", [390, 517, 905])
def test_it_wraps_as_the_text_will(page: Page, server: ScriptedServer, reader: Page, width: int) -> None:
    server.script.sentences = [LONG]
    page.set_viewport_size({"width": width, "height": 820})
    write_and_see(page, LONG[:16], LONG[16:])
    assert ink_moved(page, reader) <= 1


def test_the_body_grows_with_a_long_message_and_grey_text_stays_on_its_line(
    page: Page, server: ScriptedServer, reader: Page
) -> None:
    page.locator("#body").fill(LONG * 30 + "\n\n")
    server.script.sentences = [LONG]
    write_and_see(page, LONG[:16], LONG[16:])
    hidden = page.locator("#body").evaluate("body => body.scrollHeight - body.clientHeight")
    assert hidden <= 0
    assert ink_moved(page, reader) <= 1


def test_nothing_that_is_written_is_moved_or_covered(page: Page, server: ScriptedServer) -> None:
    server.script.sentences = ["Thanks for sending the report to me "]
    write(page, "Thanks for\nI am back on Monday.")
    set_caret(page, len("Thanks for"))
    write_and_see(page, " s", "ending the report to me")
    page.keyboard.press("Tab")
    has_text(page, "Thanks for sending the report to me\nI am back on Monday.")
    server.script.sentences = ["Thanks again for sending it"]
    set_caret(page, len("Thanks"))
    write(page, " ag")
    sees_chip(page, "again for sending it")
    sees_grey(page, "")
    page.keyboard.press("Tab")
    has_text(page, "Thanks again for sending it for sending the report to me\nI am back on Monday.")


def test_html_in_text_and_in_suggestions_is_never_interpreted(page: Page, server: ScriptedServer) -> None:
    evil = "<img src=x onerror=alert(1)><b>bold</b> &amp; "
    server.script.sentences = ["Hi " + evil]
    write_and_see(page, "Hi ", evil)
    assert page.locator("foretype-layer img, foretype-layer b, .panel img").count() == 0
    page.keyboard.press("Tab")
    has_text(page, "Hi " + evil)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_contrast_is_at_least_four_and_a_half(page: Page, server: ScriptedServer, scheme: str) -> None:
    server.script.sentences = ["Thanks again "]
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    write_and_see(page, "Thanks ag", "ain ")
    on_card = [".grey", "#body", ".line label", ".earlier summary", ".actions .keys", ".said"]
    on_paper = [".panel h2", ".words .sure", ".words .word", ".reason", ".figure strong", ".link", ".legend"]
    pairs = [(text, ".mail") for text in on_card] + [(text, "body") for text in on_paper]
    pairs += [(box, box) for box in ("#send", ".kinds input:checked + span", "kbd")]
    measured = {pair: page.evaluate(READ_CONTRAST, list(pair)) for pair in pairs}
    assert {pair: ratio for pair, ratio in measured.items() if ratio < 4.5} == {}


def test_the_switch_overrules_the_systems_scheme(page: Page) -> None:
    paper = "getComputedStyle(document.body).backgroundColor"
    page.emulate_media(color_scheme="light")
    light = page.evaluate(paper)
    page.locator("#open-settings").click()
    page.get_by_role("radio", name="Dark").check()
    dark = page.evaluate(paper)
    assert dark != light
    page.reload()
    assert page.evaluate(paper) == dark
    page.emulate_media(color_scheme="dark")
    page.locator("#open-settings").click()
    page.get_by_role("radio", name="Light").check()
    assert page.evaluate(paper) == light


def test_grey_text_has_the_colour_of_the_scheme_chosen(page: Page, server: ScriptedServer) -> None:
    server.script.sentences = ["Thanks again "]
    page.emulate_media(color_scheme="light")
    page.locator("#open-settings").click()
    page.get_by_role("radio", name="Dark").check()
    page.keyboard.press("Escape")
    write_and_see(page, "Thanks ag", "ain ")
    assert page.evaluate(READ_CONTRAST, [".grey", ".mail"]) >= 4.5


def test_a_phone_has_one_column_and_a_chip_that_takes_the_grey_text(
    browser: Browser, server: ScriptedServer
) -> None:
    server.script.sentences = ["Thanks again "]
    phone = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page = phone.new_page()
    page.goto(server.address)
    write_and_see(page, "Thanks ag", "ain ")
    mail, panel = page.locator(".mail").bounding_box(), page.locator(".panel").bounding_box()
    assert mail and panel and panel["y"] >= mail["y"] + mail["height"]
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    sees_chip(page, "again")
    page.locator("foretype-layer .chip").tap()
    has_text(page, "Thanks again ")
    expect(page.locator("#body")).to_be_focused()
    sees_chip(page, "")
    phone.close()
