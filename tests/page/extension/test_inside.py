"""The engine inside the extension: suggests, learns and forgets with no server, and lets no word out of the browser.

It does not know how the engine works; tests/edge does.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import BrowserContext, Playwright, expect

from page.extension.conftest import PATIENCE_MS, arguments, build_with_engine, carried
from page.extension.desk import HOME, Desk
from page.extension.eyes import Eyes
from page.extension.proxy import NotingProxy
from page.steps import comes_true

pytestmark = pytest.mark.browser


@pytest.fixture
def whole(tmp_path: Path) -> Path:
    return build_with_engine(tmp_path) / "chromium"


@pytest.fixture
def browser_of_its_own(
    playing: Playwright, chromium: str, extension: Path, whole: Path, proxy: NotingProxy, tmp_path: Path
) -> Iterator[BrowserContext]:
    args = [*arguments(whole), *proxy.arguments]
    window = playing.chromium.launch_persistent_context(
        tmp_path / "profile", executable_path=chromium, headless=False, args=args
    )
    window.set_default_timeout(PATIENCE_MS)
    yield window
    window.close()


def test_it_suggests_learns_and_forgets_and_no_word_leaves_the_browser(
    browser_of_its_own: BrowserContext, proxy: NotingProxy, web: str
) -> None:
    desk = Desk(browser_of_its_own.new_page())
    desk.page.goto(f"{HOME}/popup.html")  # which starts the engine, and follows how far it is
    expect(desk.page.locator("#standing[data-state=ready]")).to_contain_text(
        "The engine runs in this browser"
    )
    desk.page.goto(f"{HOME}/options.html")
    desk.set(user="kim", learns=True)
    tab = browser_of_its_own.new_page()
    tab.goto(f"{web}/chat.html")
    eyes = Eyes(tab)
    tab.locator("#box").focus()
    assert comes_true(tab, lambda: bool(eyes.layers()))
    for message in ("Greetings from Marmaris tonight", "Rosebud7&kQ", "My login there is Rosebud7&kQ now"):
        tab.keyboard.type(message)
        tab.keyboard.press("Enter")  # the second was meant for another field
    tab.keyboard.type("Thanks for y")
    assert comes_true(tab, lambda: eyes.grey().startswith("our"))
    tab.keyboard.press("Control+a")
    tab.keyboard.type("Greetings from Mar")
    assert comes_true(tab, lambda: eyes.grey().startswith("maris"))
    desk.end_worker()  # the engine stays
    tab.keyboard.press("Control+a")
    tab.keyboard.type("Greetings from Marm")
    assert comes_true(tab, lambda: eyes.grey().startswith("aris"))
    tab.keyboard.press("Control+a")
    tab.keyboard.type("My login there is R")
    tab.wait_for_timeout(300)  # for whatever should not come
    assert not eyes.grey().startswith("ose")
    assert forgotten(desk)
    tab.reload()
    tab.locator("#box").focus()
    tab.keyboard.type("Greetings from Mar")
    assert comes_true(tab, lambda: eyes.grey() != "")
    assert not eyes.grey().startswith("maris")
    assert carried(proxy) == {urlsplit(web).netloc}


def forgotten(desk: Desk) -> bool:
    """What the settings page says after its button was pressed."""
    page = desk.page
    page.reload()
    page.bring_to_front()
    expect(page.locator("#inside")).to_be_checked()
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Forget what was learned").click()
    expect(page.locator("#status")).to_have_text("Forgotten.")
    return True
