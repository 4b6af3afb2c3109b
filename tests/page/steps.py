"""What a person does on the page and sees there, in a few words.

It does not know what the server will suggest.
"""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

PATIENCE_MS = 5000
LOOK_EVERY_MS = 10


def write(page: Page, text: str) -> None:
    """Go to the body and strike the keys of `text`."""
    page.locator("#body").focus()
    page.keyboard.type(text)


def sees_grey(page: Page, text: str) -> None:
    """Grey text is exactly `text`; "" for none."""
    expect(page.locator("[data-grey]")).to_have_js_property("textContent", text)


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
