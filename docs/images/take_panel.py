"""Takes the pictures of the panel: `python docs/images/take_panel.py [FOLDER]`; without a folder only panel.png here.

It invents four weeks (tests/four_weeks.py), starts `foretype serve` on them, writes a few mails over HTTP, and looks. With
a folder, every view in light and dark, wide and narrow, is kept there too. Look at the picture before you commit it.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import httpx
from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "src")]

from four_weeks import live_four_weeks  # noqa: E402
from receiver import receiving  # noqa: E402

CHROMIUM = "/usr/bin/chromium"
WIDE, NARROW = {"width": 1180, "height": 900}, {"width": 360, "height": 740}
VIEWS = ("now", "weeks", "alarms", "webhooks", "learned", "settings")
MAILS = (
    "Hi Susan,\n\nThanks for the reminder. I will send you the draft of the report on Thursday. Best,\nAnn",
    "Hi Mark,\n\nPlease let me know if you have any questions about the numbers. Thanks,\nAnn",
    "Hi Peter,\n\nCould you send me the agenda for the meeting tomorrow? Looking forward to it.\nAnn",
)


def main(folder: Path | None) -> None:
    with tempfile.TemporaryDirectory() as data, receiving() as receiver, serving(Path(data)) as address:
        with httpx.Client(base_url=address, timeout=30) as client:
            write(client)
            tell(client, receiver.url)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
            if folder is not None:
                look_at_everything(browser, address, folder)
            page = browser.new_page(viewport=WIDE)
            visit(page, address, "weeks")
            page.screenshot(path=Path(__file__).with_name("panel.png"))
            browser.close()


@contextmanager
def serving(data: Path) -> Iterator[str]:
    """A server on four weeks, by its address."""
    live_four_weeks(data, until=datetime.now().astimezone())
    changes = {"FORETYPE_WEBHOOK_NETWORKS": "127.0.0.0/8", "PYTHONPATH": str(ROOT / "src")}
    command = [sys.executable, "-m", "foretype", "serve", "--port", "0", "--data-dir", str(data)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=os.environ | changes)
    assert process.stdout is not None
    try:
        said = process.stdout.readline()
        yield next(word for word in said.split() if word.startswith("http")).rstrip("/")
    finally:
        process.terminate()
        process.wait(20)


def write(client: httpx.Client) -> None:
    """Type the mails key by key, taking what is right; learn each."""
    for number, mail in enumerate(MAILS):
        at = 0
        while at < len(mail):
            asked = {"text": mail[:at], "user": "ann", "session": f"m{number}", "deadline_ms": 200}
            found = client.post("/v1/suggest", json=asked).json()["suggestions"]
            grey = found[0]["text"] if found else ""
            at += len(grey) if len(grey) > 2 and mail[at:].startswith(grey) else 1
        client.post("/v1/learn", json={"user": "ann", "text": mail})


def tell(client: httpx.Client, url: str) -> None:
    """One webhook that takes a test, and one address that does not answer."""
    for address, description in ((url, "The team's chat"), ("http://127.0.0.1:9/hook", "Pager")):
        made = client.post("/v1/webhooks", json={"url": address, "description": description}).json()
        client.post(f"/v1/webhooks/{made['webhook']['id']}/test")


def look_at_everything(browser: Browser, address: str, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for scheme in ("light", "dark"):
        for name, size in (("wide", WIDE), ("narrow", NARROW)):
            context = browser.new_context(viewport=size, color_scheme=scheme)
            page = context.new_page()
            for view in VIEWS:
                visit(page, address, view)
                page.screenshot(path=folder / f"{view}-{name}-{scheme}.png", full_page=True)
            context.close()


def visit(page: Page, address: str, view: str) -> None:
    page.goto("about:blank")
    page.goto(f"{address}/panel#{view}")
    page.wait_for_selector("#link[data-link=live]")
    if view == "learned":
        page.get_by_label("Whose phrases").fill("ann")
        page.get_by_role("button", name="Show").click()
    if view == "webhooks":
        page.get_by_role("button", name="Delivery log").first.click()
        page.locator(".log summary").first.click()
        page.wait_for_selector(".delivery pre")
    page.wait_for_timeout(300)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
