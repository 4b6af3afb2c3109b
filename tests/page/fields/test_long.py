"""Long texts, and many keys: what a key costs does not grow with the text, and nothing is left behind.

Costs are counted in characters and drawings, for milliseconds of a busy machine prove nothing. It does not know how
a field is read.
"""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from page.fields.steps import sees_grey, text_of, write_and_see
from page.fields.test_places import dress, moved_by_accepting
from page.scripted import ScriptedServer

pytestmark = pytest.mark.browser

EVERY = ["area", "line", "rich", "codemirror", "prosemirror", "tiptap", "lexical"]
every_field = pytest.mark.parametrize("field", EVERY)
NUM_LINES = 10_000
MOST_ASKED = 20_000  # characters
LAID_OUT = (
    "[...document.querySelectorAll('foretype-layer')].map((layer) => "
    "layer.shadowRoot.querySelector('.page').textContent).join('')"
)
COUNT_DRAWINGS = """() => {
  const { setProperty } = CSSStyleDeclaration.prototype;
  window.drawings = 0;
  CSSStyleDeclaration.prototype.setProperty = function (name, ...rest) {
    if (name === '--foretype-color') window.drawings++;
    return setProperty.call(this, name, ...rest);
  };
  window.stopCounting = () => { CSSStyleDeclaration.prototype.setProperty = setProperty; };
}"""
WATCH_NODES = """(id) => {
  window.records = 0;
  const watcher = new MutationObserver((found) => { window.records += found.length; });
  const all = { subtree: true, childList: true, characterData: true, attributes: true };
  watcher.observe(document.getElementById(id), all);
}"""
MOST_LEFT = {"Nodes": 60, "JSEventListeners": 20, "Documents": 0}  # browsers keep a few for a while


@pytest.fixture(autouse=True)
def sentences(server: ScriptedServer) -> None:
    server.script.sentences = ["Thanks again ", "Thanks for sending the report. "]


def test_of_a_long_text_area_the_carets_line_is_laid_out_and_a_part_is_asked_about(
    fields: Page, server: ScriptedServer, reader: Page
) -> None:
    dress(fields, "area", "")
    fields.locator("#area").evaluate(
        "(area, text) => { area.value = text; area.setSelectionRange(text.length, text.length); }",
        "A line of a long text, longer than the field is wide, so that it takes two.\n" * NUM_LINES,
    )
    write_and_see(fields, "area", "Thanks ag", "ain ")
    assert fields.evaluate(LAID_OUT) == "Thanks again "
    assert 8_000 < len(server.script.texts()[-1]) <= MOST_ASKED
    assert moved_by_accepting(fields, reader, "area") <= 1
    fields.keyboard.press("Enter")
    write_and_see(fields, "area", "Thanks ag", "ain ")
    assert moved_by_accepting(fields, reader, "area") <= 1


def test_of_a_long_editable_element_a_part_is_read(fields: Page, server: ScriptedServer) -> None:
    fields.locator("#rich").evaluate(
        """(rich, count) => {
      rich.innerHTML = '<div>A line of a long text.</div>'.repeat(count);
      rich.focus();
      getSelection().selectAllChildren(rich);
      getSelection().collapseToEnd();
    }""",
        NUM_LINES,
    )
    fields.keyboard.press("Enter")
    write_and_see(fields, "rich", "Thanks ag", "ain ")
    assert 8_000 < len(server.script.texts()[-1]) <= MOST_ASKED
    fields.keyboard.press("Tab")
    assert text_of(fields, "rich").endswith("text.\nThanks again ")


@every_field
def test_a_key_is_drawn_once_or_twice(fields: Page, field: str) -> None:
    write_and_see(fields, field, "Thanks for se", "nding the report. ")
    fields.evaluate(COUNT_DRAWINGS)
    try:
        fields.keyboard.type("n")
        sees_grey(fields, "ding the report. ")
        fields.evaluate(
            "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
        )
        assert 1 <= fields.evaluate("drawings") <= 2
    finally:
        fields.evaluate("stopCounting()")


@every_field
def test_grey_text_that_comes_and_goes_changes_no_node_of_the_field(fields: Page, field: str) -> None:
    write_and_see(fields, field, "Thanks ag", "ain ")
    fields.wait_for_timeout(50)  # editors tidy up after a key
    fields.evaluate(WATCH_NODES, field)
    fields.evaluate("(name) => attached[name].enable(false)", field)
    sees_grey(fields, "")
    fields.evaluate("(name) => attached[name].enable(true)", field)
    sees_grey(fields, "ain ")
    assert fields.evaluate("records") == 0
    fields.evaluate("getSelection().selectAllChildren(document.body)")
    assert "ain " not in fields.evaluate("getSelection().toString()")


@every_field
def test_what_is_attached_and_detached_many_times_leaves_nothing_behind(fields: Page, field: str) -> None:
    attach_often = "([name, count]) => { for (let i = 0; i < count; i++) attachTo(name, { user: 'me' }); }"
    fields.evaluate(attach_often, [field, 20])
    before = kept(fields)
    fields.evaluate(attach_often, [field, 200])
    after = kept(fields)
    assert {
        name: after[name] - before[name] for name in MOST_LEFT if after[name] - before[name] > MOST_LEFT[name]
    } == {}


def kept(page: Page) -> dict[str, float]:
    """What the page's memory holds, by the browser's counters, after rubbish is collected."""
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable")
    session.send("HeapProfiler.collectGarbage")
    found = session.send("Performance.getMetrics")["metrics"]
    session.detach()
    return {each["name"]: each["value"] for each in found}
