"""Sending teaches; what was learned can be seen, searched, deleted, exported and forgotten; settings hold.

It does not know how a server learns.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from page.scripted import ScriptedServer
from page.steps import comes_true, has_text, sees_grey, write, write_and_see

pytestmark = pytest.mark.browser


def test_sending_teaches_and_clears_the_body(page: Page, server: ScriptedServer) -> None:
    page.locator("#subject").fill("Report")
    write(page, "Let me know what you think.")
    page.locator("#send").click()
    expect(page.locator("#said")).to_have_text("Sent. 6 words learned.")
    has_text(page, "")
    (taught,) = server.script.taught
    assert (taught["user"], taught["text"]) == ("me", "Let me know what you think.")
    assert taught["context"]["subject"] == "Report"
    expect(page.locator("#body")).to_be_focused()


def test_ctrl_enter_sends_mail_and_enter_sends_chat(page: Page, server: ScriptedServer) -> None:
    write(page, "one")
    page.keyboard.press("Enter")
    page.keyboard.press("Control+Enter")
    has_text(page, "")
    page.get_by_role("radio", name="Chat").check()
    write(page, "two")
    page.keyboard.press("Shift+Enter")
    page.keyboard.press("Enter")
    has_text(page, "")
    assert [taught["text"] for taught in server.script.taught] == ["one\n", "two\n"]


def test_a_refused_message_stays_in_the_body(page: Page, server: ScriptedServer) -> None:
    server.script.learn_problem = {"title": "Disk full", "detail": "The disk is full; nothing was kept."}
    write(page, "Keep me")
    page.locator("#send").click()
    expect(page.locator("#said")).to_have_text(
        "The disk is full; nothing was kept. Your message is still here."
    )
    has_text(page, "Keep me")


def test_what_is_typed_while_a_message_is_sent_stays_and_nothing_is_sent_twice(
    page: Page, server: ScriptedServer
) -> None:
    held: list[Route] = []
    page.route("**/v1/learn", lambda route: held.append(route))
    write(page, "First.")
    page.keyboard.press("Control+Enter")
    assert comes_true(page, lambda: bool(held))
    page.keyboard.type(" Next")
    page.keyboard.press("Control+Enter")
    held[0].continue_()
    has_text(page, " Next")
    assert [taught["text"] for taught in server.script.taught] == ["First."]


def test_with_learning_off_a_message_is_sent_and_not_taught(page: Page, server: ScriptedServer) -> None:
    page.locator("#open-settings").click()
    page.get_by_label("Learn from what I send").uncheck()
    page.get_by_role("button", name="Done").click()
    write(page, "Private words")
    page.locator("#send").click()
    has_text(page, "")
    assert server.script.taught == []


def test_with_suggestions_off_nothing_is_asked_and_the_switch_is_kept(
    page: Page, server: ScriptedServer
) -> None:
    server.script.sentences = ["Thanks again "]
    page.locator("#open-settings").click()
    page.get_by_label("Suggest while I write").uncheck()
    page.get_by_role("button", name="Done").click()
    page.reload()
    write(page, "Thanks ")
    expect(page.locator("#reason")).to_contain_text("switched off")
    assert "Thanks " not in server.script.texts()


def test_keys_saved_are_counted_and_kept_over_messages(page: Page, server: ScriptedServer) -> None:
    server.script.sentences = ["Thanks again and again "]
    write_and_see(page, "Thanks a", "gain and again ")
    page.keyboard.press("Tab")
    expect(page.locator("#saved-percent")).to_have_text("61 %")
    expect(page.locator("#saved-message")).to_have_text("14 keys in this message")
    page.locator("#send").click()
    expect(page.locator("#saved-total")).to_have_text("14 keys, 61 %, over 1 sent message")
    page.reload()
    expect(page.locator("#saved-total")).to_have_text("14 keys, 61 %, over 1 sent message")


def test_learned_phrases_are_listed_searched_and_deleted(page: Page, server: ScriptedServer) -> None:
    server.script.phrases = {"let me know": 3, "and/or <b>": 2, "as soon as possible": 1}
    page.locator('[data-view="learned"]').click()
    expect(page.locator("#learned-summary")).to_contain_text("6 words from 2 messages")
    expect(page.locator("#phrases li")).to_have_count(3)
    page.get_by_label("Search phrases").fill("and/or")
    expect(page.locator("#phrases .phrase")).to_have_text(["and/or <b>"])
    page.get_by_role("button", name="Forget “and/or <b>”").click()
    expect(page.locator("#phrases-note")).to_have_text("No phrase holds these letters.")
    assert "and/or <b>" not in server.script.phrases


def test_forgetting_all_asks_first(page: Page, server: ScriptedServer) -> None:
    server.script.phrases = {"let me know": 3}
    page.locator('[data-view="learned"]').click()
    page.get_by_role("button", name="Forget all").click()
    expect(page.locator("#confirm-words")).to_contain_text("cannot be undone")
    page.get_by_role("button", name="Keep it").click()
    assert server.script.phrases
    page.get_by_role("button", name="Forget all").click()
    page.get_by_role("button", name="Forget everything").click()
    expect(page.locator("#learned-summary")).to_contain_text("Nothing yet")
    assert server.script.phrases == {}


def test_what_was_learned_can_be_exported(page: Page, server: ScriptedServer, tmp_path: Path) -> None:
    server.script.phrases = {"let me know": 3}
    page.locator('[data-view="learned"]').click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Export").click()
    download.value.save_as(tmp_path / "me.json")
    assert json.loads((tmp_path / "me.json").read_text())["phrases"] == {"let me know": 3}


def test_another_name_has_another_memory(page: Page, server: ScriptedServer) -> None:
    page.locator("#open-settings").click()
    page.get_by_label("Whose phrases").fill("ann/b")
    page.get_by_role("button", name="Done").click()
    write(page, "Hello")
    page.locator("#send").click()
    has_text(page, "")
    assert server.script.taught[-1]["user"] == "ann/b"


def test_what_is_sent_is_suggested_in_the_next_message(page: Page, server: ScriptedServer) -> None:
    write(page, "Thanks ")
    sees_grey(page, "")
    page.locator("#send").click()
    has_text(page, "")
    server.script.sentences = ["Thanks again "]
    write_and_see(page, "Thanks ", "again ")
