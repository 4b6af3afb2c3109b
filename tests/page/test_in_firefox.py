"""The page in Firefox: grey text comes, Tab takes it, an accept is one step of undo. It does not know the panel."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from page.extension.firefox import TAB, Firefox, program
from page.scripted import ScriptedServer

pytestmark = pytest.mark.browser

BODY = "document.getElementById('body')"
UNDO = "\ue009z\ue000"  # Ctrl held, z, all keys up


@pytest.fixture
def firefox(tmp_path: Path) -> Iterator[Firefox]:
    firefox = Firefox(program(), tmp_path)
    yield firefox
    firefox.close()


def test_tab_takes_grey_text_as_one_step_of_undo(firefox: Firefox, server: ScriptedServer) -> None:
    server.script.sentences = ["Thanks for sending the report. "]
    firefox.goto(server.address)
    firefox.type(BODY, "Thanks for se")
    assert firefox.sees("nding the report. ")
    firefox.type(BODY, TAB)
    firefox.type(BODY, "So")
    texts = [firefox.evaluate(f"{BODY}.value")]
    for _ in range(2):
        firefox.type(BODY, UNDO)
        texts.append(firefox.evaluate(f"{BODY}.value"))
    assert texts == ["Thanks for sending the report. So", "Thanks for sending the report. ", "Thanks for se"]
