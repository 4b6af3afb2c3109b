"""Takes the picture of the extension: `python docs/images/take_extension.py` while `foretype serve` lets the extension in.

It loads clients/extension/dist/chromium, writes a mail on the Gmail-like page of the tests, and keeps the picture beside
this file. It does not know what will be suggested; look at the picture before you commit it.
"""

from __future__ import annotations

import tempfile
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from playwright.sync_api import FloatRect, Playwright, sync_playwright

CHROMIUM = "/usr/bin/chromium"
ROOT = Path(__file__).parents[2]
EXTENSION = ROOT / "clients" / "extension" / "dist" / "chromium"
PAGES = ROOT / "tests" / "page" / "extension" / "pages"
KEY_MS = 60  # a quick typist
SUBJECT = "Lunch on Thursday"
WRITTEN = "Hi Omar,\n\nThanks for the invitation. Please let me know if you have any qu"
SHOWN: FloatRect = {"x": 190, "y": 0, "width": 590, "height": 330}
LOOK_MS = 500  # until grey text stands there


def main() -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(SimpleHTTPRequestHandler, directory=PAGES))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with sync_playwright() as playing:
        _take(playing, f"http://127.0.0.1:{server.server_port}/gmail.html")


def _take(playing: Playwright, address: str) -> None:
    load = [f"--disable-extensions-except={EXTENSION}", f"--load-extension={EXTENSION}"]
    window = playing.chromium.launch_persistent_context(
        tempfile.mkdtemp(),
        executable_path=CHROMIUM,
        headless=False,
        args=["--headless=new", "--no-sandbox", *load],
        viewport={"width": 800, "height": 330},
    )
    page = window.new_page()
    page.goto(address)
    page.locator("#subject").fill(SUBJECT)
    page.locator("#message").focus()
    page.keyboard.type(WRITTEN, delay=KEY_MS)
    page.wait_for_timeout(LOOK_MS)
    page.screenshot(path=Path(__file__).with_name("extension.png"), caret="initial", clip=SHOWN)
    window.close()


if __name__ == "__main__":
    main()
