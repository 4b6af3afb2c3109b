"""When the engine dies in mid-typing, or the browser ends the extension's worker: the field goes on without them.

It does not know why they went.
"""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from page.extension.desk import Desk
from page.extension.eyes import Eyes
from page.scripted import ScriptedServer
from page.steps import comes_true

pytestmark = pytest.mark.browser


@pytest.fixture
def area(tab: Page, eyes: Eyes, web: str) -> Page:
    """A text area with grey text in it."""
    tab.goto(f"{web}/frame.html")
    tab.locator("#area").focus()
    tab.keyboard.type("Thanks ag")
    assert eyes.sees("ain ")
    return tab


def test_without_its_engine_the_field_works_and_grey_text_comes_back_by_itself(
    area: Page, eyes: Eyes, desk: Desk, server: ScriptedServer
) -> None:
    server.stop()
    area.keyboard.press("Enter")
    area.keyboard.type("Thanks f")
    assert eyes.sees("")
    area.keyboard.press("Tab")  # nothing is shown, so it leaves
    expect(area.locator("#area")).not_to_be_focused()
    area.locator("#area").focus()
    server.start()
    assert eyes.sees("or sending the report. ")
    expect(area.locator("#area")).to_have_value("Thanks ag\nThanks f")


def test_a_worker_that_was_ended_is_not_missed(
    area: Page, eyes: Eyes, desk: Desk, server: ScriptedServer
) -> None:
    desk.end_worker()
    assert eyes.grey() == "ain "
    area.keyboard.type("a")
    assert eyes.grey() == "in "
    area.keyboard.press("Enter")
    area.keyboard.type("Thanks for")
    assert eyes.sees(" sending the report. ")


def test_what_a_suggestion_came_to_is_told_to_a_new_worker(
    area: Page, eyes: Eyes, desk: Desk, server: ScriptedServer
) -> None:
    desk.end_worker()
    area.keyboard.press("Tab")
    assert comes_true(area, lambda: ("accepted", 4) in server.script.outcomes())
    assert comes_true(area, lambda: (desk.kept("saved") or {}).get("total") == 3)


def test_a_field_that_was_left_keeps_no_line_to_the_engine(
    area: Page, eyes: Eyes, desk: Desk, server: ScriptedServer
) -> None:
    """It opens a new one with the next word."""
    opened = len(server.script.contexts)
    area.locator("body").evaluate("() => document.activeElement.blur()")
    area.wait_for_timeout(1200)  # it rests after a second
    area.locator("#area").focus()
    area.keyboard.press("Enter")
    area.keyboard.type("Thanks for")
    assert eyes.sees(" sending the report. ")
    assert comes_true(area, lambda: len(server.script.contexts) == opened + 1)
