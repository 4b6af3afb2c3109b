"""Grey text in text areas, inputs and editable elements, key by key: what is taken, told, undone and left alone.

It does not know where grey text stands; test_places does.
"""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from page.fields.steps import grey_now, sees_chip, sees_grey, text_of, write, write_and_see
from page.scripted import ScriptedServer
from page.steps import comes_true

pytestmark = pytest.mark.browser
EVERY = ["area", "line", "rich", "codemirror", "prosemirror", "tiptap", "lexical"]
every_field = pytest.mark.parametrize("field", EVERY)


@pytest.fixture(autouse=True)
def sentences(server: ScriptedServer) -> None:
    server.script.sentences = [
        "Thanks for sending the report. ",
        "Thanks for your time. ",
        "Thanks again ",
        "Regards, all of us. ",
    ]


@every_field
def test_tab_takes_grey_text_as_one_undo_step(fields: Page, field: str) -> None:
    write_and_see(fields, field, "Thanks for se", "nding the report. ")
    assert text_of(fields, field) == "Thanks for se"
    fields.keyboard.press("Tab")
    assert text_of(fields, field) == "Thanks for sending the report. "
    expect(fields.locator(f"#{field}")).to_be_focused()
    fields.keyboard.type("So")
    fields.keyboard.press("Control+z")
    assert text_of(fields, field) == "Thanks for sending the report. "
    fields.keyboard.press("Control+z")
    assert text_of(fields, field) == "Thanks for se"
    fields.keyboard.press("Control+Shift+Z")
    assert text_of(fields, field) == "Thanks for sending the report. "


@every_field
def test_typing_through_asks_nobody_and_never_flickers(
    fields: Page, server: ScriptedServer, field: str
) -> None:
    write_and_see(fields, field, "Thanks for se", "nding the report. ")
    asked = len(server.script.asked)
    for typed, letter in enumerate("nding the", start=1):
        fields.keyboard.type(letter)
        assert grey_now(fields) == "nding the report. "[typed:]
    assert len(server.script.asked) == asked


@every_field
def test_a_word_is_taken_punctuation_closes_up_and_escape_dismisses(
    fields: Page, server: ScriptedServer, field: str
) -> None:
    write_and_see(fields, field, "Thanks ag", "ain ")
    fields.keyboard.press("Control+ArrowRight")
    fields.keyboard.type("!")
    assert text_of(fields, field) == "Thanks again!"
    fields.keyboard.press("Control+a")
    fields.keyboard.press("Delete")
    write_and_see(fields, field, "Regards, a", "ll of us. ")
    fields.keyboard.press("Escape")
    assert grey_now(fields) == ""
    told = {"accepted", "rejected"}
    assert comes_true(fields, lambda: told <= {kind for kind, _ in server.script.outcomes()})


@every_field
def test_tab_is_not_stolen_when_nothing_is_shown(fields: Page, server: ScriptedServer, field: str) -> None:
    write(fields, field, "Nothing known")
    assert comes_true(fields, lambda: "Nothing known" in server.script.texts())
    fields.keyboard.press("Tab")
    expect(fields.locator(f"#{field}")).not_to_be_focused()
    assert text_of(fields, field) == "Nothing known"


@every_field
def test_an_input_method_that_composes_sees_no_grey_text(fields: Page, field: str) -> None:
    write_and_see(fields, field, "Thanks ", "for sending the report. ")
    session = fields.context.new_cdp_session(fields)
    session.send("Input.imeSetComposition", {"text": "ag", "selectionStart": 2, "selectionEnd": 2})
    sees_grey(fields, "")
    fields.keyboard.insert_text("ag")
    sees_grey(fields, "ain ")
    assert text_of(fields, field) == "Thanks ag"


@every_field
def test_a_selection_shows_nothing_and_leaving_hides(fields: Page, field: str) -> None:
    write_and_see(fields, field, "Thanks ag", "ain ")
    fields.keyboard.press("Shift+ArrowLeft")
    sees_grey(fields, "")
    fields.keyboard.press("ArrowRight")
    fields.keyboard.type("a")
    sees_grey(fields, "in ")
    fields.locator("#plain").focus()
    sees_grey(fields, "")


@every_field
def test_what_is_inside_the_text_is_offered_on_a_chip_that_a_tap_takes(fields: Page, field: str) -> None:
    write(fields, field, "Thanks x")
    fields.keyboard.press("ArrowLeft")
    fields.keyboard.type("ag")
    sees_chip(fields, "again")
    assert grey_now(fields) == ""
    fields.locator("foretype-layer .chip:visible").click()
    assert text_of(fields, field) == "Thanks again x"
    expect(fields.locator(f"#{field}")).to_be_focused()


@pytest.mark.parametrize("field", [name for name in EVERY if name != "line"])
def test_lines_and_blocks_of_a_field_are_lines_of_its_text(
    fields: Page, server: ScriptedServer, field: str
) -> None:
    write(fields, field, "Hi  Susan,")
    fields.keyboard.press("Enter")
    fields.keyboard.press("Enter")
    fields.keyboard.type("Than")
    fields.keyboard.press("Shift+Enter")
    write_and_see(fields, field, "Thanks ag", "ain ")
    assert server.script.texts()[-1].startswith("Hi  Susan,\n\nThan\nThanks ")


@pytest.mark.parametrize(
    ("field", "refusal"),
    [("word", "password"), ("card", "card"), ("code", "one-time-code"), ("quiet", "autocomplete-off")],
)
def test_fields_that_hold_secrets_are_never_asked_about(
    fields: Page, server: ScriptedServer, field: str, refusal: str
) -> None:
    write(fields, field, "Thanks for se")
    assert fields.evaluate("(name) => attached[name].refusal", field) == refusal
    write_and_see(fields, "area", "Thanks ag", "ain ")
    assert all(not text.startswith("Thanks for") for text in server.script.texts())


@pytest.mark.parametrize("markup", ["<pre>x</pre>", "<p>A <code>piece of code</code></p>"])
def test_code_in_an_editable_element_is_left_alone_and_what_follows_it_is_not(
    fields: Page, server: ScriptedServer, markup: str
) -> None:
    fields.locator("#rich").evaluate(
        "(rich, markup) => { rich.innerHTML = `${markup}<p>Thanks</p>`; }", markup
    )
    fields.locator("#rich pre, #rich code").click()
    fields.keyboard.type("Thanks ag")
    assert fields.evaluate("attached.rich.refusal") == "code"
    assert server.script.texts() == []
    fields.locator("#rich p:last-child").click()
    fields.keyboard.press("End")
    fields.keyboard.type(" ag")
    sees_grey(fields, "ain ")


def test_a_password_that_is_shown_stays_a_secret(fields: Page, server: ScriptedServer) -> None:
    fields.locator("#area").evaluate("area => { area.id = 'user-password'; }")
    fields.locator("#user-password").focus()
    fields.keyboard.type("Thanks for se")
    fields.wait_for_timeout(100)
    assert server.script.texts() == []


@every_field
def test_the_pages_own_menu_keeps_its_keys_and_hides_grey_text(fields: Page, field: str) -> None:
    write_and_see(fields, field, "Thanks ag", "ain ")
    fields.locator(f"#{field}").evaluate("field => field.setAttribute('aria-expanded', 'true')")
    sees_grey(fields, "")
    fields.keyboard.press("Tab")
    assert text_of(fields, field) == "Thanks ag"


@every_field
def test_a_question_that_nobody_waits_for_any_more_is_called_off(
    fields: Page, server: ScriptedServer, field: str
) -> None:
    write_and_see(fields, field, "Thanks ag", "ain ")
    server.script.is_slow = True
    fields.keyboard.press("x")
    assert comes_true(fields, lambda: "Thanks agx" in server.script.texts())
    before = server.script.called_off  # keys that came before their answers
    fields.keyboard.press("Home")
    assert comes_true(fields, lambda: server.script.called_off == before + 1)


def test_a_live_line_carries_the_questions_and_only_what_changed(
    fields: Page, server: ScriptedServer
) -> None:
    write_and_see(fields, "area", "Thanks ag", "ain ")
    assert comes_true(fields, lambda: len(server.script.contexts) == 1)
    fields.keyboard.press("Enter")
    write_and_see(fields, "area", "Thanks for s", "ending the report. ")
    way, text, _ = server.script.asked[-1]
    assert (way, text[:10]) == ("socket", "Thanks ag\n")


@every_field
def test_a_dead_server_leaves_a_plain_field_and_a_live_one_is_found_again(
    fields: Page, server: ScriptedServer, field: str
) -> None:
    write_and_see(fields, field, "Thanks ag", "ain ")
    server.stop()
    try:
        fields.keyboard.press("Control+a")
        fields.keyboard.type("Thanks for")
        assert text_of(fields, field) == "Thanks for"
    finally:
        server.start()
    sees_grey(fields, " sending the report. ")


def test_what_was_sent_is_learned_and_the_next_message_begins(fields: Page, server: ScriptedServer) -> None:
    server.script.has_socket = False
    fields.evaluate("""() => { attached.plain = attach(document.getElementById('plain'), {user: 'me'}); }""")
    write_and_see(fields, "plain", "Thanks ag", "ain ")
    fields.keyboard.press("Tab")
    fields.evaluate("attached.plain.sent()")
    assert comes_true(fields, lambda: [each["text"] for each in server.script.taught] == ["Thanks again "])
    assert server.script.ways() == {"http"}


@every_field
def test_a_detached_field_is_as_it_was_found(fields: Page, server: ScriptedServer, field: str) -> None:
    write_and_see(fields, field, "Thanks ag", "ain ")
    layers = fields.locator("foretype-layer").count()
    fields.evaluate("(name) => attached[name].detach()", field)
    assert fields.locator("foretype-layer").count() == layers - 1
    asked = len(server.script.asked)
    fields.keyboard.type("ai")
    assert (text_of(fields, field), len(server.script.asked)) == ("Thanks agai", asked)
    fields.keyboard.press("Tab")
    assert text_of(fields, field) == "Thanks agai"
