"""The pop-up and the settings: switches, keys saved, the engine's address, and how they look to axe-core.

It does not know how suggestions come about.
"""

from __future__ import annotations

import os

import pytest
from playwright.sync_api import Page, expect

from page.extension.conftest import SOURCES
from page.extension.desk import HOME, Desk
from page.extension.eyes import Eyes
from page.scripted import ScriptedServer
from page.steps import comes_true

pytestmark = pytest.mark.browser
AXE = SOURCES.parent / "node_modules" / "axe-core" / "axe.min.js"


def write(page: Page, text: str, field: str = "area") -> None:
    page.locator(f"#{field}").focus()
    page.keyboard.type(text)


def test_the_pop_up_switches_the_site_off_and_on_again(
    tab: Page, eyes: Eyes, desk: Desk, server: ScriptedServer, web: str
) -> None:
    tab.goto(f"{web}/fields.html")
    write(tab, "Thanks ag")
    assert eyes.sees("ain ")
    popup = desk.press_button(tab)
    assert comes_true(
        tab, lambda: popup.evaluate("document.querySelector('#host').textContent") == "127.0.0.1"
    )
    assert popup.evaluate("document.querySelector('#here').checked") is True
    popup.evaluate("document.querySelector('#here').click()")
    assert eyes.sees("")
    assert comes_true(tab, lambda: eyes.layers() == [])
    tab.keyboard.type("ain and again")
    popup.evaluate("document.querySelector('#here').click()")
    assert comes_true(tab, lambda: "Thanks again and again" in server.script.texts())
    assert not any(
        text.endswith("again an") for text in server.script.texts()
    )  # asked about while it was off
    popup.close()
    tab.keyboard.press("Enter")
    tab.keyboard.type("Thanks ag")
    assert eyes.sees("ain ")


def test_switched_off_no_field_is_touched_anywhere(
    tab: Page, eyes: Eyes, desk: Desk, server: ScriptedServer, web: str
) -> None:
    desk.set(isOn=False)
    tab.goto(f"{web}/fields.html")
    write(tab, "Thanks ag")
    tab.frame_locator("#src").locator("#area").focus()
    tab.keyboard.type("Thanks ag")
    desk.set(isOn=True)
    write(tab, "ain", "line")
    write(tab, "Thanks ag", "rich")
    assert eyes.sees("ain ")
    assert all(text in "Thanks again" for text in server.script.texts())
    assert len(eyes.layers()) <= 3


def test_a_frame_is_off_where_its_window_is(
    tab: Page, eyes: Eyes, desk: Desk, server: ScriptedServer, web: str
) -> None:
    desk.set(sitesOff=["127.0.0.1"])
    tab.goto(f"{web}/fields.html")
    tab.frame_locator("#boxed").locator("#area").focus()
    tab.keyboard.type("Thanks ag")
    tab.frame_locator("#srcdoc").locator("#area").focus()
    tab.keyboard.type("Thanks ag")
    desk.set(sitesOff=[])
    write(tab, "Thanks ag", "line")
    assert eyes.sees("ain ")
    assert [text for text in server.script.texts() if text][:1] != []


def test_keys_saved_are_counted_today_and_in_all(tab: Page, eyes: Eyes, desk: Desk, web: str) -> None:
    tab.goto(f"{web}/fields.html")
    write(tab, "Thanks ag")
    assert eyes.sees("ain ")
    tab.keyboard.press("Tab")
    assert comes_true(
        tab, lambda: (desk.kept("saved") or {}).get("total") == 3
    )  # four characters for one key
    tab.goto(f"{HOME}/popup.html")
    expect(tab.locator("#today")).to_have_text("3")
    expect(tab.locator("#total")).to_have_text("3")
    expect(tab.locator("#standing")).to_contain_text("Connected to")
    assert set(desk.kept("saved")) == {"total", "today", "day"}


def test_what_is_taken_word_by_word_costs_a_key_a_word(tab: Page, eyes: Eyes, desk: Desk, web: str) -> None:
    """What stands there in the end is what was struck and what was saved."""
    tab.goto(f"{web}/fields.html")
    write(tab, "Thanks for se")
    assert eyes.sees("nding the report. ")
    for _ in range(3):
        tab.keyboard.press("Control+ArrowRight")
    tab.keyboard.type("!")  # takes the place of a space, if one came with the last word
    struck = len("Thanks for se") + 3 + 1
    written = len(tab.locator("#area").input_value())
    assert comes_true(tab, lambda: (desk.kept("saved") or {}).get("total") == written - struck)


def test_settings_are_checked_kept_and_tried(tab: Page, desk: Desk, server: ScriptedServer) -> None:
    tab.goto(f"{HOME}/options.html")
    expect(tab.locator("#server")).to_have_value(server.address)
    expect(tab.locator("#learns")).to_be_disabled()
    tab.locator("#user").fill("kim")
    tab.locator("#learns").check()
    tab.locator("#key-accept").fill("Alt+Enter")
    tab.get_by_role("button", name="Save").click()
    expect(tab.locator("#status")).to_have_text(f"Saved. Connected to {server.address}.")
    kept = desk.kept("settings")
    assert (kept["user"], kept["learns"], kept["keys"]) == ("kim", True, {"accept": ["Alt+Enter"]})


@pytest.mark.parametrize(
    ("field", "typed", "complaint"),
    [
        (
            "server",
            "ftp://example.org",
            "engine address: found ftp:, wanted an address that begins with http",
        ),
        ("server", "http://me:pw@example.org", "engine address: found a name, a query or a # in the address"),
        ("key-accept", "Shift+Ctrl+A", 'keys: found "Shift+Ctrl+A", wanted a key\'s name'),
    ],
)
def test_what_cannot_be_kept_is_named_and_nothing_is_kept(
    tab: Page, desk: Desk, field: str, typed: str, complaint: str
) -> None:
    tab.goto(f"{HOME}/options.html")
    tab.locator(f"#{field}").fill(typed)
    tab.get_by_role("button", name="Save").click()
    expect(tab.locator("#status")).to_contain_text(f"Not saved: {complaint}")
    assert desk.kept("settings") is None


def test_another_address_is_asked_of_the_browser_first(tab: Page, desk: Desk) -> None:
    tab.goto(f"{HOME}/options.html")
    tab.evaluate("chrome.permissions.request = async (wanted) => { window.wanted = wanted; return false; }")
    tab.locator("#server").fill("https://compose.example.org/")
    tab.get_by_role("button", name="Save").click()
    expect(tab.locator("#status")).to_contain_text("was not allowed to reach https://compose.example.org")
    assert tab.evaluate("wanted") == {"origins": ["https://compose.example.org/*"]}
    assert desk.kept("settings") is None


def test_an_address_that_is_not_used_any_more_may_not_be_reached_any_more(
    tab: Page, desk: Desk, server: ScriptedServer
) -> None:
    desk.set(server="https://old.example.org")
    tab.goto(f"{HOME}/options.html")
    tab.evaluate("chrome.permissions.remove = async (given) => { window.given = given; return true; }")
    tab.locator("#server").fill(server.address)
    tab.get_by_role("button", name="Save").click()
    expect(tab.locator("#status")).to_contain_text("Saved. Connected to")
    assert tab.evaluate("given") == {"origins": ["https://old.example.org/*"]}


def test_a_site_is_switched_on_again_on_the_settings_page(tab: Page, desk: Desk) -> None:
    desk.set(sitesOff=["bank.example", "mail.example"])
    tab.goto(f"{HOME}/options.html")
    tab.get_by_role("button", name="Switch on bank.example").click()
    expect(tab.locator("#sites li")).to_have_count(1)
    assert desk.kept("settings")["sitesOff"] == ["mail.example"]


def test_own_keys_take_the_place_of_the_usual(tab: Page, eyes: Eyes, desk: Desk, web: str) -> None:
    desk.set(keys={"accept": ["Alt+Enter"]})
    tab.goto(f"{web}/fields.html")
    write(tab, "Thanks ag")
    assert eyes.sees("ain ")
    tab.keyboard.press("Alt+Enter")
    expect(tab.locator("#area")).to_have_value("Thanks again ")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["popup", "options"])
def test_axe_finds_nothing_wrong(tab: Page, desk: Desk, name: str, scheme: str) -> None:
    desk.set(sitesOff=["bank.example"])
    tab.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    tab.goto(f"{HOME}/{name}.html")
    expect(tab.locator("#sites li" if name == "options" else "[data-state=ready]")).to_have_count(1)
    assert violations(tab) == []


def test_the_layer_adds_nothing_that_axe_would_find(tab: Page, eyes: Eyes, desk: Desk, web: str) -> None:
    tab.goto(f"{web}/fields.html")
    before = violations(tab)
    write(tab, "Thanks ag")
    assert eyes.sees("ain ")
    assert violations(tab) == before


def violations(page: Page) -> list[str]:
    """What axe-core finds against WCAG 2.2, levels A and AA. The page's policy keeps eval out, so it is asked in words."""
    if not AXE.is_file():
        absent = "axe-core is not there: npm ci, in clients"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(absent)
    session = page.context.new_cdp_session(page)
    session.send("Runtime.evaluate", {"expression": AXE.read_text(encoding="utf-8")})
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
    found = page.evaluate("(values) => axe.run({runOnly: {type: 'tag', values}})", tags)
    return [f"{each['id']}: {each['nodes'][0]['html']}" for each in found["violations"]]
