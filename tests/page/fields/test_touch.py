"""On a phone: a finger has no Tab, so a chip is offered besides grey text, and a tap on it takes it.

The window is a phone's, with touch events and a coarse pointer. It does not know screen keyboards.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from page.fields.conftest import EDITORS, PATIENCE_MS, load
from page.fields.steps import CHIP, sees_chip, sees_grey, text_of, write_and_see
from page.scripted import ScriptedServer

pytestmark = pytest.mark.browser

FINGER_PX = 24  # WCAG 2.2, target size (minimum); ours is larger


@pytest.fixture(scope="module")
def phone(browser: Browser) -> Iterator[BrowserContext]:
    phone = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    phone.set_default_timeout(PATIENCE_MS)
    yield phone
    phone.close()


@pytest.fixture(scope="module")
def screens(phone: BrowserContext, running_server: ScriptedServer, wrong: list[str]) -> dict[str, Page]:
    """Both pages on the phone."""
    return {
        name: load(phone, f"{running_server.address}/fields/{name}.html", wrong)
        for name in ("fields", "editors")
    }


@pytest.mark.parametrize("field", ["area", "line", "rich", *sorted(EDITORS)])
def test_a_tap_on_the_chip_takes_grey_text_and_leaves_the_caret_in_the_field(
    screens: dict[str, Page], server: ScriptedServer, field: str, wrong: list[str]
) -> None:
    server.script.sentences = ["Thanks again "]
    screen = screens["editors" if field in EDITORS else "fields"]
    screen.bring_to_front()
    screen.evaluate("reset()")
    screen.locator(f"#{field}").tap()
    write_and_see(screen, field, "Thanks ag", "ain ")
    sees_chip(screen, "again")
    chip = screen.locator("foretype-layer .chip:visible")
    box = chip.bounding_box()
    assert box is not None and min(box["width"], box["height"]) >= FINGER_PX
    chip.tap()
    assert text_of(screen, field) == "Thanks again "
    expect(screen.locator(f"#{field}")).to_be_focused()
    sees_grey(screen, "")
    assert screen.evaluate(CHIP) == ""
    assert wrong == []
