"""The text of an HTML mail: paragraphs as lines, quotations marked with ">", nothing that is not shown.

It does not know styles, so text that a style hides is taken for text.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser

_APART = frozenset(
    ("p", "blockquote", "h1", "h2", "h3", "ul", "ol", "table")
)  # an empty line stands before them
_BLOCKS = _APART | {"div", "br", "tr", "li", "h4", "h5", "h6", "pre", "hr", "section", "article"}
_HIDDEN = frozenset(("style", "script", "head", "title", "template"))


def html_text(html: str) -> str:
    """The text that a reader would see.

    >>> html_text("<p>Hi&nbsp;Bob,</p><p>yes<br>no</p><blockquote>really?</blockquote>")
    'Hi Bob,\\n\\nyes\\nno\\n\\n> really?'
    """
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.text()


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._lines: list[str] = [""]
        self._hidden = 0
        self._depth = 0  # of quotations

    def text(self) -> str:
        lines = (re.sub(r"(?:(?<=\S)|^(?=[^>]))[ \t\r\f\xa0]+", " ", line).rstrip() for line in self._lines)
        return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _HIDDEN:
            self._hidden += 1
        if tag == "blockquote":
            self._depth += 1
        if tag in _BLOCKS:
            self._break(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in _HIDDEN:
            self._hidden = max(self._hidden - 1, 0)
        if tag == "blockquote":
            self._depth = max(self._depth - 1, 0)
        if tag in _BLOCKS and tag != "br":
            self._break(tag)

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            text = re.sub(r"\s+", " ", data)
            self._lines[-1] += text if self._lines[-1].strip("> ") else text.lstrip()

    def _break(self, tag: str) -> None:
        mark = "> " * self._depth
        if self._lines[-1].strip("> "):
            if tag in _APART:
                self._lines.append(mark.rstrip())
            self._lines.append(mark)
        else:
            self._lines[-1] = mark
        if tag == "br" and self._lines[-1] != mark:
            self._lines.append(mark)
