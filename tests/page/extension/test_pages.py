"""Pages that do with fields what pages do: full screens, pop-overs, design mode, fields drawn anew, documents rewritten.

It does not know how a layer is drawn; tests/page/fields does.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Frame, Page

from page.extension.desk import Desk
from page.extension.eyes import Eyes
from page.extension.steps import begin
from page.scripted import ScriptedServer
from page.steps import comes_true

pytestmark = pytest.mark.browser
AREA = "<textarea id=area class=f></textarea>"
PARENT = "const at = document.querySelector('foretype-layer')?.parentNode; at?.id || at?.nodeName"


def test_in_a_full_screen_grey_text_lies_in_it(tab: Page, eyes: Eyes, made: Callable[[str], None]) -> None:
    made(f"<div id=full>{AREA}</div><button onclick='full.requestFullscreen()'>Large</button>")
    tab.locator("button").click()
    tab.wait_for_function("document.fullscreenElement")
    begin(tab, eyes)
    assert tab.evaluate(PARENT) == "full"
    tab.evaluate("document.exitFullscreen()")
    tab.keyboard.type("a")
    assert eyes.sees("in ")


def test_in_a_pop_over_with_a_shadow_root_grey_text_lies_in_that_root(
    tab: Page, eyes: Eyes, made: Callable[[str], None]
) -> None:
    """Children of such a pop-over are not drawn."""
    shown = "pop.attachShadow({mode: 'open'}).innerHTML = `<textarea id=area></textarea>`; pop.showPopover()"
    made(f"<div id=pop popover></div><script>{shown}</script>")
    begin(tab, eyes)
    assert tab.evaluate("pop.shadowRoot.querySelector('foretype-layer').checkVisibility()")


def test_fields_in_a_dialog_three_shadow_roots_down_are_fields(
    tab: Page, eyes: Eyes, made: Callable[[str], None]
) -> None:
    """A focus that moves from one to the next stays inside the innermost root."""
    down = """let at = document.body;
        const fields = '<textarea id=area class=f></textarea><textarea id=next></textarea>';
        for (const inner of ['<dialog><b></b></dialog>', '<p><b></b></p>', fields]) {
            const root = at.appendChild(document.createElement('div')).attachShadow({mode: 'open'});
            root.innerHTML = inner;
            root.querySelector('dialog')?.showModal();
            at = root.querySelector('b');
        }"""
    made(f"<body><script>{down}</script>")
    begin(tab, eyes)
    tab.locator("#next").focus()
    tab.keyboard.type("Thanks for se")
    assert eyes.sees("nding the report. ")


def test_a_document_in_design_mode_is_a_field(tab: Page, eyes: Eyes, made: Callable[[str], None]) -> None:
    made("<iframe id=frame></iframe><script>frame.contentDocument.designMode = 'on'</script>")
    tab.locator("#frame").click()
    tab.keyboard.type("Thanks ag")
    assert eyes.sees("ain ")
    tab.keyboard.press("Tab")
    assert tab.evaluate("frame.contentDocument.body.innerText").replace("\u00a0", " ") == "Thanks again "


def test_what_becomes_a_field_while_it_has_the_focus_is_one_with_the_first_key(
    tab: Page, eyes: Eyes, made: Callable[[str], None]
) -> None:
    made(
        "<div id=area class=f tabindex=0 onfocus='setTimeout(() => { area.contentEditable = true; })'></div>"
    )
    tab.locator("#area").focus()
    assert tab.locator("#area").evaluate("area => area.isContentEditable")
    tab.keyboard.type("T")
    assert comes_true(tab, lambda: len(eyes.layers()) == 1)
    tab.keyboard.type("hanks ag")
    assert eyes.sees("ain ")


def test_a_field_that_the_page_draws_anew_goes_on(tab: Page, eyes: Eyes, made: Callable[[str], None]) -> None:
    again = """() => {
        const fresh = area.cloneNode();
        fresh.value = area.value;
        area.replaceWith(fresh);
        fresh.focus();
    }"""
    made(AREA)
    begin(tab, eyes)
    tab.evaluate(again)
    tab.keyboard.press("End")
    tab.keyboard.type("a")
    assert eyes.sees("in ")
    assert len(eyes.layers()) == 1
    tab.locator("#area").evaluate("area => area.remove()")
    assert eyes.sees("")


def test_a_document_that_is_written_anew_is_written_in_as_before(
    tab: Page, eyes: Eyes, made: Callable[[str], None]
) -> None:
    made(AREA)
    begin(tab, eyes)
    tab.evaluate(f"document.open(); document.write(`{AREA}`); document.close()")
    begin(tab, eyes)
    tab.keyboard.press("Tab")
    assert tab.locator("#area").input_value() == "Thanks again "


@pytest.fixture
def abroad(tab: Page, eyes: Eyes, web: str) -> Frame:
    """A frame from another origin, in another process."""
    tab.goto(f"{web}/frame.html")
    address = web.replace("127.0.0.1", "localhost")
    put = "(src) => document.body.append(Object.assign(document.createElement('iframe'), {src, width: 700, height: 600}))"
    tab.evaluate(put, f"{address}/fields.html")
    assert comes_true(tab, lambda: tab.frame(url=f"{address}/fields.html") is not None)
    frame = tab.frame(url=f"{address}/fields.html")
    assert frame is not None
    frame.wait_for_load_state()
    eyes.look_into(frame)
    return frame


def test_a_frame_from_another_origin_is_written_in(tab: Page, eyes: Eyes, abroad: Frame) -> None:
    abroad.locator("#area").focus()
    tab.keyboard.type("Thanks ag")
    assert comes_true(tab, lambda: len(eyes.layers()) == 1)
    tab.keyboard.type("a")
    assert eyes.sees("in ")


def test_a_site_that_is_off_is_off_as_a_frame_and_so_are_frames_in_it(
    tab: Page, eyes: Eyes, desk: Desk, server: ScriptedServer, abroad: Frame
) -> None:
    desk.set(sitesOff=["localhost"])
    begin(tab, eyes)
    for field in (abroad.locator("#area"), abroad.frame_locator("#srcdoc").locator("#area")):
        field.focus()
        tab.keyboard.type("Thanks for")
        tab.wait_for_timeout(300)  # for whatever should not come
        assert len(eyes.layers()) == 1
    assert not any(text.startswith("Thanks f") for text in server.script.texts())


@pytest.mark.parametrize(
    "style",
    ["html { zoom: 1.5 }", "html { transform: scale(.8) translate(20px, 30px) }", "body { zoom: .7 }"],
)
def test_grey_text_stands_where_the_words_end_on_a_magnified_page(
    tab: Page, eyes: Eyes, made: Callable[[str], None], style: str
) -> None:
    made(f"<style>{style}</style><p>Above</p>{AREA}")
    begin(tab, eyes)
    line, grey = tab.locator("#area").bounding_box(), eyes.place()
    assert line is not None
    assert line["x"] < grey["x"] < line["x"] + line["width"]
    assert line["y"] <= grey["y"] + 1
    assert grey["y"] + grey["height"] <= line["y"] + line["height"] + 1
