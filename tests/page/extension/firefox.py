"""Firefox without a screen, steered over its own remote control: enough of it to load an add-on, write, and look.

Playwright's Firefox takes no add-ons. It does not know what the tests look for.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

TAB, ENTER = "\ue004", "\ue007"
ADDON = "foretype@foretype.invalid"
UUID = "6b1f6c1e-52a4-4a6e-9a54-0c6f2b0f7a11"  # for tests; each profile makes up one of its own
HOME = f"moz-extension://{UUID}"
START_S = 60.0
PATIENCE_S = 10.0
LOOK_EVERY_S = 0.05
SETTINGS = {
    "app.update.enabled": False,
    "browser.shell.checkDefaultBrowser": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "extensions.webextensions.uuids": json.dumps({ADDON: UUID}),
}
NOTHING: Mapping[str, object] = MappingProxyType({})
STATE = "return WebExtensionPolicy.getByID(arguments[0]).extension.backgroundState"
GREY = """return [...document.querySelectorAll("foretype-layer")].map((layer) => layer.openOrClosedShadowRoot)
    .filter((root) => root.querySelector(".frame").checkVisibility({visibilityProperty: true}))
    .map((root) => root.querySelector(".grey").textContent).join("")"""


def program() -> str:
    """The browser that is installed; without one the test is skipped, or fails where everything has to be there."""
    found = shutil.which("firefox-esr") or shutil.which("firefox")
    if found is None:
        absent = "firefox is not installed: apt-get install firefox-esr"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(absent)
    return str(found)


class Firefox:
    """One window. Elements are named by scripts that return them."""

    def __init__(self, program: str, profile: Path, settings: Mapping[str, object] = NOTHING) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        lines = {**SETTINGS, **settings, "marionette.port": port}.items()
        told = "".join(f"user_pref({json.dumps(name)}, {json.dumps(value)});\n" for name, value in lines)
        (profile / "user.js").write_text(told, encoding="utf-8")
        command = [program, "--headless", "--marionette", "--remote-allow-system-access", "--no-remote"]
        command += ["--profile", str(profile)]
        quiet = subprocess.DEVNULL
        self._process = subprocess.Popen(command, stdout=quiet, stderr=quiet, env={"HOME": str(profile)})
        self._line = self._connect(port)
        self._rest = b""
        self._number = 0
        self._hear()
        self._say("WebDriver:NewSession", capabilities={})

    def load(self, folder: Path) -> None:
        """Load an unpacked add-on until the end of the session."""
        self._say("Addon:Install", path=str(folder), temporary=True)

    def remove(self) -> None:
        """Remove the add-on that was loaded."""
        self._say("Addon:Uninstall", id=ADDON)

    def goto(self, address: str) -> None:
        self._say("WebDriver:Navigate", url=address)

    def enter(self, frame: str) -> None:
        """Go into the frame of the page with this id."""
        self._say("WebDriver:SwitchToFrame", id=None)
        self._say("WebDriver:SwitchToFrame", element=self._element(f"document.getElementById('{frame}')"))

    def type(self, element: str, text: str) -> None:
        """Strike keys in the element that the script gives."""
        self._say("WebDriver:ElementSendKeys", id=self._element(element), text=text)

    def evaluate(self, script: str) -> Any:
        return self._say("WebDriver:ExecuteScript", script=f"return {script}", args=[])

    def grey(self) -> str:
        """Grey text now; read with the browser's rights, as no page can."""
        return str(self._say("WebDriver:ExecuteScript", script=GREY, args=[], sandbox="system"))

    def sees(self, grey: str) -> bool:
        """Whether grey text becomes exactly `grey`."""
        return self.comes_true(lambda: self.grey() == grey)

    def comes_true(self, claim: Callable[[], bool], within_s: float = PATIENCE_S) -> bool:
        """Whether the claim becomes so in time."""
        for _ in range(int(within_s / LOOK_EVERY_S)):
            if claim():
                return True
            time.sleep(LOOK_EVERY_S)
        return False

    def background(self) -> str:
        """What the browser has done with the add-on's background page: "running", "suspended" and the like."""
        self._say("Marionette:SetContext", value="chrome")
        state = str(self._say("WebDriver:ExecuteScript", script=STATE, args=[ADDON]))
        self._say("Marionette:SetContext", value="content")
        return state

    def close(self) -> None:
        self._line.close()
        self._process.terminate()
        self._process.wait(timeout=30)

    def _element(self, script: str) -> str:
        found: dict[str, str] = self.evaluate(script)
        return next(iter(found.values()))

    def _connect(self, port: int) -> socket.socket:
        for _ in range(int(START_S / LOOK_EVERY_S)):
            try:
                return socket.create_connection(("127.0.0.1", port), timeout=START_S)
            except ConnectionRefusedError:
                time.sleep(LOOK_EVERY_S)
        raise TimeoutError(f"Firefox did not open port {port} within {START_S:.0f} s")

    def _say(self, command: str, **parameters: Any) -> Any:
        self._number += 1
        message = json.dumps([0, self._number, command, parameters]).encode()
        self._line.sendall(b"%d:%s" % (len(message), message))
        _, _, error, result = self._hear()
        if error:
            raise RuntimeError(f"{command}: {error['error']}: {error['message']}")
        return result.get("value") if isinstance(result, dict) else result

    def _hear(self) -> Any:
        """The next message: its length in decimal, a colon, JSON."""
        while b":" not in self._rest:
            self._rest += self._line.recv(65_536)
        length, _, self._rest = self._rest.partition(b":")
        while len(self._rest) < int(length):
            self._rest += self._line.recv(65_536)
        message, self._rest = self._rest[: int(length)], self._rest[int(length) :]
        return json.loads(message)
