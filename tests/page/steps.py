"""What a person does on the page and sees there, in a few words.

It does not know what the server will suggest.
"""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

PATIENCE_MS = 5000
LOOK_EVERY_MS = 10


def write(page: Page, text: str) -> None:
    """Go to the body and strike the keys of `text`."""
    page.locator("#body").focus()
    page.keyboard.type(text)


def grey_text(page: Page) -> Locator:
    """The element of the grey text that stands on the line, where there is any."""
    return page.locator("foretype-layer .frame:not([hidden]) .grey")


def sees_grey(page: Page, text: str) -> None:
    """Grey text on the line is exactly `text`; "" for none."""
    if text:
        expect(grey_text(page)).to_have_js_property("textContent", text)
    else:
        expect(grey_text(page)).to_have_count(0)


def grey_now(page: Page) -> str:
    return "".join(grey_text(page).all_text_contents())


def sees_chip(page: Page, words: str) -> None:
    """A chip offers `words`; "" for no chip."""
    chip = page.locator("foretype-layer .chip")
    if words:
        expect(chip).to_have_text(words)
    expect(chip).to_be_visible(visible=bool(words))


def has_text(page: Page, text: str) -> None:
    expect(page.locator("#body")).to_have_value(text)


def write_and_see(page: Page, text: str, grey: str) -> None:
    write(page, text)
    sees_grey(page, grey)


def set_caret(page: Page, at: int) -> None:
    page.locator("#body").evaluate("(body, at) => body.setSelectionRange(at, at)", at)


def comes_true(page: Page, claim: Callable[[], bool]) -> bool:
    """Whether what the server was told becomes so while the page goes on; False after five seconds."""
    for _ in range(PATIENCE_MS // LOOK_EVERY_MS):
        if claim():
            return True
        page.wait_for_timeout(LOOK_EVERY_MS)
    return False
