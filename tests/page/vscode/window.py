"""What a person does in VS Code and sees there, in a few words.

It does not know what the server will suggest.
"""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from page.steps import comes_true

GREY = ".monaco-editor .ghost-text-decoration"
STATUS = "[id='foretype.foretype.foretype'] a"
PATIENCE_MS = 20_000


class Window:
    """A window of the editor with `folder` open."""

    def __init__(self, page: Page, folder: Path) -> None:
        self.page = page
        self._folder = folder

    def wait_for_extension(self) -> None:
        self.page.locator(STATUS).wait_for()

    def open(self, name: str) -> None:
        """Open a file of the folder, the caret at its end."""
        self.page.locator(
            f".explorer-folders-view [aria-label='{name}'], .explorer-folders-view [aria-label^='{name},']"
        ).first.dblclick()
        expect(self.page.locator(f".tab.active[data-resource-name='{name}']")).to_be_visible()
        self.page.locator(".editor-instance .view-lines").click()
        self.page.keyboard.press("Control+End")

    def type(self, keys: str) -> None:
        self.page.keyboard.type(keys, delay=30)

    def press(self, key: str) -> None:
        self.page.keyboard.press(key)

    def sees_grey(self, text: str) -> None:
        """Grey text is exactly `text`; "" for none."""
        grey = self.page.locator(GREY)
        if not text:
            expect(grey).to_have_count(0, timeout=PATIENCE_MS)
            return
        expect(grey.first).to_have_text(text, use_inner_text=False, timeout=PATIENCE_MS)

    def saves(self, name: str, ending: str) -> None:
        """The file ends like this once the editor has written it."""
        self.press("Control+s")
        file = self._folder / name
        assert comes_true(self.page, lambda: file.read_text(encoding="utf-8").endswith(ending))

    def sees_status(self, words: str | re.Pattern[str]) -> None:
        expect(self.status).to_have_attribute("aria-label", words, timeout=PATIENCE_MS)

    @property
    def status(self) -> Locator:
        return self.page.locator(STATUS)

    def close_editors(self) -> None:
        """Close all, unsaved ones without saving."""
        while self.page.locator(".tab.active").count():
            self.run("View: Revert and Close Editor")

    def run(self, command: str) -> None:
        """Run a command of the palette."""
        self.press("F1")
        self.type(command)
        self.page.locator(".quick-input-list .monaco-list-row.focused").wait_for()
        self.press("Enter")
        expect(self.page.locator(".quick-input-widget")).to_be_hidden()
