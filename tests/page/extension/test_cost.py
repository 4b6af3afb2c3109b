"""What the extension costs a page: a few hundred bytes of script on one without fields, and nothing more.

Times are printed (pytest -s); what is asserted is the time of the extension's own scripts. It does not know the machine.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import CDPSession, Page

from page.extension.desk import Desk
from page.steps import comes_true

pytestmark = pytest.mark.browser
LOADS = 5
MOST_MS = 5.0
MOST_BYTES = 3000


def test_the_script_that_every_page_loads_is_tiny(extension: Path) -> None:
    assert (extension / "watch.js").stat().st_size < MOST_BYTES


def test_a_page_without_fields_gets_no_other_script(tab: Page, desk: Desk, web: str) -> None:
    line = tab.context.new_cdp_session(tab)
    scripts = noting_scripts(line)
    tab.goto(f"{web}/empty.html")
    tab.locator("a").focus()
    tab.keyboard.type("Nothing to write on")
    assert comes_true(tab, lambda: names(scripts) == {"watch.js"})
    tab.goto(f"{web}/frame.html")
    tab.locator("#area").focus()
    assert comes_true(tab, lambda: "field.js" in names(scripts))


def test_a_page_load_costs_less_than_five_milliseconds(tab: Page, desk: Desk, web: str) -> None:
    for name in ("empty", "frame"):
        line = tab.context.new_cdp_session(tab)
        line.send("Profiler.enable")
        line.send("Profiler.setSamplingInterval", {"interval": 100})
        spent = sorted(own_ms(line, tab, f"{web}/{name}.html") for _ in range(LOADS))
        print(
            f"{name}.html: the extension's own time a load, median {spent[LOADS // 2]:.2f} ms, most {spent[-1]:.2f} ms"
        )
        assert spent[LOADS // 2] < MOST_MS
        line.detach()


def own_ms(line: CDPSession, tab: Page, address: str) -> float:
    """Milliseconds spent in the extension's scripts during a load of the page."""
    line.send("Profiler.start")
    tab.goto(address)
    profile = line.send("Profiler.stop")["profile"]
    ours = {node["id"] for node in profile["nodes"] if is_ours(node["callFrame"]["url"])}
    pairs = zip(profile["samples"], profile["timeDeltas"], strict=True)
    return float(sum(delta for sample, delta in pairs if sample in ours)) / 1000


def is_ours(url: str) -> bool:
    return url.startswith("chrome-extension://")


def noting_scripts(line: CDPSession) -> list[dict[str, Any]]:
    scripts: list[dict[str, Any]] = []
    line.on("Debugger.scriptParsed", lambda event: scripts.append(event))
    line.send("Debugger.enable")
    return scripts


def names(scripts: list[dict[str, Any]]) -> set[str]:
    """The extension's scripts among these; its module is loaded under another host each time."""
    return {each["url"].rpartition("/")[2] for each in scripts if is_ours(each["url"])}
