"""What the extension adds to page loads: the same pages, by turns, in a Chromium with it and one without.

How it misleads: the pages are small and come from this machine, so a load is short and its noise is large against what is
measured; the two browsers share the cores. cpu_ms is the processor's time of the page's main thread until the page came to
rest, on the page with a field with that field in focus; load_ms is the clock's until the load event was over. "adds" is
the median of the differences of neighbouring loads, with the interval in which it lies 19 times in 20. script_ms is what the
browser's own trace gives for compiling and running the extension's scripts, by the processor's time, until the field has the
focus; the world that a browser makes for them is in cpu_ms only.

    (cd clients/extension && npm ci && npm run build)
    python benchmarks/bench_extension.py --loads 40
"""

from __future__ import annotations

import argparse
import json
import math
import platform
import statistics
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, CDPSession, Page, Playwright, sync_playwright

ROOT = Path(__file__).parents[1]
EXTENSION = ROOT / "clients" / "extension" / "dist" / "chromium"
PAGES = ROOT / "tests" / "page" / "extension" / "pages"
OURS = "chrome-extension://"
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
        values = {which: [each[place] for each in spent[which]] for which in spent}
        added = sorted(b - a for a, b in zip(values["without"], values["with"], strict=True))
        low, middle, high = _median_within(added)
        row[measure] = {
            "without": round(statistics.median(values["without"]), 2),
            "adds": [low, middle, high],
        }
        print(
            f"{name}.html, {measure}: without {statistics.median(values['without']):.2f}, adds {middle} ({low} to {high})"
        )
    own = [tabs["with"].script_ms(f"{web}/{name}.html") for _ in range(loads)]
    row["script_ms"] = round(statistics.median(own), 2)
    print(f"{name}.html, script_ms: median {row['script_ms']}, most {max(own):.2f}")
    return row


def _median_within(ordered: list[float]) -> tuple[float, float, float]:
    """The median between the ends of its 95 % interval, by ranks."""
    count = len(ordered)
    reach = math.ceil(0.98 * math.sqrt(count))
    places = (max(0, count // 2 - reach), count // 2, min(count - 1, count // 2 + reach))
    low, middle, high = (round(ordered[place], 2) for place in places)
    return low, middle, high


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

    def script_ms(self, address: str) -> float:
        """Milliseconds of the processor for the extension's scripts in one load, and a focus, by the browser's trace."""
        events: list[dict[str, Any]] = []
        ended: list[bool] = []
        take = _taking(events)
        self._page.goto("about:blank")
        self._line.on("Tracing.dataCollected", take)
        self._line.once("Tracing.tracingComplete", lambda _: ended.append(True))
        wanted = {"includedCategories": ["devtools.timeline", "v8"]}
        self._line.send("Tracing.start", {"transferMode": "ReportEvents", "traceConfig": wanted})
        self._page.goto(address)
        self._page.evaluate(FOCUS)
        self._page.wait_for_timeout(SETTLE_MS)
        self._line.send("Tracing.end")
        while not ended:
            self._page.wait_for_timeout(10)
        self._line.remove_listener("Tracing.dataCollected", take)
        return _outermost_ms(
            [each for each in events if "tdur" in each and OURS in json.dumps(each.get("args"))]
        )

    def _cpu_ms(self) -> float:
        metrics = self._line.send("Performance.getMetrics")["metrics"]
        return next(1000 * float(each["value"]) for each in metrics if each["name"] == "TaskDuration")


def _taking(events: list[dict[str, Any]]) -> Callable[[dict[str, Any]], None]:
    return lambda told: events.extend(told["value"])


def _outermost_ms(events: list[dict[str, Any]]) -> float:
    """The time of events, those within others left out."""
    spent = end = 0.0
    for each in sorted(events, key=lambda each: (each["ts"], -each["dur"])):
        if each["ts"] >= end:
            spent += each["tdur"] / 1000
            end = each["ts"] + each["dur"]
    return spent


@contextmanager
def _web() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=PAGES))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


if __name__ == "__main__":
    main()
