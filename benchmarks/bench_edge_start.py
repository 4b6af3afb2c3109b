"""How soon the page of a built folder suggests: milliseconds from navigation to grey text, at the first visit and later.

How it misleads: the web server is this machine, so a first visit waits for no line; later visits find everything in the
browser's cache and, as a quick reload does, much of it still in memory. Letters stand in the field before the engine is
there, so that the first answer is drawn at once: a person is later. Other work on this machine slows all of it; compare the
best.

    foretype edge build --out public
    python benchmarks/bench_edge_start.py public [--visits 10]

It needs Chromium and playwright.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from foretype.evals.machine import this_machine

CHROMIUM = ("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome")
PATIENCE_MS = 60_000
SETTLE_MS = 2000  # the first visit's files are written to the disk meanwhile
WATCH = """(() => {
  const since = (window.since = {});
  const layer = () => document.querySelector('foretype-layer')?.shadowRoot;
  const grey = () => layer()?.querySelector('.frame:not([hidden]) .grey')?.textContent;
  const look = () => {
    const words = document.getElementById('link-words').textContent;
    if (/^(Counts|Ready)/.test(words)) since.counts ??= performance.now();
    if (grey()) since.grey ??= performance.now();
    if (/^Ready/.test(words) && since.grey) since.complete ??= performance.now();
    if (!since.complete) requestAnimationFrame(look);
  };
  addEventListener('DOMContentLoaded', () => {
    document.getElementById('body').focus();
    document.execCommand('insertText', false, 'Please let me kn');
    look();
  });
})()"""


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *given: object) -> None:
        """Nobody reads it."""


@contextmanager
def hosted(folder: Path) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()


def visit(page: Page, address: str) -> Mapping[str, float]:
    page.goto("about:blank")
    page.goto(address)
    for _ in range(PATIENCE_MS // 50):
        since: dict[str, float] = page.evaluate("window.since")
        if "complete" in since:
            return since
        page.wait_for_timeout(50)
    raise TimeoutError(f"{address}: {page.inner_text('#link-words')}")


def visits(folder: Path, *, num: int) -> tuple[Mapping[str, float], Sequence[Mapping[str, float]]]:
    """The first visit's milliseconds, and those of `num` later ones with the network cut."""
    path = next(place for place in CHROMIUM if shutil.which(place))
    with hosted(folder) as address, sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        context = chromium.new_context(locale="en-US")
        page = context.new_page()
        page.add_init_script(WATCH)
        first = visit(page, address)
        page.wait_for_timeout(SETTLE_MS)
        context.set_offline(True)
        later = [visit(page, address) for _ in range(num)]
        chromium.close()
    return first, later


def main() -> None:
    parser = argparse.ArgumentParser(description="how soon a built folder suggests")
    parser.add_argument("folder", type=Path, help="made by `foretype edge build`")
    parser.add_argument("--visits", type=int, default=10, help="after the first (default %(default)s)")
    args = parser.parse_args()
    first, later = visits(args.folder, num=args.visits)
    print(this_machine(), file=sys.stderr)
    found: dict[str, object] = {"first": first, "visits": args.visits}
    for name in ("counts", "grey", "complete"):
        times = [each[name] for each in later]
        found[name] = {"best": min(times), "median": statistics.median(times)}
        print(
            f"{name:9} first visit {first[name]:6.0f} ms   later, network cut: "
            f"best {min(times):6.0f}  median {statistics.median(times):6.0f} ms"
        )
    print(json.dumps(found))


if __name__ == "__main__":
    main()
