"""What is particular to editor libraries: their documents, histories, key maps, menus, code and shared texts stay theirs.

The libraries are the real ones. It does not know what every kind of field does alike; test_fields does.
"""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from page.fields.steps import sees_grey, text_of, write, write_and_see
from page.scripted import ScriptedServer
from page.steps import comes_true

pytestmark = pytest.mark.browser

EDITORS = ["codemirror", "prosemirror", "tiptap", "lexical"]
every_editor = pytest.mark.parametrize("name", EDITORS)
every_shared_editor = pytest.mark.parametrize(
    "name", ["sharedcodemirror", "sharedprosemirror", "sharedlexical"]
)
every_plugged_editor = pytest.mark.parametrize("name", ["pluggedcodemirror", "pluggedprosemirror"])
PASTE = """(name) => {
  const clipboardData = new DataTransfer();
  clipboardData.setData('text/plain', 'A line of a long document.\\n'.repeat(5000));
  const event = new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true });
  document.getElementById(name).dispatchEvent(event);
}"""
LAYERS = "document.querySelectorAll('foretype-layer').length"


@pytest.fixture(autouse=True)
def sentences(server: ScriptedServer) -> None:
    server.script.sentences = ["Thanks for sending the report. ", "Thanks again ", "Go on."]


@every_editor
def test_grey_text_is_in_no_document_no_node_and_no_history(editors: Page, name: str) -> None:
    write_and_see(editors, name, "Thanks for se", "nding the report. ")
    depth = depth_of(editors, name)
    markup = markup_of(editors, name)
    sees_grey(editors, "nding the report. ")
    assert text_of(editors, name) == "Thanks for se"
    assert "nding" not in markup
    editors.keyboard.press("Escape")
    sees_grey(editors, "")
    assert (depth_of(editors, name), markup_of(editors, name)) == (depth, markup)


@every_editor
def test_even_one_letter_is_a_step_of_undo_for_itself(editors: Page, name: str) -> None:
    write_and_see(editors, name, "Go on", ".")
    editors.keyboard.press("Tab")
    editors.keyboard.type("So")
    editors.keyboard.press("Control+z")
    assert text_of(editors, name) == "Go on."
    editors.keyboard.press("Control+z")
    assert text_of(editors, name) == "Go on"


@every_shared_editor
def test_who_shares_the_text_hears_of_nothing_before_it_is_taken(editors: Page, name: str) -> None:
    editors.evaluate("(name) => make(name)", name)
    write(editors, name, "Thanks for s")
    updates = updates_of(editors, name)
    write_and_see(editors, name, "e", "nding the report. ")
    assert updates_of(editors, name) == updates + 1
    depth = depth_of(editors, name)
    editors.keyboard.press("Tab")
    assert text_of(editors, name) == "Thanks for sending the report. "
    editors.keyboard.type("So")
    assert depth_of(editors, name) == depth + 2
    editors.keyboard.press("Control+z")
    editors.keyboard.press("Control+z")
    assert text_of(editors, name) == "Thanks for se"
    editors.keyboard.press("Control+Shift+Z")
    assert text_of(editors, name) == "Thanks for sending the report. "


@every_shared_editor
def test_another_writers_lines_leave_grey_text_where_it_belongs(
    editors: Page, server: ScriptedServer, name: str
) -> None:
    editors.evaluate("(name) => make(name)", name)
    write_and_see(editors, name, "Thanks for se", "nding the report. ")
    asked = len(server.script.asked)
    editors.evaluate("(name) => made[name].joined('Hi Susan,')", name)
    assert comes_true(editors, lambda: text_of(editors, name) == "Hi Susan,\nThanks for se")
    sees_grey(editors, "nding the report. ")
    editors.keyboard.press("Tab")
    assert text_of(editors, name) == "Hi Susan,\nThanks for sending the report. "
    assert len(server.script.asked) <= asked + 1  # what follows the accept


@every_editor
def test_the_editors_own_key_map_sees_tab_only_when_nothing_is_shown(
    editors: Page, server: ScriptedServer, name: str
) -> None:
    write_and_see(editors, name, "Thanks ag", "ain ")
    editors.keyboard.press("Tab")
    assert text_of(editors, name) == "Thanks again "
    assert editors.evaluate("ownTabs") == 0
    editors.evaluate("reset()")
    write(editors, name, "Thanks x ")
    assert comes_true(editors, lambda: "Thanks x " in server.script.texts())
    editors.keyboard.press("Tab")
    assert editors.evaluate("ownTabs") == 1


def test_codemirrors_completions_have_the_keys_while_they_are_shown(
    editors: Page, server: ScriptedServer
) -> None:
    server.script.sentences = [":thumbs up to all of you "]
    write(editors, "codemirror", ":thu")
    editors.wait_for_selector(".cm-tooltip-autocomplete")
    sees_grey(editors, "")
    editors.keyboard.press("Enter")
    assert text_of(editors, "codemirror") == ":thumbs-up"


def test_tiptaps_people_have_the_keys_while_they_are_shown_and_are_read_as_text(
    editors: Page, server: ScriptedServer
) -> None:
    server.script.sentences = ["@Susan is here ", "@Susan Thanks again "]
    write(editors, "tiptap", "@Sus")
    sees_grey(editors, "")
    editors.keyboard.press("Tab")
    assert comes_true(editors, lambda: "@Susan" in markup_of(editors, "tiptap"))
    write_and_see(editors, "tiptap", "Thanks ag", "ain ")
    assert any(text.startswith("@Susan T") for text in server.script.texts())


def test_lexicals_typeahead_has_the_keys_while_it_is_shown(editors: Page, server: ScriptedServer) -> None:
    server.script.sentences = ["@Susan is here "]
    editors.evaluate("make('typeahead')")
    write(editors, "typeahead", "@Sus")
    editors.wait_for_selector("#typeahead-menu li")
    sees_grey(editors, "")
    editors.keyboard.press("Tab")
    assert comes_true(editors, lambda: text_of(editors, "typeahead") == "@Susan")


@every_editor
def test_a_read_only_editor_is_not_asked_about(editors: Page, server: ScriptedServer, name: str) -> None:
    write_and_see(editors, name, "Thanks ag", "ain ")
    editors.evaluate("(name) => made[name].setEditable(false)", name)
    sees_grey(editors, "")
    assert editors.evaluate("(name) => attached[name].refusal", name) == "read-only"
    editors.evaluate("(name) => made[name].setEditable(true)", name)
    assert editors.evaluate("(name) => attached[name].refusal", name) is None


@pytest.mark.parametrize("name", ["prosemirror", "tiptap", "lexical"])
def test_code_is_left_alone(editors: Page, server: ScriptedServer, name: str) -> None:
    editors.locator(f"#{name}").focus()
    editors.evaluate("(name) => made[name].turnIntoCode()", name)
    editors.keyboard.type("Thanks ag")
    assert text_of(editors, name) == "Thanks ag"
    assert editors.evaluate("(name) => attached[name].refusal", name) == "code"
    assert set(server.script.texts()) <= {""}


def test_several_carets_are_a_selection(editors: Page, server: ScriptedServer) -> None:
    write_and_see(editors, "codemirror", "Thanks ag", "ain ")
    editors.evaluate("""() => {
      const { view } = made.codemirror;
      const { main, constructor: Selection } = view.state.selection;
      view.dispatch({ selection: Selection.create([Selection.cursor(3), main], 1) });
    }""")
    sees_grey(editors, "")
    asked = len(server.script.asked)
    editors.keyboard.type("ai")
    assert text_of(editors, "codemirror") == "Thaainks agai"
    assert len(server.script.asked) == asked


@pytest.mark.parametrize("name", ["codemirror", "prosemirror", "lexical"])
def test_of_a_long_document_only_the_part_round_the_caret_is_read(
    editors: Page, server: ScriptedServer, name: str
) -> None:
    editors.locator(f"#{name}").focus()
    editors.evaluate(PASTE, name)
    write_and_see(editors, name, "Thanks ag", "ain ")
    assert 8_000 < len(server.script.texts()[-1]) <= 20_000
    editors.keyboard.press("Tab")
    assert text_of(editors, name).endswith("document.\nThanks again ")


@every_plugged_editor
def test_as_an_extension_it_comes_and_goes_with_the_editor(editors: Page, name: str) -> None:
    layers = editors.evaluate(LAYERS)
    editors.evaluate("(name) => make(name)", name)
    assert editors.evaluate(LAYERS) == layers + 1
    write_and_see(editors, name, "Thanks ag", "ain ")
    editors.keyboard.press("Tab")
    assert text_of(editors, name) == "Thanks again "
    editors.evaluate("(name) => { made[name].destroy(); delete made[name]; delete attached[name]; }", name)
    assert editors.evaluate(LAYERS) == layers


def test_what_is_taken_is_as_bold_as_what_stands_before_it(editors: Page) -> None:
    editors.locator("#prosemirror").focus()
    editors.keyboard.press("Control+b")
    write_and_see(editors, "prosemirror", "Thanks ag", "ain ")
    editors.keyboard.press("Tab")
    assert markup_of(editors, "prosemirror") == "<p><strong>Thanks again </strong></p>"


def depth_of(page: Page, name: str) -> int:
    """How many steps the editor can undo."""
    return int(page.evaluate("(name) => made[name].depth()", name))


def updates_of(page: Page, name: str) -> int:
    """How many updates the shared text has sent."""
    return int(page.evaluate("(name) => made[name].updates()", name))


def markup_of(page: Page, name: str) -> str:
    """The nodes of the editor's element."""
    return str(page.locator(f"#{name}").inner_html())
