"""Many writers typing at once, through real HTTP: how long a key waits, and whether any is lost.

How it misleads: the writers run on the same machine as the server and take part of its two cores; nobody
accepts a suggestion, so no key is saved; and everybody types at the same pace, with random gaps. Keys are
sent on time even when the answer before is late, as a hand does not wait, so a server that falls behind is
seen to.

    foretype serve --model none &
    python benchmarks/bench_load.py --writers 16 --seconds 30 --data ../shared/data/replay/enron-new.jsonl

Exit status 1 when a key was neither answered nor refused with a reason.
"""

from __future__ import annotations

import argparse
import asyncio
import importlib.metadata
import json
import os
import platform
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

ANSWER_TIMEOUT_S = 10.0
FALLBACK_TEXTS = (
    "Hi Susan,\n\nThanks for sending the report so quickly. I will look at it tonight.\n\nBest",
    "Hello everybody,\n\nplease let me know by Friday whether you can join the call next week.\n\nThank you",
    "Could you have a look at the attached draft? I am not sure about the numbers in it.\n\nRegards",
)


@dataclass
class Tally:
    """What became of all keys."""

    latencies_ms: list[float] = field(default_factory=list)
    around_ms: list[float] = field(
        default_factory=list
    )  # HTTP, waiting and this client: all but the composer
    fates: Counter[str] = field(default_factory=Counter)
    lm_steps: int = 0

    def note(self, status: int, reply: dict[str, Any], *, elapsed_ms: float) -> None:
        if status == 429:
            self.fates["refused"] += 1
            return
        if status != 200:
            self.fates[f"status {status}"] += 1
            return
        self.lm_steps += reply["lm_steps"]
        silence = reply["silence"]
        self.fates[f"silent: {silence}" if silence else "shown"] += 1
        if silence == "stale":
            return  # answered at once because a newer key took its place: no wait of the writer's
        self.latencies_ms.append(elapsed_ms)
        self.around_ms.append(elapsed_ms - reply["elapsed_ms"])


class Line:
    """Keep-alive connections to one server; a key takes a free one."""

    def __init__(self, host: str, port: int) -> None:
        self._host, self._port = host, port
        self._free: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []

    async def post(self, path: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        reader, writer = (
            self._free.pop() if self._free else await asyncio.open_connection(self._host, self._port)
        )
        payload = json.dumps(body).encode()
        head = (
            f"POST {path} HTTP/1.1\r\nHost: {self._host}:{self._port}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(payload)}\r\n\r\n"
        )
        writer.write(head.encode() + payload)
        reply = await _read_reply(reader)
        self._free.append((reader, writer))
        return reply

    async def close(self) -> None:
        for _, writer in self._free:
            writer.close()
            await writer.wait_closed()


async def _read_reply(reader: asyncio.StreamReader) -> tuple[int, dict[str, Any]]:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
    length = int(head.partition("content-length:")[2].split("\r\n")[0])
    return int(head.split()[1]), json.loads(await reader.readexactly(length))


async def write(
    line: Line, name: int, texts: list[dict[str, str]], options: argparse.Namespace, tally: Tally
) -> None:
    """One writer: a key every 1/rate seconds on average, whatever the answers do."""
    dice = random.Random(options.seed + name)
    keys = _keys(texts, name)
    end_s = time.perf_counter() + options.seconds
    due_s = time.perf_counter() + dice.random() / options.keys_per_second
    waiting: set[asyncio.Task[None]] = set()
    while due_s < end_s:
        await asyncio.sleep(max(0.0, due_s - time.perf_counter()))
        task = asyncio.create_task(_ask(line, next(keys), tally))
        waiting.add(task)
        task.add_done_callback(waiting.discard)
        due_s += dice.uniform(0.5, 1.5) / options.keys_per_second
    await asyncio.gather(*waiting)


async def _ask(line: Line, body: dict[str, Any], tally: Tally) -> None:
    tally.fates["keys"] += 1
    began_s = time.perf_counter()
    try:
        status, reply = await asyncio.wait_for(line.post("/v1/suggest", body), ANSWER_TIMEOUT_S)
    except (OSError, asyncio.IncompleteReadError, TimeoutError):
        tally.fates["lost"] += 1
        return
    tally.note(status, reply, elapsed_ms=(time.perf_counter() - began_s) * 1e3)


def _keys(texts: list[dict[str, str]], name: int) -> Iterator[dict[str, Any]]:
    """The requests of one writer's keys, message after message, without end."""
    at = 7 * name  # so that writers do not type the same message
    while True:
        text = texts[at % len(texts)]
        at += 1
        for end in range(len(text["body"]) + 1):
            yield {
                "text": text["body"][:end],
                "user": f"load-{name}",
                "session": f"load-{name}-{at}",
                "context": {"subject": text["subject"]},
            }


def read_texts(data: Path | None, *, num_chars: int) -> list[dict[str, str]]:
    if data is None:
        return [{"body": body, "subject": ""} for body in FALLBACK_TEXTS]
    lines = [json.loads(line) for line in data.read_text(encoding="utf-8").splitlines()]
    return [
        {"body": line["body"][:num_chars], "subject": line.get("subject") or ""}
        for line in lines
        if not line.get("warm") and len(line["body"]) >= 40
    ]


def report(tally: Tally, options: argparse.Namespace) -> dict[str, Any]:
    times = sorted(tally.latencies_ms)
    fates = tally.fates
    num_keys = fates["keys"]
    told = sum(count for fate, count in fates.items() if fate not in ("keys", "lost"))
    return {
        "benchmark": "load",
        "writers": options.writers,
        "keys_per_second": options.keys_per_second,
        "seconds": options.seconds,
        "keys": num_keys,
        "ms_p50": _quantile(times, 0.5),
        "ms_p90": _quantile(times, 0.9),
        "ms_p99": _quantile(times, 0.99),
        "ms_p50_around_the_composer": _quantile(sorted(tally.around_ms), 0.5),
        "stale": fates["silent: stale"],
        "deadline": fates["silent: deadline"],
        "refused": fates["refused"],
        "lost": num_keys - told,
        "lm_steps_per_key": round(tally.lm_steps / max(1, num_keys), 4),
        "fates": dict(fates),
    }


def _machine() -> str:
    named = ("fastapi", "uvicorn", "msgspec")
    packages = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in named)
    load = " ".join(f"{value:.1f}" for value in os.getloadavg())
    system = f"{platform.platform()}, {os.cpu_count()} cores, load before {load}"
    return f"{system}; Python {platform.python_version()}, {packages}"


def _quantile(ordered: list[float], share: float) -> float | None:
    return round(ordered[min(len(ordered) - 1, int(share * len(ordered)))], 2) if ordered else None


async def run(options: argparse.Namespace) -> dict[str, Any]:
    address = urlsplit(options.url)
    texts = read_texts(options.data, num_chars=options.chars)
    tally = Tally()
    lines = [Line(address.hostname or "127.0.0.1", address.port or 80) for _ in range(options.writers)]
    await asyncio.gather(*(write(line, name, texts, options, tally) for name, line in enumerate(lines)))
    for line in lines:
        await line.close()
    return report(tally, options)


def main() -> int:
    parser = argparse.ArgumentParser(description="Many writers typing at once, through real HTTP.")
    parser.add_argument("--url", default="http://127.0.0.1:8765")
    parser.add_argument("--writers", type=int, default=16)
    parser.add_argument("--keys-per-second", type=float, default=5.0)
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--data", type=Path, help="messages as JSON Lines with body and subject")
    parser.add_argument("--chars", type=int, default=300, help="typed of each message")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    print(_machine())
    figures = asyncio.run(run(options))
    print(f"{figures['keys']} keys of {options.writers} writers: {figures['fates']}")
    print(f"p50 {figures['ms_p50']} ms, p90 {figures['ms_p90']} ms, p99 {figures['ms_p99']} ms")
    print(f"stale {figures['stale']}, refused {figures['refused']}, lost {figures['lost']}", end=", ")
    print(f"LM steps a key {figures['lm_steps_per_key']}")
    print(json.dumps(figures))
    return 1 if figures["lost"] else 0


if __name__ == "__main__":
    sys.exit(main())
