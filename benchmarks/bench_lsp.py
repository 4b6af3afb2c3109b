"""What a key and a question cost the language server beside the engine, by how long the document is.

How it misleads: the key is struck at the end of the document, where most writing happens and finding the line takes
longest; the protocol's own JSON is not in it, nor is the engine.

    python benchmarks/bench_lsp.py
"""

from __future__ import annotations

import json
import platform
import time

import numpy as np

from foretype.serve.lsp.documents import Change, Document, Documents
from foretype.serve.lsp.positions import Encoding, Place, offset_of
from foretype.serve.lsp.reading import passage_at

URI = "file:///note.md"
LINE = "a line of text with an é in it\n"
ROUNDS = 30


def main() -> None:
    print(f"{platform.machine()}, Python {platform.python_version()}")
    results = []
    for chars in (10_000, 100_000, 900_000, 5_000_000):
        keys_ms, questions_ms = timed_ms(chars // len(LINE))
        found = {"chars": chars, "key_ms": _middle(keys_ms), "question_ms": _middle(questions_ms)}
        print(
            "{chars:9,} characters: key {key_ms[0]} / {key_ms[1]}, question {question_ms[0]} / {question_ms[1]} ms".format(
                **found
            )
        )
        results.append(found)
    print(json.dumps(results))


def timed_ms(lines: int) -> tuple[list[float], list[float]]:
    documents = Documents()
    documents.open(Document(URI, "markdown", 0, LINE * lines))
    keys, questions = [], []
    for at in range(ROUNDS):
        here = Place(lines, at)
        began_s = time.perf_counter()
        documents.change(URI, [Change("x", here, here)], version=at)
        keys.append((time.perf_counter() - began_s) * 1e3)
        document = documents.all()[0]
        began_s = time.perf_counter()
        passage_at(document, offset_of(document.text, here, Encoding.UTF16))
        questions.append((time.perf_counter() - began_s) * 1e3)
    return keys, questions


def _middle(times_ms: list[float]) -> tuple[float, float]:
    p50, p90 = np.quantile(times_ms, (0.5, 0.9))
    return round(float(p50), 1), round(float(p90), 1)


if __name__ == "__main__":
    main()
