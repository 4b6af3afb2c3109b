"""What all pages of figures have in common: the frame, cards, meters, and how a page becomes a file.

A page is self-contained HTML that follows light and dark and loads nothing. It does not know what the figures are.
"""

from __future__ import annotations

import string
from html import escape
from importlib.resources import files
from pathlib import Path

from foretype.errors import InputError


def make_page(template: str, *, title: str, **parts: str) -> str:
    """The page: `template`.html of this room with its `parts`, which are HTML already, in the common frame."""
    body = _template(f"{template}.html").substitute(parts)
    return _template("page.html").substitute(title=escape(title), style=_text("page.css"), body=body)


def write_page(path: Path, page: str) -> None:
    """Write the page. Raises InputError when the file cannot be written."""
    try:
        path.write_text(page, encoding="utf-8")
    except OSError as error:
        raise InputError(f"{path}: {error.strerror or error}; name a file that can be written") from error


def card(name: str, value: str, note: str) -> str:
    """A figure that catches the eye.

    >>> card("keys saved", "51 %", "before: 40 %")
    '<div class="card"><h2>keys saved</h2><p class="value">51 %</p><p class="note">before: 40 %</p></div>'
    """
    inside = f'<h2>{escape(name)}</h2><p class="value">{escape(value)}</p><p class="note">{escape(note)}</p>'
    return f'<div class="card">{inside}</div>'


def meter(name: str, share: float, note: str = "") -> str:
    """A table's row with a bar; `share` is 0 to 1."""
    bar = f'<span class="meter" style="--share:{share:.4f}"></span>'
    words = escape(name) + (f"<small>{escape(note)}</small>" if note else "")
    return f'<tr><th scope="row">{words}</th><td>{bar}</td><td class="number">{share:.1%}</td></tr>'


def _template(name: str) -> string.Template:
    return string.Template(_text(name))


def _text(name: str) -> str:
    return files("foretype.evals").joinpath(name).read_text(encoding="utf-8")
