"""What is learned of what is sent: nothing unless it is switched on, then the writer's own words and no others.

It does not know what the engine keeps.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from page.extension.desk import Desk
from page.scripted import ScriptedServer
from page.steps import comes_true

pytestmark = pytest.mark.browser


@pytest.fixture
def learning(desk: Desk) -> Desk:
    desk.set(user="kim", learns=True)
    return desk


def taught(page: Page, server: ScriptedServer) -> dict[str, str]:
    """The text that was learned, once it is; it must be the only one."""
    assert comes_true(page, lambda: bool(server.script.taught))
    (letter,) = server.script.taught
    return {name: letter[name] for name in ("user", "text")}


def write(page: Page, server: ScriptedServer, field: str, text: str) -> None:
    page.locator(f"#{field}").focus()
    page.keyboard.press("Control+Home")
    page.keyboard.type(text)
    assert comes_true(page, lambda: text in server.script.texts())


def test_nothing_is_learned_until_it_is_switched_on(
    tab: Page, desk: Desk, server: ScriptedServer, web: str
) -> None:
    desk.set(user="kim")
    tab.goto(f"{web}/chat.html")
    write(tab, server, "box", "At eight then")
    tab.keyboard.press("Enter")
    write(tab, server, "box", "See you")
    assert server.script.taught == []


def test_a_mail_is_learned_without_the_quoted_message(
    tab: Page, learning: Desk, server: ScriptedServer, web: str
) -> None:
    tab.goto(f"{web}/gmail.html")
    write(tab, server, "answer", "The report is coming.")
    tab.locator("#send-answer").click()
    assert taught(tab, server) == {"user": "kim", "text": "The report is coming."}
    assert server.script.taught[0]["context"]["subject"] == "Re: Quarterly numbers"


def test_a_mail_is_learned_when_its_subject_was_written_last(
    tab: Page, learning: Desk, server: ScriptedServer, web: str
) -> None:
    """And only the mail that goes: another one, begun on the page, stays a draft."""
    tab.goto(f"{web}/gmail.html")
    write(tab, server, "answer", "A draft so far")
    write(tab, server, "message", "Shall we have lunch")
    write(tab, server, "subject", "Lunch on")
    tab.keyboard.press("Control+Enter")
    tab.locator("#send").click()
    assert taught(tab, server)["text"] == "Shall we have lunch"


def test_a_mail_is_learned_without_the_signature_and_by_the_keyboard_too(
    tab: Page, learning: Desk, server: ScriptedServer, web: str
) -> None:
    tab.goto(f"{web}/outlook.html")
    write(tab, server, "message", "Tomorrow, I hope.")
    tab.keyboard.press("Control+Enter")
    assert taught(tab, server)["text"] == "Tomorrow, I hope."


def test_a_mail_that_the_page_does_not_let_go_is_not_learned(
    tab: Page, learning: Desk, server: ScriptedServer, web: str
) -> None:
    """A recipient may be missing; the mail is learned when it has gone out, once."""
    tab.goto(f"{web}/gmail.html")
    write(tab, server, "message", "Shall we have lunch")
    tab.locator("#compose").evaluate("compose => { compose.dataset.refuses = 'yes'; }")
    tab.locator("#send").click()
    tab.wait_for_timeout(400)
    assert server.script.taught == []
    tab.locator("#compose").evaluate("compose => { delete compose.dataset.refuses; }")
    tab.locator("#send").click()
    assert taught(tab, server)["text"] == "Shall we have lunch"


def test_enter_sends_in_a_chat(tab: Page, learning: Desk, server: ScriptedServer, web: str) -> None:
    tab.goto(f"{web}/chat.html")
    write(tab, server, "box", "At eight then")
    tab.keyboard.press("Enter")
    assert taught(tab, server)["text"] == "At eight then"
    assert server.script.taught[0]["context"]["kind"] == "chat"


def test_a_chat_that_is_quick_loses_no_message(
    tab: Page, learning: Desk, server: ScriptedServer, web: str
) -> None:
    tab.goto(f"{web}/chat.html")
    write(tab, server, "box", "One")
    tab.keyboard.press("Enter")
    for text in ("Two", "Three"):
        tab.keyboard.type(text)
        tab.keyboard.press("Enter")
    assert comes_true(tab, lambda: len(server.script.taught) == 3)
    assert [letter["text"] for letter in server.script.taught] == ["One", "Two", "Three"]


def test_where_enter_begins_a_line_the_whole_message_is_learned(
    tab: Page, learning: Desk, server: ScriptedServer, made: Callable[[str], None]
) -> None:
    sends = "event.ctrlKey && event.key === 'Enter' && (this.value = '')"
    made(f'<textarea id=box placeholder="Type a message" onkeydown="{sends}"></textarea>')
    write(tab, server, "box", "One")
    tab.keyboard.press("Enter")
    tab.keyboard.type("Two")
    tab.keyboard.press("Control+Enter")
    assert taught(tab, server)["text"] == "One\nTwo"


def test_a_comment_is_learned_as_its_form_takes_the_page_away(
    tab: Page, learning: Desk, server: ScriptedServer, web: str
) -> None:
    tab.goto(f"{web}/fields.html")
    write(tab, server, "remark", "Well said")
    tab.locator("#go").click()
    tab.wait_for_url("**/done.html*")
    assert taught(tab, server)["text"] == "Well said"


def test_one_line_of_a_form_is_never_learned(
    tab: Page, learning: Desk, server: ScriptedServer, web: str
) -> None:
    tab.goto(f"{web}/chat.html")
    tab.evaluate("document.querySelector('#contact').action = 'done.html'")
    tab.locator("#contact input").evaluate("input => { input.id = 'plain'; input.name = 'topic'; }")
    write(tab, server, "plain", "Something private")
    tab.keyboard.press("Enter")
    tab.wait_for_url("**/done.html*")
    tab.goto(f"{web}/chat.html")
    write(tab, server, "box", "Hi")
    tab.keyboard.press("Enter")
    assert taught(tab, server)["text"] == "Hi"
