"""What a person sees of grey text: read through the debugger, because no script of a page can.

It does not know what should be there.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from playwright.sync_api import Frame, Page

from page.steps import comes_true

Node = dict[str, Any]


class Eyes:
    """Looks at a tab, its frames and its closed roots."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._lines = [page.context.new_cdp_session(page)]

    def close(self) -> None:
        for line in self._lines:
            line.detach()

    def look_into(self, frame: Frame) -> None:
        """Look at a frame of another process too."""
        self._lines.append(self._page.context.new_cdp_session(frame))

    def grey(self) -> str:
        """The grey text on a line now, "" for none."""
        return "".join(_text(layer, "grey") for layer in self.layers() if _is_shown(layer, "frame"))

    def place(self) -> dict[str, float]:
        """Where the first grey text of the tab stands, in pixels of the window."""
        (layer,) = self.layers()
        box = self._lines[0].send("DOM.getBoxModel", {"nodeId": _named(layer, "grey")["nodeId"]})["model"]
        left, top, right, _, _, bottom, *_ = box["content"]
        return {"x": left, "y": top, "width": right - left, "height": bottom - top}

    def chip(self) -> str:
        """What is offered on a chip now, "" for nothing."""
        return "".join(_text(layer, "chip") for layer in self.layers() if _is_shown(layer, "chip"))

    def sees(self, grey: str) -> bool:
        """Whether grey text becomes exactly `grey`."""
        return comes_true(self._page, lambda: self.grey() == grey)

    def layers(self) -> list[Node]:
        """The layers of the tab, of its frames in the same process, and of those that are looked into."""
        whole = {"depth": -1, "pierce": True}
        roots = [line.send("DOM.getDocument", whole)["root"] for line in self._lines]
        return [node for root in roots for node in _all(root) if node["nodeName"] == "FORETYPE-LAYER"]


def _all(node: Node) -> Iterator[Node]:
    yield node
    inner = [*node.get("children", ()), *node.get("shadowRoots", ())]
    if "contentDocument" in node:
        inner.append(node["contentDocument"])
    for each in inner:
        yield from _all(each)


def _named(layer: Node, name: str) -> Node:
    return next(node for node in _all(layer) if name in node.get("attributes", ()))


def _is_shown(layer: Node, name: str) -> bool:
    return "hidden" not in _named(layer, name)["attributes"]


def _text(layer: Node, name: str) -> str:
    return "".join(node["nodeValue"] for node in _all(_named(layer, name)))
