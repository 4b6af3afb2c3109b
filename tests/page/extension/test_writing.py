"""The extension in fields of every kind: key by key, in frames and shadow roots, out of the page's reach, silent on secrets.

It does not know mail or chats; test_surroundings does.
"""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from page.extension.eyes import Eyes
from page.scripted import ScriptedServer
from page.steps import comes_true

pytestmark = pytest.mark.browser
VALUE = "field => (field.value ?? field.innerText).replaceAll('\\u00a0', ' ')"


@pytest.fixture
def fields(tab: Page, web: str) -> Page:
    tab.goto(f"{web}/fields.html")
    return tab


def field(page: Page, name: str) -> Locator:
    """A field by its id, or by its frame's id and its own."""
    frame, _, inner = name.rpartition("/")
    return page.frame_locator(f"#{frame}").locator(inner) if frame else page.locator(f"#{name}")


@pytest.mark.parametrize(
    "name",
    ["area", "line", "rich", "a1", "e1", "src/#area", "srcdoc/#area", "blank/body"],
)
def test_tab_takes_grey_text_as_one_undo_step(fields: Page, eyes: Eyes, name: str) -> None:
    field(fields, name).focus()
    fields.keyboard.type("Thanks for se")
    assert eyes.sees("nding the report. ")
    assert field(fields, name).evaluate(VALUE) == "Thanks for se"
    fields.keyboard.press("Tab")
    assert field(fields, name).evaluate(VALUE) == "Thanks for sending the report. "
    fields.keyboard.press("Control+z")
    assert field(fields, name).evaluate(VALUE) == "Thanks for se"


def test_a_frame_in_a_sandbox_is_written_in_like_any_other(fields: Page, eyes: Eyes) -> None:
    frame = next(
        each for each in fields.main_frame.child_frames if each.frame_element().get_attribute("id") == "boxed"
    )
    eyes.look_into(frame)
    field(fields, "boxed/#area").focus()
    fields.keyboard.type("Thanks for se")
    assert eyes.sees("nding the report. ")


def test_the_second_field_of_a_shadow_root_is_noticed_too(fields: Page, eyes: Eyes) -> None:
    field(fields, "a1").focus()
    fields.keyboard.type("Thanks ag")
    assert eyes.sees("ain ")
    field(fields, "a2").focus()
    fields.keyboard.type("Thanks for se")
    assert eyes.sees("nding the report. ")


def test_a_field_in_a_modal_dialog_has_its_grey_text_in_the_dialog(fields: Page, eyes: Eyes) -> None:
    fields.locator("#dialog").evaluate("dialog => dialog.showModal()")
    field(fields, "inside").focus()
    fields.keyboard.type("Thanks ag")
    assert eyes.sees("ain ")
    assert fields.evaluate("document.querySelector('foretype-layer').parentElement.id") == "dialog"


def test_typing_through_asks_nobody_and_never_flickers(
    fields: Page, eyes: Eyes, server: ScriptedServer
) -> None:
    field(fields, "area").focus()
    fields.keyboard.type("Thanks for se")
    assert eyes.sees("nding the report. ")
    asked = len(server.script.asked)
    for typed, letter in enumerate("nding", start=1):
        fields.keyboard.type(letter)
        assert eyes.grey() == "nding the report. "[typed:]
    assert len(server.script.asked) == asked


def test_tab_leaves_the_field_when_nothing_is_shown(fields: Page, eyes: Eyes, server: ScriptedServer) -> None:
    field(fields, "area").focus()
    fields.keyboard.type("Nothing known")
    assert comes_true(fields, lambda: "Nothing known" in server.script.texts())
    fields.keyboard.press("Tab")
    expect(field(fields, "line")).to_be_focused()


def test_scripts_of_the_page_find_no_grey_text(fields: Page, eyes: Eyes) -> None:
    field(fields, "area").focus()
    fields.keyboard.type("Thanks for se")
    assert eyes.sees("nding the report. ")
    seen = """() => {
        const layer = document.querySelector('foretype-layer');
        const all = [layer.shadowRoot, layer.innerHTML, layer.outerHTML, document.documentElement.innerText,
                     document.documentElement.outerHTML, layer.parentElement.localName];
        return [String(all[0]), all.slice(1, 5).some((text) => text.includes('nding the')), all[5]];
    }"""
    assert fields.evaluate(seen) == ["null", False, "html"]


def test_styles_of_the_page_do_not_touch_the_layer(fields: Page, eyes: Eyes) -> None:
    """The page hides, fades and colours it, all with !important."""
    field(fields, "area").focus()
    fields.keyboard.type("Thanks for se")
    assert eyes.sees("nding the report. ")
    style = "getComputedStyle(document.querySelector('foretype-layer'))"
    found = fields.evaluate(f"(({{display, opacity, position}}) => [display, opacity, position])({style})")
    assert found == ["block", "1", "fixed"]


def test_a_page_under_a_strict_policy_is_written_on_all_the_same(tab: Page, eyes: Eyes, web: str) -> None:
    policy = (
        "default-src 'none'; require-trusted-types-for 'script'; trusted-types 'none'; sandbox allow-scripts"
    )
    body = "<!doctype html><textarea id=area></textarea>"
    tab.route(
        "**/strict",
        lambda route: route.fulfill(
            body=body, headers={"content-security-policy": policy, "content-type": "text/html"}
        ),
    )
    tab.goto(f"{web}/strict")
    field(tab, "area").focus()
    tab.keyboard.type("Thanks ag")
    assert eyes.sees("ain ")
