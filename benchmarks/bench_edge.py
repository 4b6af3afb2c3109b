"""The engine in headless Chromium: milliseconds a key, keystrokes saved beside the server's engine, first load and memory.

How it misleads: both engines run on this machine and share its cores with whatever else runs. Keys come with `--gap-ms`
between them (a quick writer's 120), so that what a person's pauses allow is done in them; without a gap every wait is
seen. A key's time is seen from the page's script: to the worker and back, without drawing. The server's engine is asked
in this process, without HTTP. The writer is that of `foretype eval replay`: it takes whole words only.

    foretype edge build --out public
    python benchmarks/bench_edge.py public MESSAGES.jsonl [--limit 30] [--gap-ms 120] [--learn]

It needs Chromium and playwright.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from playwright.sync_api import Page, sync_playwright

from foretype.assemble import open_composer
from foretype.config import load_settings
from foretype.evals.doors import ComposerDoor, Door, Shown
from foretype.evals.machine import this_machine
from foretype.evals.messages import Message, read_messages
from foretype.evals.metrics import as_json, summarise
from foretype.evals.replay import Limits, replay

CHROMIUM = ("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome")
HOST = b"<!doctype html><title>bench</title><script type=module src=engine.js></script>"
OPEN = """async ({ threads, user }) => {
  const { openEngine } = await import("./engine.js");
  const began = performance.now();
  window.engine = openEngine("./", { user, ...(threads && { threads }) });
  await engine.ready;
  const counts = performance.now() - began;
  const state = await engine.complete;
  return { counts, complete: performance.now() - began, lm: state.lm, problem: state.problem };
}"""
ASK = """async (request) => {
  const began = performance.now();
  const answer = await engine.answer(request);
  return { ms: performance.now() - began, answer };
}"""
MEMORY = "performance.measureUserAgentSpecificMemory().then(({ bytes }) => bytes)"


class CountingHandler(SimpleHTTPRequestHandler):
    """Serves a folder with the headers that allow threads, and counts bytes."""

    num_bytes = 0

    def end_headers(self) -> None:
        self.send_header("Cross-Origin-Opener-Policy", "same-origin")
        self.send_header("Cross-Origin-Embedder-Policy", "require-corp")
        super().end_headers()

    def do_GET(self) -> None:
        if self.path == "/bench.html":
            self._send_page()
        else:
            super().do_GET()

    def copyfile(self, source: Any, outputfile: Any) -> None:
        data = source.read()
        CountingHandler.num_bytes += len(data)
        outputfile.write(data)

    def log_message(self, format: str, *given: Any) -> None:
        """Nobody reads it."""

    def _send_page(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(HOST)


class BrowserDoor:
    """The engine in a page, as an evaluation asks it."""

    def __init__(self, page: Page, *, gap_ms: float, n: int) -> None:
        self._page = page
        self._n = n
        self._gap_s = gap_ms / 1000
        self._model = "unknown"

    @property
    def name(self) -> str:
        return f"browser: {self._model}"

    def suggest(self, text: str, message: Message, *, user: str | None) -> Shown:
        time.sleep(self._gap_s)
        request = {
            "text": text,
            "user": user,
            "session": message.id,
            "context": context_of(message),
            "n": self._n,
        }
        found = self._page.evaluate(ASK, request)
        answer: dict[str, Any] = found["answer"]
        self._model = answer["model"]
        first: dict[str, Any] = next(iter(answer["suggestions"]), {})
        return Shown(
            text=first.get("text", ""),
            elapsed_ms=found["ms"],
            confidence=first.get("confidence"),
            silence=answer["silence"],
            lm_steps=answer["lm_steps"],
        )

    def learn(self, message: Message, *, user: str | None) -> None:
        if user is not None:
            told = [message.body, {"user": user, "context": context_of(message)}]
            self._page.evaluate("([text, more]) => engine.learn(text, more)", told)

    def close(self) -> None:
        self._page.close()


class PausingDoor(ComposerDoor):
    """The server's engine, with the same gaps between keys."""

    gap_s = 0.0

    def suggest(self, text: str, message: Message, *, user: str | None) -> Shown:
        time.sleep(self.gap_s)
        return super().suggest(text, message, user=user)


def context_of(message: Message) -> dict[str, Any]:
    return {
        "kind": message.kind.value,
        "subject": message.subject,
        "previous": message.previous,
        "to": list(message.to),
        "sent_at": message.date,
        "locale": message.context.locale,
    }


@contextmanager
def hosted(folder: Path) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(CountingHandler, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/bench.html"
    server.shutdown()


def asked(door: Door, messages: list[Message], args: argparse.Namespace) -> dict[str, Any]:
    limits = Limits(messages=args.limit, chars=args.chars)
    results = list(replay(door, messages, limits=limits, learn=args.learn))
    found = as_json(summarise(door.name, results))
    steps = [ask.lm_steps or 0 for result in results for ask in result.asks]
    return {**found, "lm_steps_a_key": round(sum(steps) / len(steps), 3)}


def in_browser(args: argparse.Namespace, messages: list[Message]) -> tuple[dict[str, Any], dict[str, Any]]:
    path = next(place for place in CHROMIUM if shutil.which(place))
    with hosted(args.folder) as address, sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        page = chromium.new_page()
        page.goto(address)
        opened = page.evaluate(OPEN, {"threads": args.threads, "user": None})
        facts = opened | {"first_load_bytes": CountingHandler.num_bytes, "chromium": chromium.version}
        found = asked(BrowserDoor(page, gap_ms=args.gap_ms, n=args.suggestions), messages, args)
        facts["memory_bytes"] = page.evaluate(MEMORY)
        chromium.close()
    return found, facts


def on_server(args: argparse.Namespace, messages: list[Message]) -> dict[str, Any]:
    told = json.loads((args.folder / "manifest.json").read_text(encoding="utf-8"))
    with TemporaryDirectory(prefix="foretype-bench-") as folder:
        settings = load_settings(model=told["model"] or "none", data_dir=Path(folder), outcome_days=0)
        door = PausingDoor(open_composer(settings))
        door.gap_s = args.gap_ms / 1000
        try:
            return asked(door, messages, args)
        finally:
            door.close()


def line(name: str, found: dict[str, Any]) -> str:
    spread = "  ".join(f"{part} {found[f'ms_{part}']:6.1f}" for part in ("p50", "p90", "p99"))
    steps = found["lm_steps_a_key"]
    return f"{name:8} ms a key: {spread}   ksr_word {found['ksr_word']:.4f}   LM steps waited for, a key: {steps:.3f}"


def main() -> None:
    parser = argparse.ArgumentParser(description="the engine in headless Chromium")
    parser.add_argument("folder", type=Path, help="made by `foretype edge build`")
    parser.add_argument("messages", type=Path, help=".jsonl or .jsonl.xz, never of a test set")
    parser.add_argument("--limit", type=int, default=30, help="messages (default %(default)s)")
    parser.add_argument("--chars", type=int, default=200, help="of each message (default %(default)s)")
    parser.add_argument("--gap-ms", type=float, default=120.0, help="between keys (default %(default)s)")
    parser.add_argument(
        "--suggestions", type=int, default=1, help="wanted of the browser; its fields ask for 3 (default 1)"
    )
    parser.add_argument("--threads", type=int, help="of the language model (default: as many as help)")
    parser.add_argument("--learn", action="store_true", help="learn each author's earlier messages")
    parser.add_argument("--alone", action="store_true", help="leave out the server's engine")
    args = parser.parse_args()
    messages = list(read_messages(args.messages))
    browser, facts = in_browser(args, messages)
    print(f"{this_machine()}, Chromium {facts['chromium']}", file=sys.stderr)
    print(line("browser", browser))
    found = {"browser": browser, "facts": facts, "gap_ms": args.gap_ms, "data": args.messages.name}
    if not args.alone:
        found["server"] = on_server(args, messages)
        print(line("server", found["server"]))
    print(
        f"first load {facts['first_load_bytes'] / 1e6:.1f} MB, answers after {facts['counts'] / 1000:.1f} s, "
        f"model after {facts['complete'] / 1000:.1f} s, memory {facts['memory_bytes'] / 1e6:.0f} MB"
    )
    print(json.dumps(found))


if __name__ == "__main__":
    main()
