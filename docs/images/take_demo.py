"""Takes the picture of the fields' demo page: `python docs/images/take_demo.py [ADDRESS]` while `npm run demo` serves it.

It writes a little into every field and leaves the caret in CodeMirror. It does not know what will be suggested; look at
the picture before you commit it.
"""

from __future__ import annotations

import sys
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

CHROMIUM = "/usr/bin/chromium"
KEY_MS = 40  # a quick typist
WRITTEN = {
    "text-area": "Hi Susan,\n\nThanks for the report.",
    "one-line": "Numbers for Thursday",
    "contenteditable": "I will look at it today.",
    "prosemirror": "See you on Thursday.",
    "tiptap": "Thanks again for your help.",
    "lexical": "Please find attached the draft.",
    "codemirror": "Please let me know if you have any qu",
}
LAYERS = "[...document.querySelectorAll('foretype-layer')]"
SHOWN = f"{LAYERS}.some(({{shadowRoot}}) => !shadowRoot.querySelector('.frame').hidden)"


def main(address: str) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1180, "height": 655})
        page.goto(address)
        for field, text in WRITTEN.items():
            _write(page, field, text)
        page.wait_for_function(SHOWN)
        page.evaluate("scrollTo(0, 0)")
        page.screenshot(path=Path(__file__).with_name("fields.png"), caret="initial")
        browser.close()


def _write(page: Page, field: str, text: str) -> None:
    page.locator(f"#{field}").focus()
    page.keyboard.type(text, delay=KEY_MS)


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8766")
