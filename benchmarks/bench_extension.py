"""What the extension adds to page loads: the same pages, by turns, in a Chromium with it and one without.

How it misleads: the pages are small and come from this machine, so a load is short and its noise is large against what is
measured; the two browsers share the cores. cpu_ms is the processor's time of the page's main thread until the page came to
rest, on the page with a field with that field in focus; load_ms is the clock's until the load event was over. Both are lower
quartiles: a busy machine only adds.

    (cd clients/extension && npm ci && npm run build)
    python benchmarks/bench_extension.py --loads 40
"""

from __future__ import annotations

import argparse
import json
import platform
import statistics
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from playwright.sync_api import BrowserContext, CDPSession, Page, Playwright, sync_playwright

ROOT = Path(__file__).parents[1]
EXTENSION = ROOT / "clients" / "extension" / "dist" / "chromium"
PAGES = ROOT / "tests" / "page" / "extension" / "pages"
FOCUS = "document.querySelector('textarea')?.focus()"
SETTLE_MS = 150  # what is loaded at a focus is in by then


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--loads", type=int, default=40, help="of each page in each browser")
    parser.add_argument("--chromium", default="/usr/bin/chromium")
    loads, path = vars(parser.parse_args()).values()
    with _web() as web, sync_playwright() as playing:
        windows = {"without": _window(playing, path, []), "with": _window(playing, path, _load_extension())}
        print(
            f"{windows['with'].browser and windows['with'].browser.version} on {platform.machine()}, {loads} loads each"
        )
        rows = [_compare(windows, web, name, loads) for name in ("empty", "frame")]
        for window in windows.values():
            window.close()
    print(json.dumps({"benchmark": "extension", "loads": loads, "rows": rows}))


def _load_extension() -> list[str]:
    return [f"--disable-extensions-except={EXTENSION}", f"--load-extension={EXTENSION}"]


def _window(playing: Playwright, path: str, args: list[str]) -> BrowserContext:
    common = ["--headless=new", "--no-sandbox"]
    profile = tempfile.mkdtemp()
    return playing.chromium.launch_persistent_context(
        profile, executable_path=path, headless=False, args=common + args
    )


def _compare(windows: dict[str, BrowserContext], web: str, name: str, loads: int) -> dict[str, object]:
    tabs = {which: _Tab(window.new_page()) for which, window in windows.items()}
    spent: dict[str, list[tuple[float, float]]] = {which: [] for which in tabs}
    for turn in range(loads):
        for which in sorted(tabs, reverse=turn % 2 == 0):
            spent[which].append(tabs[which].load(f"{web}/{name}.html"))
    row: dict[str, object] = {"page": f"{name}.html"}
    for place, measure in enumerate(("load_ms", "cpu_ms")):
        middle = {which: _lower_quartile([each[place] for each in spent[which]]) for which in spent}
        row[measure] = {which: round(value, 2) for which, value in middle.items()}
        print(
            f"{name}.html, {measure}: without {middle['without']:.2f}, with {middle['with']:.2f}, "
            f"ratio {middle['with'] / middle['without']:.3f}, adds {middle['with'] - middle['without']:.2f} ms"
        )
    return row


def _lower_quartile(values: list[float]) -> float:
    return statistics.quantiles(values, n=4)[0]  # neighbours only ever add


class _Tab:
    """A tab that is loaded again and again."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._line: CDPSession = page.context.new_cdp_session(page)
        self._line.send(
            "Performance.enable", {"timeDomain": "threadTicks"}
        )  # of the processor: neighbours do not count

    def load(self, address: str) -> tuple[float, float]:
        """Milliseconds until the load event was over, and of the processor until the page came to rest."""
        self._page.goto("about:blank")
        before = self._cpu_ms()
        self._page.goto(address)
        timing = "performance.getEntriesByType('navigation')[0].loadEventEnd"
        self._page.wait_for_function(f"{timing} > 0")
        ended = float(self._page.evaluate(timing))
        self._page.evaluate(FOCUS)
        self._page.wait_for_timeout(SETTLE_MS)
        return ended, self._cpu_ms() - before

    def _cpu_ms(self) -> float:
        metrics = self._line.send("Performance.getMetrics")["metrics"]
        return next(1000 * float(each["value"]) for each in metrics if each["name"] == "TaskDuration")


@contextmanager
def _web() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=PAGES))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


if __name__ == "__main__":
    main()
