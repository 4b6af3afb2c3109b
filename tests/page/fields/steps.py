"""What a person does in a field and sees there, in a few words, whatever kind of field it is.

It does not know what the server will suggest.
"""

from __future__ import annotations

from playwright.sync_api import Locator, Page

_ROOTS = "[...document.querySelectorAll('foretype-layer')].map((layer) => layer.shadowRoot)"
_SEEN = (
    "(seen, name) => seen && !seen.hidden ? seen.querySelector(name)?.textContent ?? seen.textContent : ''"
)
GREY = f"{_ROOTS}.map((root) => ({_SEEN})(root.querySelector('.frame'), '.grey')).join('')"
CHIP = f"{_ROOTS}.map((root) => ({_SEEN})(root.querySelector('.chip'), '.none')).join('')"
LIVE = f"{_ROOTS}.map((root) => root.querySelector('.live').textContent).join('')"
TEXT = """(id) => {
  const field = document.getElementById(id);
  const text = window.made?.[id] ? textOf(id) : field.value ?? field.innerText;
  return text.replaceAll('\\u00a0', ' ');
}"""


def write(page: Page, field: str, text: str) -> None:
    """Go to the field and strike the keys of `text`."""
    page.locator(f"#{field}").focus()
    page.keyboard.type(text)


def sees_grey(page: Page, text: str) -> None:
    """Grey text on a line is exactly `text`; "" for none."""
    page.wait_for_function(f"(text) => ({GREY}) === text", arg=text)


def sees_chip(page: Page, text: str) -> None:
    page.wait_for_function(f"(text) => ({CHIP}) === text", arg=text)


def grey_now(page: Page) -> str:
    return str(page.evaluate(GREY))


def text_of(page: Page, field: str) -> str:
    """The field's text, an editor's as its model has it, without the line end that some editable elements end with."""
    return str(page.evaluate(TEXT, field)).removesuffix("\n")


def write_and_see(page: Page, field: str, text: str, grey: str) -> None:
    write(page, field, text)
    sees_grey(page, grey)


def frame_of(page: Page, field: str) -> Locator:
    """What is seen of the field: an editor may scroll inside a frame of its own."""
    frame = page.locator(f"#{field}-frame")
    return frame if frame.count() else page.locator(f"#{field}")
