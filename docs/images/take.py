"""Takes the picture of the page: `python docs/images/take.py [ADDRESS]` against a running `foretype serve`.

It teaches a writer of its own two mails, answers a third one as a person would, and keeps the picture beside
this file. It does not know what will be suggested; look at the picture before you commit it.
"""

from __future__ import annotations

import sys
from pathlib import Path

from playwright.sync_api import Page, expect, sync_playwright

CHROMIUM = "/usr/bin/chromium"
WRITER = "picture"
KEY_MS = 60  # a quick typist
LET_ME_KNOW = "Please let me know if you have any questions about the numbers.\n\nBest,\nAnn"
EARLIER = (
    f"Hi Mark,\n\nThe draft of the quarterly report is ready. {LET_ME_KNOW}",
    f"Hi Susan,\n\nI will send you the draft of the quarterly report on Thursday. {LET_ME_KNOW}",
)
ANSWER = (
    "Hi Susan,\n\nThanks for the reminder. I will send you the draft of the quarterly report on Thursday."
    " Please le"
)
LEAST_TAKEN = 3  # characters of grey text that are worth a Tab
GREY = "foretype-layer .frame:not([hidden]) .grey"


def main(address: str) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1180, "height": 820}, device_scale_factor=1.5)
        page.goto(address)
        page.wait_for_selector("#link[data-link=live]")
        _choose_writer(page)
        for mail in EARLIER:
            page.request.post(f"{address}/v1/learn", data={"user": WRITER, "text": mail})
        _answer(page)
        page.screenshot(path=Path(__file__).with_name("page.png"), caret="initial")
        browser.close()


def _choose_writer(page: Page) -> None:
    page.get_by_role("button", name="Settings").click()
    page.get_by_label("Whose phrases").fill(WRITER)
    page.get_by_role("button", name="Done").click()


def _answer(page: Page) -> None:
    page.reload()
    page.wait_for_selector("#link[data-link=live]")
    page.get_by_role("button", name="Fill in an example").click()
    rest = ANSWER
    while rest:
        grey = "".join(page.locator(GREY).all_text_contents())
        is_wanted = len(grey) >= LEAST_TAKEN and rest.startswith(grey)
        if is_wanted:
            page.keyboard.press("Tab")
        else:
            page.keyboard.type(rest[0])
        rest = rest[len(grey) if is_wanted else 1 :]
        page.wait_for_timeout(KEY_MS)
    expect(page.locator(GREY)).to_be_visible()
    page.mouse.move(0, 0)


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8765")
