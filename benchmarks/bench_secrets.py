"""How often ordinary text loses a word to the secret filter.

How it misleads: most real passwords in public mail are masked already, so it says nothing about what the
filter misses (tests/privacy has a table of that); a mail of 2001 holds fewer keys and file names than one of
today.

    python benchmarks/bench_secrets.py FILE.jsonl.xz [FILE ...]
"""

from __future__ import annotations

import json
import lzma
import platform
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from foretype.privacy.secrets import find_secrets
from foretype.text.words import is_word, split_words

MAX_WORDS = 1_000_000


def measure(path: Path) -> dict[str, Any]:
    """Words refused per 1,000 of the first million words, the time, and what was refused."""
    num_words = 0
    refused: list[str] = []
    start_s = time.perf_counter()
    for text in texts(path):
        words = split_words(text)
        num_words += sum(map(is_word, words))
        refused += [words[at] for at in find_secrets(words) if is_word(words[at])]
        if num_words >= MAX_WORDS:
            break
    per_1000 = 1_000 * len(refused) / num_words
    took_us = (time.perf_counter() - start_s) / num_words * 1e6
    return {
        "data": path.name,
        "words": num_words,
        "refused": len(refused),
        "refused_per_1000": round(per_1000, 3),
        "us_per_word": round(took_us, 2),
        "most_refused": sorted(set(refused), key=refused.count, reverse=True)[:8],
    }


def texts(path: Path) -> Iterator[str]:
    with lzma.open(path, "rt") as lines:
        for line in lines:
            row = json.loads(line)
            yield row.get("body") or row.get("text") or ""


def main() -> None:
    print(f"{platform.machine()}, Python {platform.python_version()}")
    results = [measure(Path(name)) for name in sys.argv[1:]]
    for result in results:
        print(
            f"{result['data']:28} {result['words']:>9} words  {result['refused_per_1000']} refused a 1,000"
            f"  {result['us_per_word']} us a word  {' '.join(result['most_refused'])}"
        )
    print(json.dumps(results))


if __name__ == "__main__":
    main()
