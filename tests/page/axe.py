"""What axe-core finds wrong on a page, by WCAG 2.2 A and AA. It knows no screen reader."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import Page

AXE = Path(__file__).parents[2] / "clients" / "node_modules" / "axe-core" / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


def wrong_in(page: Page) -> list[str]:
    """The rules broken now, each with the element; the page's window has to bypass the page's policy."""
    if not AXE.is_file():
        absent = "axe-core is not there: npm ci, in clients"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(absent)
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("(values) => axe.run({runOnly: {type: 'tag', values}})", TAGS)
    return [f"{each['id']}: {node['target']}" for each in found["violations"] for node in each["nodes"]]
