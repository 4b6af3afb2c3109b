"""A page that agreed to private statistics, and a real server that takes them: one report a day arrives, and no more.

It does not know what reports tell; tests/edge/test_statistics.py does.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from playwright.sync_api import Page, expect

from foretype.edge.build import build_folder
from foretype.edge.parts import packaged_sources
from page.edge.hosting import Host
from page.edge.steps import open_at, ready, until

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LONG_AGO = """async () => {
  const opening = indexedDB.open('foretype');
  const database = await new Promise((resolve) => (opening.onsuccess = () => resolve(opening.result)));
  const values = database.transaction('values', 'readwrite').objectStore('values');
  const asked = values.get('private statistics');
  const book = await new Promise((resolve) => (asked.onsuccess = () => resolve(asked.result)));
  values.put({ ...book, ledger: { ...book.ledger, beginsDay: book.ledger.beginsDay - 20 } }, 'private statistics');
  await new Promise((resolve) => (values.transaction.oncomplete = resolve));
  database.close();
}"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def aggregator(folder: Path, *, port: int, origin: str) -> Iterator[str]:
    """A server that takes statistics from pages of `origin`."""
    settings = {
        "DATA_DIR": folder / "data",
        "STATISTICS_DIR": folder / "sums",
        "ALLOWED_ORIGINS": origin,
        "MODEL": "none",
    }
    env = {**os.environ, **{f"FORETYPE_{name}": str(value) for name, value in settings.items()}}
    command = [sys.executable, "-m", "foretype", "serve", "--port", str(port)]
    server = subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(20)


def is_up(address: str) -> bool:
    try:
        return bool(urlopen(f"{address}/readyz", timeout=1).status == 200)
    except (URLError, OSError):
        return False


def comes_up(page: Page, address: str) -> None:
    for _ in range(300):
        if is_up(address):
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"{address}: the server did not come up within 30 s")


def num_reports(address: str) -> int:
    told = json.load(urlopen(f"{address}/v1/statistics", timeout=5))
    return sum(question["reports"] for question in told["questions"])


def test_a_report_arrives_once_however_often_the_page_is_opened(page: Page, tmp_path: Path) -> None:
    port = free_port()
    build_folder(
        tmp_path / "site",
        packaged_sources(model=None),
        runtime={},
        statistics_to=f"http://127.0.0.1:{port}",
    )
    with (
        Host(tmp_path / "site") as host,
        aggregator(tmp_path, port=port, origin=host.address.rstrip("/")) as address,
    ):
        comes_up(page, address)
        open_at(page, host.address)
        page.get_by_role("button", name="Settings").click()
        page.get_by_label("Help with private statistics").check()
        expect(page.locator("#statistics-note")).to_contain_text("The first one on")
        assert num_reports(address) == 0

        page.evaluate(LONG_AGO)
        for _ in range(2):
            page.reload()
            ready(page)
            until(page, "document.getElementById('statistics-report').textContent !== ''")
        page.get_by_role("button", name="Settings").click()
        expect(page.locator("#statistics-note")).to_contain_text("exactly as it was sent")
        assert num_reports(address) == 1
        assert json.loads(page.locator("#statistics-report").inner_text())["version"] == 1
