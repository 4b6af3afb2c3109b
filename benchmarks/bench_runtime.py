"""Milliseconds a token: foretype's runtime beside llama.cpp on the same weights, one thread each, in one run.

How it misleads: rounds of the two alternate, so a busy neighbour hurts both, yet not to the same degree; compare
ratios of medians, and distrust a run whose p90 is far from its p50. It calls the engines without their queues. Its
tokens are random, which cost the same as words. Quality (--quality) is bits per character of whole messages, read in
chunks of 32 after the first token, without any n-gram.

    python benchmarks/bench_runtime.py MODEL_FOLDER --gguf FILE.gguf --quality enron-valid.jsonl.xz
"""

from __future__ import annotations

import argparse
import json
import lzma
import platform
import time
from collections.abc import Callable, Mapping
from importlib.metadata import version
from pathlib import Path

import numpy as np

from foretype.runtime.engine import Cache, Engine, Pass, Row, chain_pass
from foretype.runtime.llama_library import Cell, LlamaLibrary
from foretype.runtime.model_dir import OpenedDir, open_model_dir
from foretype.runtime.token_tree import merge
from foretype.runtime.vocabulary import Vocabulary

ROUNDS = 40
READ_TOKENS = 57  # a short mail
LONG_TOKENS = 200  # a mail with the one it answers
QUALITY_MESSAGES = 100
MAX_CHARS = 1200
Works = Mapping[str, Callable[[], object]]


def main() -> None:
    arguments = parsed()
    tokens: list[int] = np.random.default_rng(0).integers(300, 40_000, size=300).tolist()
    opened = open_model_dir(arguments.model)
    engine = Engine(arguments.model, opened.card.architecture)
    works = {f"foretype {what}": work for what, work in our_works(engine, tokens).items()}
    if arguments.gguf:
        works |= {f"llama.cpp {what}": work for what, work in llama_works(arguments.gguf, tokens).items()}
    report: dict[str, object] = {what: quantiles(times) for what, times in measured(works).items()}
    if arguments.quality:
        report["bits per character"] = bits_per_character(engine, opened, arguments.quality)
    show(report, opened)


def parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="milliseconds a token, beside llama.cpp")
    parser.add_argument("model", type=Path, help="a model folder")
    parser.add_argument("--gguf", type=Path, help="the same weights for llama.cpp (needs foretype[llama])")
    parser.add_argument("--quality", type=Path, help="messages as xz-packed JSON Lines with a `body`")
    return parser.parse_args()


def our_works(engine: Engine, tokens: list[int]) -> Works:
    """Each leaves the cache able to run the others: cells beyond a pass's past count for nothing."""
    cache = Cache(engine, capacity=300)
    engine.run(cache, chain_pass(tokens[:LONG_TOKENS], num_past=0, wanted=[]))

    def after(num_past: int) -> object:
        return engine.run(cache, chain_pass([tokens[num_past]], num_past=num_past, wanted=[0]))

    def branches() -> object:
        tree = merge([[7], [8], [9], [10], [11], [12], [13], [14]])
        row = Row(tree.tokens, READ_TOKENS, tree.depths, tree.sees)
        return engine.run(cache, Pass([row], range(8)))

    def read() -> object:
        return engine.run(cache, chain_pass(tokens[:READ_TOKENS], num_past=0, wanted=[READ_TOKENS - 1]))

    return works_of(lambda: after(READ_TOKENS), lambda: after(LONG_TOKENS), branches, read)


def llama_works(path: Path, tokens: list[int]) -> Works:
    library = LlamaLibrary(path, num_cells=512, num_sequences=9, num_threads=1)
    library.run([Cell(token, position, 0, False) for position, token in enumerate(tokens[:LONG_TOKENS])])

    def after(num_past: int) -> object:
        library.keep(0, num_past)
        return library.run([Cell(tokens[num_past], num_past, 0, True)])

    def branches() -> object:
        library.keep(0, READ_TOKENS)
        for sequence in range(1, 9):
            library.keep(sequence, 0)
            library.share(0, sequence, READ_TOKENS)
        return library.run([Cell(sequence + 6, READ_TOKENS, sequence, True) for sequence in range(1, 9)])

    def read() -> object:
        for sequence in range(9):
            library.keep(sequence, 0)
        last = READ_TOKENS - 1
        return library.run([Cell(tokens[i], i, 0, i == last) for i in range(READ_TOKENS)])

    def long() -> object:
        library.keep(0, READ_TOKENS)
        library.run([Cell(tokens[i], i, 0, False) for i in range(READ_TOKENS, LONG_TOKENS)])
        return None

    return works_of(lambda: after(READ_TOKENS), lambda: after(LONG_TOKENS), branches, read) | {
        "(refill)": long
    }


def works_of(
    short: Callable[[], object],
    long: Callable[[], object],
    branches: Callable[[], object],
    read: Callable[[], object],
) -> dict[str, Callable[[], object]]:
    return {
        f"one token after {LONG_TOKENS}": long,
        f"one token after {READ_TOKENS}": short,
        f"eight branches after {READ_TOKENS}": branches,
        f"reading {READ_TOKENS}": read,
    }


def measured(works: Works) -> dict[str, list[float]]:
    """Milliseconds; rounds go through all works in turn, so that neighbours disturb all alike."""
    times: dict[str, list[float]] = {what: [] for what in works}
    for _ in range(ROUNDS):
        for what, work in works.items():
            start = time.perf_counter()
            work()
            times[what].append((time.perf_counter() - start) * 1e3)
    return {what: found for what, found in times.items() if "(refill)" not in what}


def quantiles(times: list[float]) -> dict[str, float]:
    p10, p50, p90 = np.quantile(times, [0.1, 0.5, 0.9])
    return {"p10": round(float(p10), 2), "p50": round(float(p50), 2), "p90": round(float(p90), 2)}


def bits_per_character(engine: Engine, opened: OpenedDir, path: Path) -> float:
    vocabulary = Vocabulary(opened.tokenizer_json, num_tokens=engine.architecture.vocab_size, where=str(path))
    cache = Cache(engine, capacity=1024)
    nats, num_chars = 0.0, 0
    for text in messages(path):
        tokens = [*opened.card.prelude, *vocabulary.encode(text)]
        nats -= log_prob(engine, cache, tokens)
        num_chars += len(text)
    return round(float(nats / np.log(2)) / num_chars, 4)


def messages(path: Path) -> list[str]:
    with lzma.open(path, "rt", encoding="utf-8") as lines:
        bodies = [str(json.loads(line)["body"]) for line in lines]
    fitting = [body for body in bodies if 100 <= len(body) <= MAX_CHARS]
    return fitting[:: max(1, len(fitting) // QUALITY_MESSAGES)][:QUALITY_MESSAGES]


def log_prob(engine: Engine, cache: Cache, tokens: list[int]) -> float:
    """Natural-log probability of the tokens after the first."""
    total, start = 0.0, 0
    while start < len(tokens) - 1:
        stop = min(len(tokens) - 1, start + 32) if start else 1
        work = chain_pass(tokens[start:stop], num_past=start, wanted=list(range(stop - start)))
        total += float(engine.run(cache, work)[np.arange(stop - start), tokens[start + 1 : stop + 1]].sum())
        start = stop
    return total


def show(report: Mapping[str, object], opened: OpenedDir) -> None:
    machine = f"{platform.processor() or platform.machine()}, Python {platform.python_version()}"
    print(f"machine {machine}, onnxruntime {version('onnxruntime')}, one thread")
    print(f"model {opened.card.name}, {opened.card.precision.bits} bits; {ROUNDS} rounds; milliseconds")
    for what, found in report.items():
        print(f"{what:40} {found}")
    print(json.dumps({"model": opened.card.name, "bits": opened.card.precision.bits, **report}))


if __name__ == "__main__":
    main()
