"""A composer small enough to predict by hand: word pairs counted in what was learned. And a server around it.

Tests of evals/ and cli/ use it as one more system that answers, deterministic to the letter. It does not know
n-grams beyond pairs.
"""

from __future__ import annotations

import json
import re
import threading
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from typing import Any

from foretype.compose.protocols import Learned
from foretype.compose.request import Answer, Context, Request, Silence, Suggestion

WORD = re.compile(r"[\w']+")


class SmallComposer:
    """Suggests the word that most often followed, and the next one when it always follows."""

    model = "small"

    def __init__(self) -> None:
        self._after: defaultdict[str | None, defaultdict[str, Counter[str]]] = defaultdict(
            lambda: defaultdict(Counter)
        )
        self.num_closed = 0
        self.requests: list[Request] = []

    def answer(self, request: Request) -> Answer:
        self.requests.append(request)
        typed = WORD.search(request.text[::-1].split(" ")[0][::-1] or "")
        prefix = typed.group() if typed else ""
        before = self._words(request.text[: len(request.text) - len(prefix)])
        found = self._next(request.user, before, prefix)
        steps = 0 if prefix else 1
        if found is None:
            return Answer("a", (), self.model, 0.5, Silence.UNSURE, steps)
        word, confidence = found
        suggestion = Suggestion(
            word[len(prefix) :] + " ", confidence, 1, {"user": 1.0}, (confidence,), ({"user": 1.0},)
        )
        return Answer("a", (suggestion,), self.model, 0.5, None, steps)

    def learn(self, text: str, *, user: str, context: Context) -> Learned:
        words = ["", *WORD.findall(text)]
        for before, word in pairwise(words):
            self._after[user][before][word] += 1
        return Learned(len(words) - 1, 0)

    def close(self) -> None:
        self.num_closed += 1

    def _words(self, text: str) -> str:
        return next(reversed(WORD.findall(text)), "")

    def _next(self, user: str | None, before: str, prefix: str) -> tuple[str, float] | None:
        follows = self._after[user][before]
        fitting = [
            (-count, word) for word, count in follows.items() if word.startswith(prefix) and word != prefix
        ]
        if not fitting:
            return None
        count, word = min(fitting)
        return word, -count / follows.total()


@contextmanager
def served(composer: SmallComposer) -> Iterator[str]:
    """The composer behind the HTTP contract, on a free port of this machine; gives its address."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # or each answer waits 40 ms for an acknowledgement

        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            body = json.dumps(_answer(composer, self.path, asked)).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """A test's output is no place for a request log."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _answer(composer: SmallComposer, path: str, asked: dict[str, Any]) -> dict[str, Any]:
    if path == "/v1/learn":
        composer.learn(asked["text"], user=asked["user"], context=Context())
        return {}
    answer = composer.answer(Request(asked["text"], user=asked.get("user"), session=asked.get("session")))
    return {
        "id": answer.id,
        "suggestions": [
            {"text": s.text, "confidence": s.confidence, "words": s.words} for s in answer.suggestions
        ],
        "model": answer.model,
        "silence": answer.silence,
        "lm_steps": answer.lm_steps,
    }
