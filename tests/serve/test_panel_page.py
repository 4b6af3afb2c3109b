"""The panel's files: nothing inline, nothing from elsewhere, and others' code as its record says."""

from __future__ import annotations

import hashlib
import re

import httpx
import pytest

from foretype.serve.app import STATIC
from serving import with_client

VENDOR = STATIC / "vendor"
CONTROL = STATIC / "control"


def test_the_panel_is_served_whole() -> None:
    html = (CONTROL / "panel.html").read_text(encoding="utf-8")
    named = re.findall(r'(?:src|href)="(/static/[^"]+)"', html)

    async def scene(client: httpx.AsyncClient) -> list[int]:
        return [(await client.get(path)).status_code for path in ("/panel", *named)]

    assert len(named) >= 7 and set(with_client(scene)) == {200}


def test_no_script_or_style_stands_inside_the_panel() -> None:
    html = (CONTROL / "panel.html").read_text(encoding="utf-8")
    assert " style=" not in html and "<style" not in html and " on" + "click" not in html
    assert html.count("<script") == html.count(" src=")


@pytest.mark.parametrize("name", ["uPlot.iife.min.js", "uPlot.min.css"])
def test_the_code_of_others_is_as_its_record_says(name: str) -> None:
    record = (VENDOR / "README.md").read_text(encoding="utf-8")
    assert f"| {name} |" in record
    assert hashlib.sha256((VENDOR / name).read_bytes()).hexdigest() in record
    assert "Permission is hereby granted" in (VENDOR / "uPlot.LICENSE").read_text(encoding="utf-8")


def test_every_id_that_the_panel_looks_for_is_there() -> None:
    html = (CONTROL / "panel.html").read_text(encoding="utf-8")
    scripts = [*CONTROL.glob("*.js"), STATIC / "learned.js"]
    wanted = {
        id for each in scripts for id in re.findall(r'byId\("([\w-]+)"\)', each.read_text(encoding="utf-8"))
    }
    assert wanted - set(re.findall(r'id="([\w-]+)"', html)) == set()
