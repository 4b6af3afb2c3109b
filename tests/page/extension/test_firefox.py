"""The same extension in Firefox: fields, a shadow root, frames and a mail, with the secrets left alone.

It does not know what test_writing proves in Chromium at greater length.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from page.extension.conftest import SENTENCES
from page.extension.firefox import HOME, TAB, Firefox, program
from page.scripted import ScriptedServer

pytestmark = [pytest.mark.browser, pytest.mark.slow]
SHADOW = "document.querySelector('#shadow').shadowRoot.querySelector('#{}')"
FIELD = "document.getElementById('{}')"


@pytest.fixture(scope="module")
def firefox(extension: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Firefox]:
    firefox = Firefox(program(), tmp_path_factory.mktemp("firefox"))
    firefox.load(extension.parent / "firefox")
    yield firefox
    firefox.close()


@pytest.fixture(autouse=True)
def sentences(server: ScriptedServer) -> None:
    server.script.sentences = list(SENTENCES)


@pytest.mark.parametrize("element", [FIELD.format(name) for name in ("area", "line", "rich")])
def test_tab_takes_grey_text(firefox: Firefox, web: str, element: str) -> None:
    firefox.goto(f"{web}/fields.html")
    firefox.type(element, "Thanks for se")
    assert firefox.sees("nding the report. ")
    firefox.type(element, TAB)
    assert (
        firefox.evaluate(f"({element}.value ?? {element}.innerText)").replace("\u00a0", " ") == SENTENCES[0]
    )
    assert firefox.evaluate(f"document.activeElement === {element}")


@pytest.mark.parametrize("name", ["a1", "e1"])
def test_fields_of_shadow_roots_are_fields_too(firefox: Firefox, web: str, name: str) -> None:
    firefox.goto(f"{web}/fields.html")
    firefox.type(SHADOW.format(name), "Thanks ag")
    assert firefox.sees("ain ")


@pytest.mark.parametrize("frame", ["src", "srcdoc", "boxed"])
def test_frames_are_written_in_like_any_page(firefox: Firefox, web: str, frame: str) -> None:
    firefox.goto(f"{web}/fields.html")
    firefox.enter(frame)
    firefox.type(FIELD.format("area"), "Thanks ag")
    assert firefox.sees("ain ")


def test_secrets_are_left_alone(firefox: Firefox, server: ScriptedServer, web: str) -> None:
    firefox.goto(f"{web}/fields.html")
    for name in ("word", "card", "code", "pin", "quiet", "off"):
        firefox.type(FIELD.format(name), "Thanks for se")
    firefox.type(FIELD.format("area"), "Thanks ag")
    assert firefox.sees("ain ")
    assert all(not text.startswith("Thanks for") for text in server.script.texts())


def test_a_site_that_is_off_is_off_in_frames_of_other_origins_too(
    firefox: Firefox, server: ScriptedServer, web: str
) -> None:
    firefox.goto(f"{web}/frame.html")
    abroad = web.replace("127.0.0.1", "localhost")
    put = "document.body.append(Object.assign(document.createElement('iframe'), {{id: 'abroad', src: '{}/frame.html'}}))"
    try:
        switch_off(firefox, "127.0.0.1")
        firefox.goto(f"{web}/frame.html")
        firefox.evaluate(put.format(abroad))
        firefox.enter("abroad")
        area = FIELD.format("area")
        assert firefox.comes_true(lambda: firefox.evaluate(f"{area} !== null"))
        firefox.type(area, "Thanks for")
        time.sleep(0.5)  # for whatever should not come
        firefox.type(area, " se")
        assert firefox.grey() == ""
    finally:
        switch_off(firefox)
    firefox.goto(f"{web}/frame.html")
    firefox.type(FIELD.format("area"), "Thanks ag")
    assert firefox.sees("ain ")
    assert not any(text.startswith("Thanks for") for text in server.script.texts())


def switch_off(firefox: Firefox, *sites: str) -> None:
    """Switch off these sites and no others."""
    firefox.goto(f"{HOME}/options.html")
    settings = json.dumps({"settings": {"sitesOff": sites}})
    firefox.evaluate(f"window.browser.storage.local.set({settings})")
    rows = "document.querySelectorAll('#sites li').length"
    assert firefox.comes_true(lambda: firefox.evaluate(rows) == len(sites))


def test_a_mail_is_known_by_its_surroundings(firefox: Firefox, server: ScriptedServer, web: str) -> None:
    firefox.goto(f"{web}/gmail.html")
    firefox.type(FIELD.format("message"), "Thanks ag")
    assert firefox.sees("ain ")
    assert server.script.contexts[-1]["kind"] == "email"
    assert server.script.contexts[-1]["to"] == ["omar@example.com"]
