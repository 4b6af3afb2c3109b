"""Claims about the extension in VS Code itself, typed into key by key in a browser."""

from __future__ import annotations

import re

import pytest

from page.scripted import ScriptedServer
from page.steps import comes_true
from page.vscode.window import Window

pytestmark = [pytest.mark.browser, pytest.mark.editors]

KNOW = "Please let me know if you can come "
ON = "foretype: Suggestions are on. Click to switch them off."


def test_tab_takes_a_suggestion_in_one_step_of_undo(window: Window, server: ScriptedServer) -> None:
    server.script.sentences = [KNOW]
    window.open("draft.eml")
    window.type("Please let me kn")
    window.sees_grey("ow if you can come ")
    window.press("Tab")
    window.saves("draft.eml", "Hi Sue,\n\n" + KNOW)
    assert comes_true(window.page, lambda: server.script.outcomes() == [("accepted", 0)])
    window.press("Control+z")
    window.saves("draft.eml", "Hi Sue,\n\nPlease let me kn")


def test_a_mail_is_asked_about_without_its_headers(window: Window, server: ScriptedServer) -> None:
    server.script.sentences = [KNOW]
    window.open("late.eml")
    window.type("Please")
    window.sees_grey(" let me know if you can come ")
    assert all(text.startswith("P") for text in server.script.texts())


def test_typing_through_a_suggestion_asks_nobody(window: Window, server: ScriptedServer) -> None:
    server.script.sentences = [KNOW]
    server.script.least_typed = len("Please ")
    window.open("note.md")
    window.type("Please ")
    window.sees_grey("let me know if you can come ")
    asked = len(server.script.asked)
    window.type("let me")
    window.sees_grey(" know if you can come ")
    assert len(server.script.asked) == asked


def test_a_word_can_be_taken(window: Window, server: ScriptedServer) -> None:
    server.script.sentences = [KNOW]
    window.open("note.md")
    window.type("Please let me kn")
    window.sees_grey("ow if you can come ")
    window.press("Control+ArrowRight")
    window.sees_grey(" if you can come ")


@pytest.mark.parametrize(
    ("name", "why"), [(".env", "hold secrets"), ("code.py", "not in foretype.languages")]
)
def test_secrets_and_code_are_left_alone(window: Window, server: ScriptedServer, name: str, why: str) -> None:
    server.script.sentences = [KNOW]
    window.open(name)
    window.type("Please let me kn")
    assert why in (window.status.get_attribute("aria-label") or "")
    window.open("note.md")
    window.type("Please")
    window.sees_grey(" let me know if you can come ")
    assert set(server.script.texts()) <= {f"# Note\n\n{KNOW[:n]}" for n in range(len(KNOW))}


def test_the_box_for_a_commit_message_has_suggestions(window: Window, server: ScriptedServer) -> None:
    server.script.sentences = ["Mend the parser "]
    window.press("Control+Shift+G")
    window.page.locator(".scm-editor .view-lines").click()
    window.type("Mend the")
    window.sees_grey(" parser ")
    window.press("Control+a")
    window.press("Delete")
    window.press("Control+Shift+E")


def test_the_status_item_switches_suggestions_off_and_on(window: Window, server: ScriptedServer) -> None:
    server.script.sentences = [KNOW]
    window.open("note.md")
    window.sees_status(ON)
    window.status.click()
    window.sees_status("foretype: Suggestions are off. Click to switch them on.")
    window.page.locator(".editor-instance .view-lines").click()
    window.type("Please")
    window.status.click()
    window.sees_status(ON)
    assert server.script.asked == []
    window.page.locator(".editor-instance .view-lines").click()
    window.type(" let")
    window.sees_grey(" me know if you can come ")


def test_without_the_server_typing_goes_on_and_it_is_found_again(
    window: Window, server: ScriptedServer
) -> None:
    server.script.sentences = [KNOW]
    server.stop()
    window.open("note.md")
    window.type("Please")
    window.sees_status(re.compile("does not answer: is `foretype serve` running there?"))
    server.start()
    window.page.wait_for_timeout(1000)  # the server is left in peace that long
    window.type(" let")
    window.sees_grey(" me know if you can come ")
    window.sees_status(ON)


def test_a_saved_mail_is_learned_when_it_is_closed_and_opened_again_only_what_is_new(
    window: Window, server: ScriptedServer
) -> None:
    window.open("late.eml")
    window.type("See you.")
    window.saves("late.eml", "See you.")
    window.type(" Soon.")
    window.saves("late.eml", "See you. Soon.")
    assert server.script.taught == []
    window.close_editors()
    assert comes_true(window.page, lambda: bool(server.script.taught))
    [taught] = server.script.taught
    assert (taught["user"], taught["text"]) == ("me", "See you. Soon.")
    assert taught["context"]["subject"] == "Late"
    window.open("late.eml")
    window.press("Enter")
    window.type("Bring cake.")
    window.saves("late.eml", "Bring cake.")
    window.close_editors()
    assert comes_true(window.page, lambda: len(server.script.taught) == 2)
    assert server.script.taught[1]["text"] == "Bring cake."


def test_a_saved_mail_is_learned_when_the_window_goes(window: Window, server: ScriptedServer) -> None:
    window.open("draft.eml")
    window.type("See you.")
    window.saves("draft.eml", "See you.")
    window.page.reload()
    window.wait_for_extension()
    assert comes_true(window.page, lambda: len(server.script.taught) == 1), server.script.taught
