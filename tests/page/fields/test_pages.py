"""What pages do with fields: change their text by script, close them, limit, align, cover and magnify them, print them.

Grey text must follow, or go. It does not know what a writer does; test_fields does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Error, Page, expect

from page.fields.steps import grey_now, sees_chip, sees_grey, text_of, write, write_and_see
from page.fields.test_places import dress, moved_by_accepting
from page.scripted import ScriptedServer
from page.steps import comes_true

pytestmark = pytest.mark.browser

HELD = """() => {
  window.line = {
    open(hello, listener) { this.tell = listener; }, ask({ seq }) { this.seq = seq; },
    cancel() {}, setContext() {}, report() {}, sent() {}, close() {},
  };
  attachTo('area', { transport: window.line });
}"""
ANSWER = "line.tell({type: 'answer', seq: line.seq, answer: {id: 'a', suggestions: [{text: 'ain '}]}})"
STICKY = """() => {
  const header = document.createElement('header');
  header.style = 'position: fixed; inset: 0 0 auto; height: 600px; background: #def; z-index: 9';
  document.body.prepend(header);
}"""
COLOUR = "getComputedStyle(document.querySelector('foretype-layer').shadowRoot.querySelector('.page')).color"


@pytest.fixture(autouse=True)
def sentences(server: ScriptedServer) -> None:
    server.script.sentences = ["Thanks again ", "Thanks for sending the report and the numbers. "]


@pytest.fixture
def dressed(fields: Page) -> Iterator[Page]:
    """The page of fields, whose own looks a test may change."""
    yield fields
    fields.evaluate("document.documentElement.removeAttribute('style')")
    fields.evaluate("document.body.removeAttribute('style'); document.querySelector('header')?.remove()")
    fields.emulate_media(media="screen", forced_colors="none")


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("area", "field.value = ''"),
        ("line", "field.value = ''"),
        ("rich", "field.textContent = ''"),
        ("area", "field.readOnly = true"),
        ("rich", "field.contentEditable = 'false'"),
        ("line", "field.type = 'password'"),
        ("area", "field.remove()"),
    ],
)
def test_what_a_script_changes_in_a_field_takes_grey_text_away(fields: Page, field: str, change: str) -> None:
    write_and_see(fields, field, "Thanks ag", "ain ")
    fields.locator(f"#{field}").evaluate(f"field => {{ {change}; }}")
    sees_grey(fields, "")
    sees_chip(fields, "")


def test_a_form_that_is_reset_takes_grey_text_away_and_leaves_tab_to_the_page(fields: Page) -> None:
    fields.locator("#area").evaluate(
        "area => { const form = document.createElement('form'); area.replaceWith(form); form.append(area); }"
    )
    write_and_see(fields, "area", "Thanks ag", "ain ")
    fields.evaluate("document.forms[0].reset()")
    fields.keyboard.press("Tab")
    assert text_of(fields, "area") == ""
    expect(fields.locator("#area")).not_to_be_focused()


def test_tab_writes_nothing_into_a_field_that_a_script_has_just_closed(fields: Page) -> None:
    write_and_see(fields, "area", "Thanks ag", "ain ")
    fields.evaluate("""() => {
      const area = document.getElementById('area');
      area.readOnly = true;
      area.dispatchEvent(new KeyboardEvent('keydown', { key: 'Tab', bubbles: true, cancelable: true }));
    }""")
    assert text_of(fields, "area") == "Thanks ag"


def test_an_answer_to_a_text_that_a_script_has_replaced_is_not_shown(fields: Page) -> None:
    fields.evaluate(HELD)
    write(fields, "area", "Thanks ag")
    fields.wait_for_function("line.seq > 0")
    asked = fields.evaluate("line.seq")
    fields.evaluate(f"document.getElementById('area').value = 'Other words'; {ANSWER}")
    sees_grey(fields, "")
    fields.wait_for_function("(asked) => line.seq > asked", arg=asked)
    fields.evaluate(ANSWER)
    sees_grey(fields, "ain ")


def test_an_application_that_rewrites_what_is_typed_is_asked_about_as_it_stands(
    editors: Page, server: ScriptedServer
) -> None:
    server.script.sentences = ["THANKS AGAIN "]
    editors.evaluate("make('controlled')")
    write_and_see(editors, "controlled", "thanks ag", "AIN ")
    editors.keyboard.press("Tab")
    assert comes_true(editors, lambda: text_of(editors, "controlled") == "THANKS AGAIN ")
    assert editors.locator("#controlled").input_value() == "THANKS AGAIN "


def test_what_a_field_has_no_room_for_is_not_offered(fields: Page, server: ScriptedServer) -> None:
    fields.locator("#line").evaluate("line => { line.maxLength = 11; }")
    write(fields, "line", "Thanks ag")
    assert comes_true(fields, lambda: any(server.script.texts()))
    assert grey_now(fields) == ""
    fields.evaluate("document.getElementById('line').maxLength = 13")
    fields.keyboard.type("a")
    sees_grey(fields, "in ")
    fields.keyboard.press("Tab")
    assert text_of(fields, "line") == "Thanks again "


@pytest.mark.parametrize("align", ["right", "center"])
@pytest.mark.parametrize("field", ["area", "line"])
def test_text_that_grey_text_would_push_aside_gets_a_chip(fields: Page, field: str, align: str) -> None:
    fields.locator(f"#{field}").evaluate("(field, align) => { field.style.textAlign = align; }", align)
    write(fields, field, "Thanks ag")
    sees_chip(fields, "again")
    sees_grey(fields, "")


def test_what_does_not_fit_into_one_line_is_read_on_a_chip(fields: Page) -> None:
    fields.locator("#line").evaluate("line => { line.style.width = '150px'; }")
    write(fields, "line", "Thanks for se")
    sees_chip(fields, "sending the report and the numbers.")
    fields.keyboard.press("Tab")
    assert text_of(fields, "line") == "Thanks for sending the report and the numbers. "


def test_lines_below_the_end_of_the_field_are_read_on_a_chip(fields: Page, server: ScriptedServer) -> None:
    rest = "nding the numbers of the last quarter and the first draft of the report "
    server.script.sentences = ["Thanks for se" + rest]
    fields.locator("#area").fill("\n" * 9)
    write(fields, "area", "Thanks for se")
    sees_chip(fields, f"se{rest.rstrip()}")
    fields.locator("#area").fill("")
    write_and_see(fields, "area", "Thanks for se", rest)


@pytest.mark.parametrize("field", ["area", "line", "rich"])
def test_under_a_header_that_sticks_nothing_is_drawn_and_tab_is_the_pages(dressed: Page, field: str) -> None:
    write_and_see(dressed, field, "Thanks ag", "ain ")
    dressed.evaluate(STICKY)
    dressed.evaluate("dispatchEvent(new Event('scroll'))")
    sees_grey(dressed, "")
    dressed.keyboard.press("Tab")
    assert text_of(dressed, field) == "Thanks ag"


def test_what_is_scrolled_out_of_sight_is_not_taken(dressed: Page) -> None:
    write_and_see(dressed, "area", "Thanks ag", "ain ")
    dressed.evaluate("document.body.style.paddingBottom = '3000px'; scrollTo(0, 2000)")
    sees_grey(dressed, "")
    dressed.keyboard.press("Tab")
    assert text_of(dressed, "area") == "Thanks ag"


@pytest.mark.parametrize(
    "look",
    [
        "document.documentElement.style.zoom = 0.8",
        "document.documentElement.style.zoom = 2",
        "document.body.style.zoom = 1.25",
        "document.body.style = 'transform: scale(1.2); transform-origin: 0 0'",
        "document.body.style = 'font: 13.37px/1.43 serif; padding: 3.3px 0 0 7.7px; filter: blur(0)'",
    ],
)
@pytest.mark.parametrize("field", ["area", "line", "rich"])
def test_it_lands_where_it_stood_on_a_page_that_is_magnified(
    dressed: Page, reader: Page, field: str, look: str
) -> None:
    dressed.evaluate(look)
    dress(dressed, field, "")
    write_and_see(dressed, field, "Thanks ag", "ain ")
    assert moved_by_accepting(dressed, reader, field) <= 1


def test_on_a_full_screen_it_stands_above_what_fills_it(dressed: Page, reader: Page) -> None:
    dress(dressed, "area", "")
    dressed.evaluate("document.querySelector('main').requestFullscreen()")
    write_and_see(dressed, "area", "Thanks ag", "ain ")
    assert moved_by_accepting(dressed, reader, "area") <= 1
    dressed.evaluate("document.exitFullscreen()")


def test_forced_colours_draw_no_second_text_and_paper_gets_no_grey(dressed: Page) -> None:
    write_and_see(dressed, "area", "Thanks ag", "ain ")
    dressed.emulate_media(forced_colors="active")
    assert dressed.evaluate(COLOUR) == "rgba(0, 0, 0, 0)"
    dressed.emulate_media(forced_colors="none", media="print")
    assert dressed.evaluate("getComputedStyle(document.querySelector('foretype-layer')).display") == "none"


def test_a_field_attached_twice_is_written_in_once(fields: Page) -> None:
    layers = fields.locator("foretype-layer").count()
    fields.evaluate("window.attached.again = attach(document.getElementById('area'), {user: 'me'})")
    assert fields.locator("foretype-layer").count() == layers
    write_and_see(fields, "area", "Thanks ag", "ain ")
    fields.keyboard.press("Tab")
    assert text_of(fields, "area") == "Thanks again "


@pytest.mark.parametrize("server_named", ["127.0.0.1:8765", "localhost:8765", "null", "ws://127.0.0.1"])
def test_a_server_that_is_no_address_is_refused_with_what_is_wanted(fields: Page, server_named: str) -> None:
    wanted = re.compile('wanted an address such as "http://127.0.0.1:8765"')
    with pytest.raises(Error, match=wanted):
        fields.evaluate("(server) => attachTo('area', {server})", server_named)
    fields.evaluate("attachTo('area', {user: 'me'})")


def test_a_server_behind_a_path_of_the_pages_own_host_is_asked_there(fields: Page) -> None:
    fields.evaluate("attachTo('area', {server: '/behind/'})")
    with fields.expect_request("**/behind/v1/suggest") as asked:
        write(fields, "area", "Thanks")
    assert asked.value.method == "POST"
