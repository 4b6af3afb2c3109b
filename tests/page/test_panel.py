"""The control panel as a person meets it: figures that move, webhooks tried out, settings that act, for every eye and hand.

The server is real but for the language model. It does not know how figures are counted: tests/serve/test_panel.py does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from page.conftest import _breaches, _foreign
from page.panel_server import panel_server
from page.steps import grey_text, has_text, sees_grey, write
from receiver import Receiver, receiving

pytestmark = pytest.mark.browser

VIEWS = ("now", "weeks", "alarms", "webhooks", "learned", "settings")
WIDE, PHONE = ViewportSize(width=1180, height=820), ViewportSize(width=360, height=740)
MAIL = "Thanks for sending the report. I will read it on Monday."


@pytest.fixture(scope="module")
def past(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server that has run for four weeks."""
    with panel_server(tmp_path_factory.mktemp("past"), has_past=True) as address:
        yield address


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[str]:
    """A brand-new server."""
    with panel_server(tmp_path, has_past=False) as address:
        yield address


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as running:
        yield running


@contextmanager
def visiting(
    browser: Browser, address: str, view: str = "now", *, size: ViewportSize = WIDE, dark: bool = False
) -> Iterator[Page]:
    """The panel, open; an error in a script, a breach of the policy or a foreign request fails the test."""
    context = browser.new_context(viewport=size, locale="en-US", color_scheme="dark" if dark else "light")
    context.set_default_timeout(5000)
    page, wrong = context.new_page(), list[str]()
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda message: wrong.extend(_breaches(message)))
    page.on("request", lambda request: wrong.extend(_foreign(request.url, address)))
    page.goto(f"{address}/panel#{view}")
    page.wait_for_selector(f"main[data-drawn={view}]")
    yield page
    context.close()
    assert wrong == []


def turn_to(page: Page, view: str) -> None:
    page.get_by_role("link", name=view.capitalize(), exact=view != "alarms").click()
    page.wait_for_selector(f"main[data-drawn={view}]")


def value_of(page: Page, view: str, name: str) -> str:
    row = page.locator(f"#{view}-tiles > div", has=page.locator("dt", has_text=re.compile(f"^{name}$")))
    return row.locator(".value").inner_text()


def choose(address: str, **choices: object) -> None:
    httpx.put(f"{address}/v1/panel/settings", json=choices).raise_for_status()


def test_a_new_server_says_what_to_do_and_counts_within_seconds(browser: Browser, fresh: str) -> None:
    with visiting(browser, fresh) as page:
        expect(page.locator("#welcome")).to_be_visible()
        assert f"{fresh}/v1/suggest" in page.locator("#welcome pre").inner_text()
        assert value_of(page, "now", "Coverage") == "–"
        for text in ("Thanks", "Thanks for", "Thanks for se"):
            httpx.post(f"{fresh}/v1/suggest", json={"text": text})
        expect(page.locator("#welcome")).to_be_hidden()
        assert value_of(page, "now", "Coverage") == "100 %"
        expect(page.locator("#writings")).to_contain_text("email, en-US")


def test_every_view_of_a_new_server_is_empty_in_words(browser: Browser, fresh: str) -> None:
    with visiting(browser, fresh) as page:
        for view, words in (
            ("weeks", "Nothing was shown yet"),
            ("alarms", "No alarm now"),
            ("webhooks", "No webhook yet"),
        ):
            turn_to(page, view)
            expect(page.locator(f"#view-{view}")).to_contain_text(words)


def test_weeks_are_drawn_and_can_be_read_as_tables(browser: Browser, past: str) -> None:
    with visiting(browser, past, "weeks") as page:
        expect(page.locator("#view-weeks canvas")).to_have_count(6)
        assert int(value_of(page, "weeks", "Keys saved").replace(",", "")) > 1000
        page.locator("#chart-shares summary").click()
        rows = page.locator("#chart-shares tbody tr")
        assert rows.count() > 20
        assert re.fullmatch(r"\d{4}-\d\d-\d\d\s+\d+ %\s+\d+ %", rows.first.inner_text())
        expect(page.locator("#groups")).to_contain_text("background+foretype-27m")
        many = rows.count()
        page.locator("#weeks-days").select_option("7 days")
        expect(page.locator("#chart-shares tbody tr")).not_to_have_count(many)


def test_alarms_before_and_drift_are_told(browser: Browser, past: str) -> None:
    with visiting(browser, past, "alarms") as page:
        expect(page.locator("#history tbody tr")).to_have_count(2)
        expect(page.locator("#history")).to_contain_text("slow-answers")
        expect(page.locator("#features .state").first).to_have_text("learning")


def test_a_webhook_is_added_tested_sent_again_and_deleted(
    browser: Browser, fresh: str, receiver: Receiver
) -> None:
    receiver.statuses = [500]
    with visiting(browser, fresh, "webhooks") as page:
        page.get_by_label("Address").fill(receiver.url)
        page.get_by_label("What it is for").fill("Pager")
        page.get_by_role("button", name="Add", exact=True).click()
        expect(page.get_by_label("Secret", exact=True)).to_have_value(re.compile("^whsec_"))
        secret = page.get_by_label("Secret", exact=True).input_value()
        page.get_by_role("button", name="I have kept it").click()
        card = page.locator(".hook")
        card.get_by_role("button", name="Send a test").click()
        expect(card.locator(".said")).to_have_text("Not taken: HTTP 500.")
        card.locator(".log summary").click()
        expect(card.locator(".delivery")).to_contain_text("webhook.test")
        card.get_by_role("button", name="Send again").click()
        expect(card.locator(".log .state").first).to_have_text("delivered")
        assert len(receiver.got) == 2
        assert receiver.got[0].headers["webhook-id"] == receiver.got[1].headers["webhook-id"]
        assert secret not in page.content()
        card.get_by_role("button", name="Switch off").click()
        expect(card.locator(".hook-state .state")).to_have_text("off")
        card.get_by_role("button", name="New secret").click()
        page.get_by_role("button", name="Make it").click()
        expect(page.get_by_label("Secret", exact=True)).to_have_value(re.compile("^whsec_"))
        assert page.get_by_label("Secret", exact=True).input_value() != secret
        page.keyboard.press("Escape")
        card.get_by_role("button", name="Delete").click()
        page.get_by_role("button", name="Delete it").click()
        expect(page.locator("#hooks")).to_contain_text("No webhook yet")


def test_an_address_that_webhooks_may_not_reach_is_refused_in_words(browser: Browser, fresh: str) -> None:
    with visiting(browser, fresh, "webhooks") as page:
        page.get_by_label("Address").fill("http://10.1.2.3/hook")
        page.get_by_role("button", name="Add", exact=True).click()
        expect(page.locator("#hook-said")).to_contain_text("10.1.2.3")


def test_settings_are_kept_and_act_on_the_next_key(browser: Browser, fresh: str) -> None:
    with visiting(browser, fresh, "settings") as page:
        expect(page.get_by_label("As the server decides")).to_be_checked()
        page.get_by_label("Words and phrases, one a line").fill("sending\n\n kind   regards \nsending")
        page.get_by_label("As the server decides").uncheck()
        page.get_by_label("Share of keys with something shown").fill("60")
        expect(page.locator("#coverage-said")).to_have_text("60 %")
        expect(page.locator("#choices-said")).to_have_text("Not saved yet.")
        page.get_by_role("button", name="Save").click()
        expect(page.locator("#choices-said")).to_contain_text("Saved")
        page.reload()
        expect(page.get_by_label("Words and phrases, one a line")).to_have_value("sending\nkind regards")
        expect(page.get_by_label("Share of keys with something shown")).to_have_value("60")
    answer = httpx.post(f"{fresh}/v1/suggest", json={"text": "Thanks for se", "n": 3}).json()
    assert not any(each["text"].startswith("nding") for each in answer["suggestions"])


def test_the_page_to_write_on_waits_as_long_as_the_settings_say(browser: Browser, fresh: str) -> None:
    choose(fresh, delay_ms=400)
    context = browser.new_context(viewport=WIDE)
    page = context.new_page()
    page.clock.install(time="2026-01-05T09:00:00")
    page.goto(fresh)
    page.wait_for_selector("#link[data-link=live]")
    page.clock.pause_at("2026-01-05T10:00:00")
    write(page, "T")
    page.clock.run_for(50)
    expect(page.locator("#fact-ms")).not_to_have_text("–")  # the answer is there
    page.clock.run_for(300)
    sees_grey(page, "")
    page.clock.run_for(400)
    expect(grey_text(page)).to_have_count(1)
    has_text(page, "T")
    context.close()


def test_phrases_are_shown_for_the_user_asked_for_and_can_be_forgotten(browser: Browser, fresh: str) -> None:
    for _ in range(2):
        httpx.post(f"{fresh}/v1/learn", json={"text": MAIL, "user": "ann"})
    with visiting(browser, fresh, "learned") as page:
        assert "report" not in page.locator("main").inner_text()
        page.get_by_label("Whose phrases").fill("ann")
        page.get_by_role("button", name="Show").click()
        expect(page.locator("#phrases li").first).to_be_visible()
        page.get_by_role("button", name="Forget all").click()
        page.get_by_role("button", name="Forget everything").click()
        expect(page.locator("#learned-summary")).to_contain_text("Nothing yet")
    assert httpx.get(f"{fresh}/v1/users/ann").status_code == 404


def test_a_server_with_a_token_asks_for_it_once(browser: Browser, tmp_path: Path) -> None:
    with panel_server(tmp_path, has_past=False, token="secret") as address:
        page = browser.new_page()
        page.goto(f"{address}/panel#settings")
        page.get_by_label("Token").fill("guess")
        page.get_by_role("button", name="Go on").click()
        expect(page.locator("#token-note")).to_contain_text("not this server's")
        page.get_by_label("Token").fill("secret")
        page.get_by_role("button", name="Go on").click()
        page.wait_for_selector("#link[data-link=live]")
        assert "secret" not in page.url
        page.close()


def test_a_server_that_goes_away_is_told_and_comes_back(browser: Browser, fresh: str) -> None:
    with visiting(browser, fresh) as page:
        page.route("**/v1/**", lambda route: route.abort())
        page.wait_for_selector("#link[data-link=lost]")
        page.unroute("**/v1/**")
        page.wait_for_selector("#link[data-link=live]")


@pytest.mark.parametrize("dark", [False, True])
def test_text_stands_out_on_every_view(browser: Browser, past: str, dark: bool) -> None:
    with visiting(browser, past, dark=dark) as page:
        for view in VIEWS:
            turn_to(page, view)
            assert page.evaluate(FAINT_TEXT) == [], view


def test_everything_has_a_name_and_headings_are_in_order(browser: Browser, past: str) -> None:
    with visiting(browser, past) as page:
        for view in VIEWS:
            turn_to(page, view)
            assert page.evaluate(NAMELESS) == []
            levels = page.evaluate(HEADINGS)
            assert levels[0] == 1 and all(two - one <= 1 for one, two in pairwise(levels)), view


def test_nothing_is_cut_off_on_a_phone(browser: Browser, past: str) -> None:
    with visiting(browser, past, size=PHONE) as page:
        for view in VIEWS:
            turn_to(page, view)
            assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], view


def test_figures_that_move_move_nothing_else(browser: Browser, past: str) -> None:
    with visiting(browser, past) as page:
        httpx.post(f"{past}/v1/suggest", json={"text": "Thanks"})
        expect(page.locator("#writings table")).to_contain_text("email, en-US")
        page.evaluate(SHIFTS)
        keys = page.locator("#writings tbody td").first
        before = keys.inner_text()
        for text in ("Thanks", "Thanks for", "Thanks for se"):
            httpx.post(f"{past}/v1/suggest", json={"text": text})
        expect(keys).not_to_have_text(before)
        assert page.evaluate("window.shift") == 0


def test_all_views_are_reached_with_the_keyboard_alone(browser: Browser, past: str) -> None:
    with visiting(browser, past) as page:
        page.locator("[data-tab=now]").focus()
        for view in VIEWS[1:]:
            page.keyboard.press("Tab")
            page.keyboard.press("Enter")
            expect(page.locator(f"#view-{view}")).to_be_visible()
            page.locator(f"[data-tab={view}]").focus()


NAMELESS = """() => [...document.querySelectorAll('input, textarea, select, button, a, dialog, [role=region], nav, section')]
  .filter((e) => !(e.labels?.length || e.getAttribute('aria-label') || e.getAttribute('aria-labelledby')
    || e.textContent.trim())).map((e) => e.outerHTML)"""
HEADINGS = """() => [...document.querySelectorAll('h1, h2, h3, h4')].filter((e) => e.checkVisibility())
  .map((e) => Number(e.tagName[1]))"""
SHIFTS = """() => { window.shift = 0; new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) window.shift += entry.value; })
  .observe({type: 'layout-shift', buffered: false}); }"""
FAINT_TEXT = """() => {
  const channel = (c) => { const s = c / 255; return s <= 0.04045 ? s / 12.92 : ((s + 0.055) / 1.055) ** 2.4; };
  const light = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
  const parts = (css) => css.match(/[\\d.]+/g).map(Number);
  const behind = (e) => { for (; e; e = e.parentElement) {
    const found = parts(getComputedStyle(e).backgroundColor); if (found[3] !== 0) return found; } return [255, 255, 255]; };
  const texts = [...document.querySelectorAll('body *')].filter((e) => e.checkVisibility() && !e.disabled
    && !e.closest('.hidden') && [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim()));
  return texts.filter((e) => {
    const [one, two] = [light(parts(getComputedStyle(e).color)), light(behind(e))].sort((a, b) => b - a);
    return (one + 0.05) / (two + 0.05) < 4.5; })
    .map((e) => `${e.tagName}.${e.className}: ${e.textContent.slice(0, 30)}`); }"""
