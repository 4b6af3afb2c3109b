"""The extension is renewed or switched off while pages are open: what it left in them falls silent.

It does not know the extension that comes after; without a screen Chromium starts none.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Playwright

from page.extension.conftest import PATIENCE_MS, SENTENCES, arguments
from page.extension.desk import HOME
from page.extension.eyes import Eyes
from page.scripted import ScriptedServer
from page.steps import comes_true

pytestmark = pytest.mark.browser


@pytest.fixture
def window(playing: Playwright, chromium: str, extension: Path, tmp_path: Path) -> Iterator[BrowserContext]:
    """A browser of its own: a renewal closes the extension's pages."""
    window = playing.chromium.launch_persistent_context(
        tmp_path, executable_path=chromium, headless=False, args=arguments(extension)
    )
    window.set_default_timeout(PATIENCE_MS)
    yield window
    window.close()


def test_what_an_extension_that_is_gone_left_in_pages_falls_silent(
    window: BrowserContext, server: ScriptedServer, web: str
) -> None:
    server.script.sentences = list(SENTENCES)
    tab, wrong = window.new_page(), list[str]()
    tab.on("pageerror", lambda error: wrong.append(str(error)))
    tab.on("console", lambda message: wrong.append(f"{message.location['url']}: {message.text}"))
    eyes = Eyes(tab)
    tab.goto(f"{web}/frame.html")
    tab.locator("#area").focus()
    assert comes_true(tab, lambda: len(eyes.layers()) == 1)
    tab.keyboard.type("Thanks ag")
    assert eyes.sees("ain ")
    renew(window)
    tab.bring_to_front()
    tab.keyboard.press("Enter")
    tab.keyboard.type("Thanks ag")
    assert comes_true(tab, lambda: eyes.layers() == [])
    tab.locator("#area").evaluate("area => { area.blur(); area.focus(); }")
    tab.keyboard.type("a")
    tab.wait_for_timeout(300)  # for whatever should not come
    assert eyes.layers() == []
    assert tab.locator("#area").input_value() == "Thanks ag\nThanks aga"
    assert [each for each in wrong if "/favicon.ico: " not in each] == []


def renew(window: BrowserContext) -> None:
    """What the button for it in chrome://extensions does."""
    page = window.new_page()
    page.goto(f"{HOME}/options.html")
    with page.expect_event("close"):
        page.evaluate("void setTimeout(() => chrome.runtime.reload())")
