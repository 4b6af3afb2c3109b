"""What the HTTP door adds to a key: everything from the parsed request to the encoded reply, around a composer that
answers at once.

How it misleads: no socket is involved, which costs another 0.1 to 0.2 ms on loopback; and nobody else asks meanwhile.

    python benchmarks/bench_door.py
"""

from __future__ import annotations

import asyncio
import json
import platform
import time
from concurrent.futures import Future
from pathlib import Path
from typing import Any, cast

from starlette.types import ASGIApp, Message

from foretype.compose.dials import Dials
from foretype.compose.gate import Gate
from foretype.compose.request import Answer, Request, Suggestion
from foretype.config import Settings
from foretype.monitor.metrics import Metrics
from foretype.serve.app import make_app
from foretype.serve.door import Composer
from foretype.serve.service import Service

NUM_CALLS = 5_000
BODY = json.dumps(
    {
        "text": "Hi Susan,\n\nThanks for se",
        "user": "u1",
        "session": "m-1",
        "context": {"subject": "The report", "previous": "Here it is. " * 50},
        "n": 3,
    }
).encode()
SCOPE: dict[str, Any] = {
    "type": "http",
    "method": "POST",
    "path": "/v1/suggest",
    "raw_path": b"/v1/suggest",
    "root_path": "",
    "scheme": "http",
    "http_version": "1.1",
    "query_string": b"",
    "headers": [(b"host", b"localhost"), (b"content-type", b"application/json")],
}
SHOWN = Suggestion("nding the report ", 0.6, 3, {"lm": 0.5, "user": 0.5}, (0.9, 0.7, 0.6), ({"lm": 1.0},) * 3)


class Prompt:
    """Answers at once."""

    model = "prompt"
    outcomes = None
    gate = Gate()

    def turn(self, dials: Dials) -> None:
        """It has no dial."""

    def answer(self, request: Request) -> Answer:
        return Answer("a1", (SHOWN,) * request.n, self.model, 0.0)

    def close(self) -> None:
        """There is nothing to close."""


async def call(app: ASGIApp) -> float:
    """Seconds that one request took."""

    async def receive() -> Message:
        return {"type": "http.request", "body": BODY, "more_body": False}

    async def send(message: Message) -> None:
        assert message.get("status", 200) == 200

    began_s = time.perf_counter()
    await app(dict(SCOPE), receive, send)
    return time.perf_counter() - began_s


async def measure() -> list[float]:
    service = Service(Settings(data_dir=Path("unused"), cache_dir=Path("unused")), Metrics())
    loading: Future[Composer] = Future()
    loading.set_result(cast("Composer", Prompt()))
    await service.open(loading)
    app = make_app(service)
    times = [await call(app) for _ in range(NUM_CALLS)]
    await service.close()
    return sorted(times)


def main() -> None:
    used_s = time.process_time()
    times = asyncio.run(measure())
    cpu_ms = round((time.process_time() - used_s) / NUM_CALLS * 1e3, 3)
    p50, p90, p99 = (round(times[int(share * NUM_CALLS)] * 1e3, 3) for share in (0.5, 0.9, 0.99))
    print(
        f"{platform.platform()}, Python {platform.python_version()}, {NUM_CALLS} requests of {len(BODY)} bytes"
    )
    print(f"p50 {p50} ms, p90 {p90} ms, p99 {p99} ms; of the processor {cpu_ms} ms each")
    print(json.dumps({"benchmark": "door", "cpu_ms": cpu_ms, "ms_p50": p50, "ms_p90": p90, "ms_p99": p99}))


if __name__ == "__main__":
    main()
