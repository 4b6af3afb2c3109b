"""The engine's own page for everybody: what axe-core finds, light and dark, wide and narrow. It knows no screen reader."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from page.axe import wrong_in
from page.edge.conftest import PATIENCE_MS
from page.edge.hosting import Host
from page.edge.steps import open_at, sees_grey, send, write

pytestmark = pytest.mark.browser

PHONE, DESK = {"width": 390, "height": 800}, {"width": 1180, "height": 900}


@pytest.mark.parametrize(("scheme", "size"), [("light", PHONE), ("dark", DESK)], ids=["phone", "dark"])
def test_axe_finds_nothing_wrong_in_any_view(
    browser: Browser, counts: Host, runtime: Path, scheme: str, size: dict[str, int]
) -> None:
    window = browser.new_context(color_scheme=scheme, viewport=size, locale="en-US", bypass_csp=True)  # type: ignore[arg-type]
    window.set_default_timeout(PATIENCE_MS)
    page = window.new_page()
    open_at(page, counts.address)
    send(page, "please see the attached Zanzibar figures")
    write(page, "Please let me kn")
    sees_grey(page)
    assert wrong_in(page) == []
    page.get_by_role("button", name="Settings").click()
    page.get_by_label("Help with private statistics").check()
    assert wrong_in(page) == []
    page.keyboard.press("Escape")
    page.get_by_role("link", name="Learned").click()
    expect(page.get_by_role("button", name="Forget “Zanzibar”")).to_be_visible()
    assert wrong_in(page) == []
    overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert overflow == 0
    window.close()
