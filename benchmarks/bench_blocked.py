"""What a block-list costs on the way of a key.

How it misleads: words are made up of common letters, so that many share a beginning with what is suggested; a real list
shares fewer. One path is looked at; a key has three.

    python benchmarks/bench_blocked.py
"""

from __future__ import annotations

import json
import platform
import random
import time

import numpy as np

from foretype.compose.blocked import MAX_ENTRIES, Blocked

BEFORE = "Hi Susan, thanks for the reminder. I will send you the draft of the quarterly report on Thursday, and then "
TEXT = "we can meet to discuss what follows from it "
ROUNDS = 2000


def main() -> None:
    chance = random.Random(1)
    words = ["".join(chance.choices("etaoinshrdlu", k=chance.randint(4, 9))) for _ in range(20_000)]
    print(f"{platform.machine()}, Python {platform.python_version()}, seed 1")
    results = []
    for count in (0, 10, 100, MAX_ENTRIES):
        entries = [" ".join(chance.sample(words, 1 + 2 * (at % 5 == 0))) for at in range(count)]
        began_s = time.perf_counter()
        blocked = Blocked(entries)
        built_ms = (time.perf_counter() - began_s) * 1e3
        p50, p90, p99 = np.quantile(timed_us(blocked), (0.5, 0.9, 0.99))
        print(
            f"{count:5} entries: {p50:6.1f} / {p90:6.1f} / {p99:6.1f} us a path, built in {built_ms:.0f} ms"
        )
        results.append({"entries": count, "us": [round(float(each), 2) for each in (p50, p90, p99)]})
    print(json.dumps(results))


def timed_us(blocked: Blocked) -> list[float]:
    found = []
    for _ in range(ROUNDS):
        began_s = time.perf_counter()
        blocked.first_match(BEFORE, TEXT)
        found.append((time.perf_counter() - began_s) * 1e6)
    return found


if __name__ == "__main__":
    main()
