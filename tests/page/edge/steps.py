"""What a person does on the engine's own page and sees there, in a few words. It does not know how anything is found."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page, expect

PATIENCE_MS = 20_000  # on a busy machine the model takes seconds to open
LOOK_EVERY_MS = 20
GREY = "document.querySelector('foretype-layer')?.shadowRoot.querySelector('.frame:not([hidden]) .grey')?.textContent ?? ''"
GAP_MS = 15  # between keys: a quick writer


def ready(page: Page) -> None:
    """All that the folder holds answers."""
    page.wait_for_selector("#loading.is-over", state="attached")


def open_at(page: Page, address: str) -> None:
    page.goto(address)
    ready(page)


def write(page: Page, text: str, *, field: str = "body") -> None:
    page.locator(f"#{field}").focus()
    page.keyboard.type(text, delay=GAP_MS)


def until(page: Page, expression: str) -> Any:
    """What the expression gives, once it is true; asked again and again, since the page's policy forbids to wait inside."""
    for _ in range(PATIENCE_MS // LOOK_EVERY_MS):
        if found := page.evaluate(expression):
            return found
        page.wait_for_timeout(LOOK_EVERY_MS)
    raise AssertionError(f"{expression}: not true within {PATIENCE_MS} ms")


def sees_grey(page: Page) -> str:
    """What stands in grey, once something does."""
    return str(until(page, GREY))


def send(page: Page, text: str) -> None:
    """Write a message and send it; it is learned."""
    page.locator("#body").fill(text)
    page.locator("#send").click()
    expect(page.locator("#said")).to_contain_text("learned.")


def has_text(page: Page, text: str) -> None:
    expect(page.locator("#body")).to_have_value(text)
