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
    """Collects lines; the last one in pieces, with whether it shows anything yet."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._lines: list[str] = []
        self._pieces: list[str] = []
        self._is_empty = True
        self._hidden = 0
        self._depth = 0  # of quotations

    def text(self) -> str:
        self._end_line()
        return re.sub(r"\n{3,}", "\n\n", "\n".join(self._lines)).strip()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _HIDDEN:
            self._hidden += 1
        if tag in _BLOCKS:
            self._break(is_apart=tag in _APART, is_forced=tag == "br")
        if tag == "blockquote":
            self._depth += 1

    def handle_endtag(self, tag: str) -> None:
        if tag in _HIDDEN:
            self._hidden = max(self._hidden - 1, 0)
        if tag in _BLOCKS and tag != "br":
            self._break(is_apart=tag in _APART, is_forced=False)
        if tag == "blockquote":
            self._depth = max(self._depth - 1, 0)

    def handle_data(self, data: str) -> None:
        text = re.sub(r"[\s\xa0]+", " ", data)
        if self._hidden or (self._is_empty and not text.strip()):
            return
        self._pieces.append(text.lstrip() if self._is_empty else text)
        self._is_empty = False

    def _break(self, *, is_apart: bool, is_forced: bool) -> None:
        """A new line, after an empty one where a paragraph ends; no second one where nothing was shown."""
        if is_forced or not self._is_empty:
            self._end_line()
            if is_apart:
                self._lines.append("")

    def _end_line(self) -> None:
        line = re.sub(" +", " ", "".join(self._pieces)).rstrip()
        self._lines.append((self._mark + line).rstrip())
        self._pieces, self._is_empty = [], True

    @property
    def _mark(self) -> str:
        return "> " * self._depth
