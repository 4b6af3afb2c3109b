"""Looks that a page gives a field: where grey text can be placed right it is, and else there is a chip, or nothing at all.

It does not know where exactly grey text stands; test_places does.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from page.fields.steps import frame_of, grey_now, sees_chip, sees_grey, text_of, write, write_and_see
from page.fields.test_places import dress, moved_by_accepting
from page.scripted import ScriptedServer

pytestmark = pytest.mark.browser

EVERY = ["area", "line", "rich", "codemirror", "prosemirror", "tiptap", "lexical"]
every_field = pytest.mark.parametrize("field", EVERY)
TURNS = [
    "rotate(7deg)",
    "rotate(180deg)",
    "scaleX(-1)",
    "skewX(8deg)",
    "scale(1.4, 0.9)",
    "perspective(400px) rotateY(9deg)",
]
DRESS = "(field, turn) => { field.style.transform = turn; dispatchEvent(new Event('resize')); }"
LONG = "Thanks for sending the report and the numbers for the last quarter to everybody in the team. "


@pytest.fixture(autouse=True)
def sentences(server: ScriptedServer) -> None:
    server.script.sentences = ["Thanks again ", LONG]


@pytest.fixture
def bodied(fields: Page) -> Iterator[Page]:
    """The page, whose body a test may dress."""
    yield fields
    fields.evaluate("document.body.removeAttribute('style')")


@every_field
def test_a_field_that_is_turned_has_no_grey_text_until_it_is_turned_back(fields: Page, field: str) -> None:
    write_and_see(fields, field, "Thanks ag", "ain ")
    for turn in TURNS:
        frame_of(fields, field).evaluate(DRESS, turn)
        sees_grey(fields, "")
        sees_chip(fields, "")
        frame_of(fields, field).evaluate(DRESS, "")
        sees_grey(fields, "ain ")
    fields.evaluate("document.querySelector('main').style.rotate = '3deg'")
    sees_grey(fields, "")
    fields.keyboard.press("Tab")
    assert text_of(fields, field) == "Thanks ag"
    fields.evaluate("document.querySelector('main').removeAttribute('style')")


@pytest.mark.parametrize("field", ["line", "rich", "codemirror", "prosemirror", "lexical"])
def test_lines_that_run_downwards_get_no_grey_text(fields: Page, server: ScriptedServer, field: str) -> None:
    write_and_see(fields, field, "Thanks a", "gain ")
    fields.locator(f"#{field}").evaluate("field => { field.style.writingMode = 'vertical-rl'; }")
    fields.keyboard.type("g")
    sees_grey(fields, "")
    sees_chip(fields, "")


@pytest.mark.parametrize("field", ["rich", "codemirror", "prosemirror", "lexical"])
def test_words_that_run_against_the_line_are_offered_on_a_chip(bodied: Page, field: str) -> None:
    bodied.evaluate("document.body.style.direction = 'rtl'")
    write(bodied, field, "Thanks ag")
    sees_chip(bodied, "again")
    assert grey_now(bodied) == ""


@pytest.mark.parametrize("look", ["text-align: justify", "text-wrap: balance", "white-space: nowrap"])
@pytest.mark.parametrize("field", ["rich", "lexical"])
def test_lines_that_would_break_otherwise_once_it_is_written_get_a_chip(
    fields: Page, field: str, look: str
) -> None:
    fields.locator(f"#{field}").evaluate("(field, look) => { field.style.cssText = look; }", look)
    write(fields, field, LONG[:13])
    sees_chip(fields, LONG[11:].strip())
    assert grey_now(fields) == ""


@pytest.mark.parametrize(
    "look", ["height: 42px", "field-sizing: content; height: auto; width: auto; min-width: 420px"]
)
def test_what_a_low_text_area_would_cut_off_is_read_on_a_chip(fields: Page, look: str) -> None:
    fields.locator("#area").evaluate("(area, look) => { area.style.cssText += look; }", look)
    write(fields, "area", LONG[:13])
    sees_chip(fields, LONG[11:].strip())
    fields.keyboard.press("Tab")
    assert text_of(fields, "area") == LONG


@every_field
def test_it_lands_where_it_stood_in_an_odd_font_at_odd_distances(
    fields: Page, server: ScriptedServer, reader: Page, field: str
) -> None:
    server.script.sentences = [LONG if field != "line" else LONG[:26]]
    dress(fields, field, "odd")
    write_and_see(fields, field, LONG[:13], server.script.sentences[0][13:])
    assert moved_by_accepting(fields, reader, field) <= 1
