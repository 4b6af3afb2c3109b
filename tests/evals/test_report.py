"""The page: whole, self-contained, and without a word that was written."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

import pytest

from foretype.errors import InputError
from foretype.evals.doors import ComposerDoor
from foretype.evals.machine import this_machine
from foretype.evals.messages import read_messages
from foretype.evals.metrics import summarise
from foretype.evals.replay import Limits, replay
from foretype.evals.report import Report, report_page, write_report
from foretype.evals.svg import Axis, thinned
from letters import write_rows
from small_composer import SmallComposer


@pytest.fixture(params=[10, 1], ids=["ten messages", "one message"])
def report(request: pytest.FixtureRequest, tmp_path: Path) -> Report:
    door = ComposerDoor(SmallComposer())
    messages = read_messages(write_rows(tmp_path / "a.jsonl"))
    results = tuple(replay(door, messages, learn=True, limits=Limits(messages=request.param)))
    return Report("a <title> & more", summarise("small", results), results, this_machine())


def page_of(report: Report) -> str:
    return report_page(report, today=date(2001, 5, 14))


class Tags(HTMLParser):
    """Checks that every tag that opens is closed in order."""

    EMPTY = ("meta", "path", "rect", "circle", "polyline")

    def __init__(self) -> None:
        super().__init__()
        self.opened: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in self.EMPTY:
            self.opened.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in self.EMPTY:
            assert self.opened.pop() == tag


def test_every_tag_is_closed(report: Report) -> None:
    tags = Tags()
    tags.feed(page_of(report))
    assert tags.opened == []


def test_pictures_are_well_formed_and_named(report: Report) -> None:
    found = [ET.fromstring(svg) for svg in re.findall(r"<svg.*?</svg>", page_of(report), re.S)]
    assert len(found) == 5
    assert all(picture.get("aria-label") for picture in found)


def test_the_page_loads_nothing(report: Report) -> None:
    assert not re.search(r"(src|href)=|url\(|@import|<script", page_of(report))


def test_the_title_is_escaped(report: Report) -> None:
    assert "a &lt;title&gt; &amp; more" in page_of(report)


def test_figures_stand_on_the_page(report: Report) -> None:
    assert f"{report.summary.ksr_word.value:.1%}" in page_of(report)
    assert "2001-05-14" in page_of(report)


def test_a_place_that_cannot_be_written_is_told(report: Report, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="name a file that can be written"):
        write_report(tmp_path, report)


def test_thinning_keeps_the_ends_and_what_can_be_seen() -> None:
    axis = Axis("x", 0.0, 1.0, ())
    points = [(n / 10_000, 0.0) for n in range(10_001)]
    kept = thinned(points, axis)
    assert (kept[0], kept[-1]) == (points[0], points[-1])
    assert 150 < len(kept) < 250
