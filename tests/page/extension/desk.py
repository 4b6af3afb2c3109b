"""The extension's own page, from which a test sets what a person would set, and ends the worker as the browser would.

It does not know web pages.
"""

from __future__ import annotations

import json
from typing import Any

from playwright.sync_api import Page

from foretype.serve.guard import OWN_EXTENSION
from page.steps import comes_true

HEARD_MS = 300  # by then pages have heard that the worker is gone; a word said before is lost with it
HOME = OWN_EXTENSION


class Desk:
    """An open options page."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self._line = page.context.new_cdp_session(page)

    def forget(self) -> None:
        """As after installing."""
        self.page.evaluate("chrome.storage.local.clear()")

    def set(self, **settings: Any) -> None:
        self.page.evaluate("(settings) => chrome.storage.local.set({settings})", settings)

    def kept(self, name: str) -> Any:
        """What the extension keeps under `name`, None for nothing."""
        return self.page.evaluate("async (name) => (await chrome.storage.local.get(name))[name]", name)

    def end_worker(self) -> None:
        """What the browser does after half a minute without work."""
        self._line.send("ServiceWorker.enable")
        self._line.send("ServiceWorker.stopAllWorkers")
        assert comes_true(self.page, lambda: not self._targets("service_worker"))
        self.page.wait_for_timeout(HEARD_MS)

    def press_button(self, tab: Page) -> Popup:
        """Press the toolbar button while `tab` is in front."""
        tab.bring_to_front()
        self.page.evaluate("chrome.action.openPopup()")
        assert comes_true(tab, lambda: bool(self._popups()))
        return Popup(self, self._popups()[0])

    def send(self, method: str, parameters: dict[str, Any]) -> Any:
        return self._line.send(method, parameters)

    def once(self, event: str, take: Any) -> None:
        self._line.once(event, take)

    def _popups(self) -> list[str]:
        return [each["targetId"] for each in self._targets("page") if each["url"].endswith("/popup.html")]

    def _targets(self, kind: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self._line.send("Target.getTargets")["targetInfos"]
        return [each for each in found if each["type"] == kind]


class Popup:
    """The open pop-up. The debugger reaches it only through another page."""

    def __init__(self, desk: Desk, target: str) -> None:
        self._desk = desk
        found = desk.send("Target.attachToTarget", {"targetId": target, "flatten": False})
        self._session = str(found["sessionId"])

    def evaluate(self, expression: str) -> Any:
        """The value of a script in the pop-up."""
        told: list[str] = []
        self._desk.once("Target.receivedMessageFromTarget", lambda event: told.append(event["message"]))
        asked = {"expression": expression, "awaitPromise": True, "returnByValue": True}
        message = json.dumps({"id": 1, "method": "Runtime.evaluate", "params": asked})
        self._desk.send("Target.sendMessageToTarget", {"sessionId": self._session, "message": message})
        assert comes_true(self._desk.page, lambda: bool(told))
        return json.loads(told[0])["result"]["result"].get("value")

    def close(self) -> None:
        self.evaluate("void setTimeout(() => close())")
