"""The engine inside Firefox: in the extension's background page, which the browser suspends, with no server and no network.

It does not know how the engine works; tests/edge does.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from page.extension.conftest import build_with_engine, carried
from page.extension.firefox import ENTER, HOME, Firefox, program
from page.extension.proxy import NotingProxy

pytestmark = [pytest.mark.browser, pytest.mark.slow]
IDLE_S = 12  # in place of 30: the page is suspended after so long without anything to do
BOX = "document.getElementById('box')"
STATUS = "document.getElementById('status').textContent"


@pytest.fixture
def firefox(extension: Path, proxy: NotingProxy, tmp_path: Path) -> Iterator[Firefox]:
    folder = build_with_engine(tmp_path) / "firefox"
    profile = tmp_path / "profile"
    profile.mkdir()
    idle = {"extensions.background.idle.timeout": IDLE_S * 1000}
    firefox = Firefox(program(), profile, {**proxy.preferences, **idle})
    firefox.load(folder)
    yield firefox
    firefox.close()


def test_it_suggests_learns_and_forgets_while_its_page_comes_and_goes_and_no_word_leaves_the_browser(
    firefox: Firefox, proxy: NotingProxy, web: str
) -> None:
    set_learning(firefox)
    firefox.goto(f"{web}/chat.html")
    firefox.type(BOX, f"Greetings from Marmaris tonight{ENTER}Thanks for y")
    assert firefox.comes_true(lambda: firefox.grey().startswith("our"))
    firefox.evaluate(f"{BOX}.textContent = ''")
    firefox.type(BOX, "Greetings from Mar")
    assert firefox.comes_true(lambda: firefox.grey().startswith("maris"))
    time.sleep(1.5 * IDLE_S)  # the browser's own clock: nothing happens, but the field has the focus
    assert firefox.background() == "running"
    assert firefox.grey().startswith("maris")
    firefox.evaluate("document.activeElement.blur()")
    assert firefox.comes_true(lambda: firefox.background() == "stopped", within_s=3 * IDLE_S)
    firefox.type(BOX, "m")
    assert firefox.comes_true(lambda: firefox.grey().startswith("aris"))
    forget(firefox)
    firefox.goto(f"{web}/chat.html")
    firefox.type(BOX, "Greetings from Mar")
    assert firefox.comes_true(lambda: firefox.grey() != "")
    assert not firefox.grey().startswith("maris")
    assert carried(proxy) == {urlsplit(web).netloc}
    firefox.remove()  # which ends its scripts without a word
    assert firefox.sees("")


def set_learning(firefox: Firefox) -> None:
    firefox.goto(f"{HOME}/options.html")
    assert firefox.comes_true(lambda: firefox.evaluate("document.getElementById('inside').checked"))
    firefox.type("document.getElementById('user')", "kim")
    firefox.evaluate("document.getElementById('learns').click()")
    firefox.evaluate("document.querySelector('button.main').click()")
    assert firefox.comes_true(lambda: "The engine" in firefox.evaluate(STATUS))


def forget(firefox: Firefox) -> None:
    firefox.goto(f"{HOME}/options.html")
    assert firefox.comes_true(lambda: not firefox.evaluate("document.getElementById('forget').disabled"))
    firefox.evaluate("void (window.confirm = () => true)")
    firefox.evaluate("document.getElementById('forget').click()")
    assert firefox.comes_true(lambda: firefox.evaluate(STATUS) == "Forgotten.")
