"""What a writer does in a tab, over and over. It does not know what the tests claim."""

from __future__ import annotations

from playwright.sync_api import Page

from page.extension.eyes import Eyes


def begin(tab: Page, eyes: Eyes) -> None:
    """Write in the area, which shows that all is there."""
    tab.locator("#area").focus()
    tab.keyboard.type("Thanks ag")
    assert eyes.sees("ain ")
