"""What the extension reads round a field: mail with subject, recipients and the message answered; a chat; or a note.

It does not know what the engine makes of it.
"""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page

from page.extension.eyes import Eyes
from page.scripted import ScriptedServer
from page.steps import comes_true

pytestmark = pytest.mark.browser
QUESTION = "Could you send me the report for March?"


def context_of(page: Page, server: ScriptedServer, field: str) -> dict[str, Any]:
    """What the engine is told when somebody begins to write in the field."""
    server.script.contexts.clear()
    page.locator(f"#{field}").focus()
    page.keyboard.press("Control+Home")
    page.keyboard.type("Than")
    assert comes_true(page, lambda: bool(server.script.contexts))
    return server.script.contexts[-1]


def test_an_answer_in_a_conversation_is_a_mail_with_the_quoted_message(
    tab: Page, server: ScriptedServer, web: str
) -> None:
    tab.goto(f"{web}/gmail.html")
    assert context_of(tab, server, "answer") == {
        "kind": "email",
        "subject": "Re: Quarterly numbers",
        "previous": QUESTION,
        "to": ["susan@example.com"],
        "locale": "en-US",
    }


def test_without_a_quote_the_last_message_of_the_conversation_is_answered(
    tab: Page, server: ScriptedServer, web: str
) -> None:
    tab.goto(f"{web}/gmail.html")
    tab.locator("#answer .gmail_quote").first.evaluate("quote => quote.remove()")
    tab.locator('[name="subject"]').evaluate("subject => subject.remove()")
    context = context_of(tab, server, "answer")
    assert context["previous"] == f"{QUESTION}\n\nSusan"
    assert context["subject"] == "Quarterly numbers"


def test_a_new_mail_has_its_own_subject_and_recipients_and_answers_nothing(
    tab: Page, eyes: Eyes, server: ScriptedServer, web: str
) -> None:
    tab.goto(f"{web}/gmail.html")
    tab.locator("#subject").fill("Lunch")
    context = context_of(tab, server, "message")
    assert context["kind"] == "email"
    assert (context["subject"], context["previous"], context["to"]) == ("Lunch", "", ["omar@example.com"])


def test_a_subject_written_later_is_told_at_the_next_focus(
    tab: Page, server: ScriptedServer, web: str
) -> None:
    tab.goto(f"{web}/gmail.html")
    assert context_of(tab, server, "message")["subject"] == ""
    tab.locator("#subject").fill("Dinner")
    assert context_of(tab, server, "message")["subject"] == "Dinner"


def test_outlooks_composer_is_a_mail_too(tab: Page, server: ScriptedServer, web: str) -> None:
    tab.goto(f"{web}/outlook.html")
    assert context_of(tab, server, "message") == {
        "kind": "email",
        "subject": "Re: Invoice 1042",
        "previous": "When will the invoice be paid?",
        "to": ["ines@example.org"],
        "locale": "en-US",
    }


def test_beside_a_log_of_messages_it_is_a_chat(tab: Page, server: ScriptedServer, web: str) -> None:
    tab.goto(f"{web}/chat.html")
    context = context_of(tab, server, "box")
    assert context == {"kind": "chat", "previous": "Dana: We start at eight", "locale": "en-GB"}


def test_a_form_that_asks_for_a_name_too_is_a_note(tab: Page, server: ScriptedServer, web: str) -> None:
    tab.goto(f"{web}/chat.html")
    assert context_of(tab, server, "enquiry")["kind"] == "note"


def test_the_pages_own_way_with_tab_waits_while_something_is_shown(tab: Page, eyes: Eyes, web: str) -> None:
    tab.goto(f"{web}/gmail.html")
    tab.locator("#message").focus()
    tab.keyboard.type("Thanks ag")
    assert eyes.sees("ain ")
    tab.keyboard.press("Tab")
    assert tab.locator("#message").inner_text().replace("\u00a0", " ") == "Thanks again "
    tab.wait_for_timeout(300)  # a second Tab this soon is swallowed: it was meant for grey text
    tab.keyboard.press("Tab")
    assert tab.evaluate("document.activeElement.id") == "send"
