"""Grey text stands where the text will stand: fonts, wrapping, scrolling, zoom, transforms, right to left; and for those
who do not see it, it is said.

Positions are read from pictures, not from the layer that draws them. It does not know what is suggested.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from page.fields.steps import LIVE, frame_of, sees_chip, sees_grey, text_of, write_and_see
from page.pixels import farthest_apart, ink_lines
from page.scripted import ScriptedServer

pytestmark = pytest.mark.browser

LONG = "Thanks for sending the report and the numbers for the last quarter to everybody in the team. "
HEBREW = "תודה רבה על הדוח "
EDITORS = ["codemirror", "prosemirror", "tiptap", "lexical"]
every_field = pytest.mark.parametrize("field", ["area", "line", "rich", *EDITORS])
every_tall_field = pytest.mark.parametrize("field", ["area", "rich", *EDITORS])
SHIFT = """() => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync('.page { margin-left: 3px; }');
  for (const layer of document.querySelectorAll('foretype-layer')) layer.shadowRoot.adoptedStyleSheets.push(sheet);
}"""
SCROLL_AWAY = """() => {
  const main = document.querySelector('main');
  main.style = 'height: 120px; overflow: auto';
  main.scrollTop = main.scrollHeight;
}"""
INTO_DIALOG = """(field) => {
  const box = document.createElement('dialog');
  box.ariaLabel = 'A dialog';
  field.replaceWith(box);
  box.append(field);
  box.showModal();
}"""
COME_BACK = "() => document.querySelector('main').removeAttribute('style')"
ANNOUNCED = "Suggestion: sending the report. Tab to accept."


@pytest.mark.parametrize("look", ["", "serif zoomed", "moved"])
@every_field
def test_grey_text_lands_where_it_stood(
    fields: Page, server: ScriptedServer, reader: Page, field: str, look: str
) -> None:
    known = LONG if field != "line" else LONG[:32]
    server.script.sentences = [known]
    dress(fields, field, look)
    write_and_see(fields, field, known[:13], known[13:])
    assert moved_by_accepting(fields, reader, field) <= 1


@every_field
def test_it_is_written_from_right_to_left(
    fields: Page, server: ScriptedServer, reader: Page, field: str
) -> None:
    server.script.sentences = [HEBREW]
    dress(fields, field, "")
    fields.locator(f"#{field}").evaluate("field => { field.dir = 'rtl'; }")
    write_and_see(fields, field, HEBREW[:5], HEBREW[5:])
    assert moved_by_accepting(fields, reader, field, key="ArrowLeft") <= 1


@every_tall_field
def test_it_stays_at_the_caret_of_a_field_that_scrolls(
    fields: Page, server: ScriptedServer, reader: Page, field: str
) -> None:
    server.script.sentences = ["Thanks again "]
    dress(fields, field, "")
    for _ in range(6):
        fields.locator(f"#{field}").press("Enter")
    write_and_see(fields, field, "Thanks ag", "ain ")
    assert moved_by_accepting(fields, reader, field) <= 1


@every_tall_field
def test_a_word_that_would_jump_to_the_next_line_is_offered_on_a_chip(
    fields: Page, server: ScriptedServer, field: str
) -> None:
    start = "Thanks for everything and for all the reports that we "
    server.script.sentences = [start + "havesometimes "]
    fields.locator(f"#{field}").focus()
    fields.keyboard.type(start + "h")
    sees_chip(fields, "havesometimes")
    sees_grey(fields, "")
    fields.keyboard.type("avesome")  # now the word itself has gone there
    sees_grey(fields, "times ")
    sees_chip(fields, "")


@every_field
def test_a_field_that_has_come_into_a_dialog_has_its_grey_text_above_it(
    fields: Page, server: ScriptedServer, reader: Page, field: str
) -> None:
    server.script.sentences = ["Thanks again "]
    dress(fields, field, "")
    frame_of(fields, field).evaluate(INTO_DIALOG)
    write_and_see(fields, field, "Thanks ag", "ain ")
    assert moved_by_accepting(fields, reader, field) <= 1


@every_field
def test_grey_text_is_hidden_from_screen_readers_and_said_after_a_pause(
    fields: Page, server: ScriptedServer, field: str
) -> None:
    server.script.sentences = ["Thanks for sending the report. "]
    write_and_see(fields, field, "Thanks for se", "nding the report. ")
    assert fields.evaluate(LIVE) == ""
    fields.wait_for_function(f"(said) => ({LIVE}) === said", arg=ANNOUNCED)
    snapshot = fields.locator("body").aria_snapshot()
    assert "nding the report" not in snapshot.replace(ANNOUNCED, "")


@every_field
def test_axe_finds_nothing_wrong_while_something_is_shown(
    fields: Page, server: ScriptedServer, package: Path, field: str
) -> None:
    server.script.sentences = ["Thanks for sending the report. "]
    write_and_see(fields, field, "Thanks for se", "nding the report. ")
    assert violations(fields, package) == []
    fields.keyboard.type("x")
    fields.keyboard.press("ArrowLeft")
    server.script.sentences = ["Thanks for seven "]
    fields.keyboard.type("v")
    sees_chip(fields, "seven")
    assert violations(fields, package) == []


@pytest.mark.parametrize("name", ["decoratedcodemirror", "decoratedprosemirror"])
def test_it_stands_behind_what_an_editor_draws_besides_its_text(
    editors: Page, server: ScriptedServer, reader: Page, name: str
) -> None:
    server.script.sentences = [LONG]
    editors.evaluate("(name) => make(name)", name)
    dress(editors, name, "")
    write_and_see(editors, name, LONG[:13], LONG[13:])
    assert moved_by_accepting(editors, reader, name) <= 1


@every_field
def test_grey_text_three_pixels_off_would_be_found(
    fields: Page, server: ScriptedServer, reader: Page, field: str
) -> None:
    server.script.sentences = ["Thanks again "]
    dress(fields, field, "")
    fields.evaluate(SHIFT)
    write_and_see(fields, field, "Thanks ag", "ain ")
    assert moved_by_accepting(fields, reader, field) == 3


@every_field
def test_what_a_scrolled_box_round_the_field_hides_is_not_drawn(
    fields: Page, server: ScriptedServer, field: str
) -> None:
    server.script.sentences = ["Thanks again "]
    write_and_see(fields, field, "Thanks ag", "ain ")
    fields.evaluate(SCROLL_AWAY)
    sees_grey(fields, "")
    fields.evaluate(COME_BACK)
    sees_grey(fields, "ain ")


def dress(page: Page, field: str, look: str) -> None:
    """Give the field a look, ink of one colour for grey text too, and no caret that blinks in pictures."""
    frame_of(page, field).evaluate("(field, look) => { field.className += ` bare ${look}`; }", look)


def moved_by_accepting(page: Page, reader: Page, field: str, *, key: str = "Tab") -> int:
    """How far the field's ink moves when the grey text shown now is taken; pixels."""
    shown = frame_of(page, field)
    before = ink_lines(shown, reader)
    page.keyboard.press(key)
    sees_grey(page, "")
    assert text_of(page, field).strip()
    expect(page.locator(f"#{field}")).to_be_focused()
    return farthest_apart(before, ink_lines(shown, reader))


def violations(page: Page, package: Path) -> list[str]:
    """What axe-core finds against WCAG 2.2, levels A and AA."""
    page.evaluate((package.parent / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8"))
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
    found = page.evaluate("(values) => axe.run({runOnly: {type: 'tag', values}})", tags)
    return [f"{each['id']}: {each['nodes'][0]['html']}" for each in found["violations"]]
