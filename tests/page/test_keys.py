"""The page key by key: what Tab, arrows, Escape, cycling and typing on do to grey text."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from page.scripted import ScriptedServer
from page.steps import comes_true, grey_now, has_text, sees_grey, set_caret, write, write_and_see

pytestmark = pytest.mark.browser


@pytest.fixture(autouse=True)
def sentences(server: ScriptedServer) -> None:
    server.script.sentences = ["Thanks for sending the report. ", "Thanks for your time. ", "Thanks again "]


def test_tab_takes_all_the_grey_text_and_stays_in_the_field(page: Page) -> None:
    write_and_see(page, "Thanks for se", "nding the report. ")
    page.keyboard.press("Tab")
    has_text(page, "Thanks for sending the report. ")
    expect(page.locator("#body")).to_be_focused()


def test_right_at_the_end_takes_all_and_inside_the_text_only_moves(page: Page) -> None:
    write_and_see(page, "Thanks for se", "nding the report. ")
    page.keyboard.press("ArrowRight")
    has_text(page, "Thanks for sending the report. ")
    set_caret(page, 3)
    page.keyboard.press("ArrowRight")
    assert page.locator("#body").evaluate("body => body.selectionStart") == 4


def test_ctrl_right_takes_one_word_and_leaves_the_rest_grey(page: Page, server: ScriptedServer) -> None:
    write_and_see(page, "Thanks for se", "nding the report. ")
    asked = len(server.script.asked)
    page.keyboard.press("Control+ArrowRight")
    has_text(page, "Thanks for sending ")
    sees_grey(page, "the report. ")
    page.keyboard.press("Control+ArrowRight")
    page.keyboard.press("Control+ArrowRight")
    has_text(page, "Thanks for sending the report")
    assert len(server.script.asked) == asked


def test_escape_hides_until_the_next_word_and_then_tab_leaves_the_field(page: Page) -> None:
    write_and_see(page, "Thanks for se", "nding the report. ")
    page.keyboard.press("Escape")
    sees_grey(page, "")
    write(page, "nding")
    sees_grey(page, "")
    write_and_see(page, " ", "the report. ")
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")
    expect(page.locator("#body")).not_to_be_focused()
    has_text(page, "Thanks for sending ")


def test_tab_without_grey_text_leaves_the_field(page: Page) -> None:
    write(page, "Nothing known")
    expect(page.locator("#reason")).to_contain_text("Not sure enough")
    page.keyboard.press("Tab")
    expect(page.locator("#send")).to_be_focused()


def test_tab_in_an_empty_field_leads_through_the_form(page: Page, server: ScriptedServer) -> None:
    server.script.least_typed = 0
    page.locator("#subject").fill("Report")
    page.locator("#body").focus()
    page.keyboard.press("Tab")
    expect(page.locator("#send")).to_be_focused()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Alt+Backslash")
    sees_grey(page, "Thanks for sending the report. ")
    assert server.script.texts() == [""]


def test_a_doubled_tab_does_not_leave_the_field(page: Page) -> None:
    write_and_see(page, "Thanks for se", "nding the report. ")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(page.locator("#body")).to_be_focused()
    has_text(page, "Thanks for sending the report. ")


def test_alt_brackets_walk_through_the_suggestions(page: Page) -> None:
    write_and_see(page, "Thanks ", "for sending the report. ")
    expect(page.locator("#fact-choice")).to_have_text("1 of 3")
    page.keyboard.press("Alt+BracketRight")
    sees_grey(page, "for your time. ")
    page.keyboard.press("Alt+BracketRight")
    sees_grey(page, "again ")
    page.keyboard.press("Alt+BracketLeft")
    sees_grey(page, "for your time. ")
    page.keyboard.press("Tab")
    has_text(page, "Thanks for your time. ")


def test_alt_backslash_asks_even_after_escape(page: Page) -> None:
    write_and_see(page, "Thanks for se", "nding the report. ")
    page.keyboard.press("Escape")
    sees_grey(page, "")
    page.keyboard.press("Alt+Backslash")
    sees_grey(page, "nding the report. ")


def test_typing_through_a_suggestion_asks_nobody_and_never_flickers(
    page: Page, server: ScriptedServer
) -> None:
    write_and_see(page, "Thanks for se", "nding the report. ")
    asked = len(server.script.asked)
    for typed in range(1, len("nding the report")):
        page.keyboard.type("nding the report"[typed - 1])
        assert grey_now(page) == "nding the report. "[typed:]
    assert len(server.script.asked) == asked


def test_an_accept_is_one_step_of_undo_and_redo(page: Page) -> None:
    write_and_see(page, "Thanks for se", "nding the report. ")
    page.keyboard.press("Tab")
    page.keyboard.type("So")
    page.keyboard.press("Control+z")
    has_text(page, "Thanks for sending the report. ")
    page.keyboard.press("Control+z")
    has_text(page, "Thanks for se")
    page.keyboard.press("Control+Shift+z")
    has_text(page, "Thanks for sending the report. ")


def test_drawing_does_not_break_the_undo_of_plain_typing(page: Page) -> None:
    write_and_see(page, "Thanks for se", "nding the report. ")
    page.keyboard.press("Control+z")
    has_text(page, "")


def test_punctuation_takes_the_place_of_an_accepted_space(page: Page) -> None:
    write_and_see(page, "Thanks ag", "ain ")
    page.keyboard.press("Tab")
    page.keyboard.type("!")
    has_text(page, "Thanks again!")
    page.keyboard.type(" a ,")
    has_text(page, "Thanks again! a ,")


def test_backspace_brings_nothing_back_at_once_but_after_a_pause(page: Page, server: ScriptedServer) -> None:
    write_and_see(page, "Thanks ag", "ain ")
    page.keyboard.type("x")
    asked = len(server.script.asked)
    page.keyboard.press("Backspace")
    assert grey_now(page) == ""
    sees_grey(page, "ain ")
    assert server.script.texts()[asked:] in ([], ["Thanks agx"])


def test_what_became_of_each_suggestion_is_told(page: Page, server: ScriptedServer) -> None:
    write_and_see(page, "Thanks ag", "ain ")
    page.keyboard.press("Tab")
    write_and_see(page, "\nThanks for se", "nding the report. ")
    page.keyboard.press("Escape")
    assert comes_true(
        page, lambda: [kind for kind, _ in server.script.outcomes()][-2:] == ["accepted", "rejected"]
    )
