"""A writer's memory: time to scan it for a context, to count its words, to learn one message; bytes a token.

How it misleads: the stream repeats real text in shuffled order, so long contexts are found more often than in one
writer's own; the memory lies in the processor's cache up to a few hundred thousand tokens; nothing else runs.

    python benchmarks/bench_memory.py FILE.jsonl[.xz]
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import time
from collections.abc import Callable, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from foretype.assemble import open_background
from foretype.corpus.documents import read_documents
from foretype.evals.machine import this_machine
from foretype.ngram.automaton import Automaton
from foretype.ngram.memory import Memory
from foretype.text.casing import fold_words
from foretype.text.words import START, split_words

SIZES = (10_000, 100_000, 1_000_000)  # tokens
NUM_TEXTS = 3_000
NUM_CALLS = 300
SEED = 1


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("texts", type=Path)
    args = parser.parse_args()
    background = open_background()
    texts = [document.text for document in islice(read_documents(args.texts), NUM_TEXTS)]
    messages = [folded(background, text) for text in texts]
    print(f"{this_machine()}\n{args.texts.name}, {NUM_TEXTS} texts, seed {SEED}")
    results = [measure(Memory(background.lexicon), messages, size) for size in SIZES]
    for result in results:
        print("  ".join(f"{key} {value}" for key, value in result.items()))
    print(json.dumps({"benchmark": "memory", "data": args.texts.name, "sizes": results}))


def measure(memory: Memory, messages: Sequence[list[str]], size: int) -> dict[str, Any]:
    chance = random.Random(SEED)
    learned_s = []
    while len(memory) < size:
        start_s = time.perf_counter()
        memory.learn_one(chance.choice(messages))
        learned_s.append(time.perf_counter() - start_s)
    restored_s = [
        seconds(lambda: Memory(memory.lexicon, memory.stream, memory.strange).unigrams()) for _ in range(9)
    ]
    memory.unigrams()
    streams = [memory.lexicon.ids([START, *chance.choice(messages)]) for _ in range(NUM_CALLS)]
    asked = [ids[: chance.randrange(1, len(ids) + 1)] for ids in streams]
    return {
        "tokens": len(memory),
        "bytes_a_token": round(memory.num_bytes / len(memory), 2),
        **percentiles("follows", [seconds(lambda c=c: memory.follows(c, max_order=4)) for c in asked]),  # type: ignore[misc]
        **percentiles("learn_one", learned_s[-NUM_CALLS:]),
        **percentiles("restore_and_count", restored_s),
    }


def folded(background: Automaton, text: str) -> list[str]:
    return fold_words(split_words(text), is_lower=background.is_lower)


def seconds(call: Callable[[], object]) -> float:
    start_s = time.perf_counter()
    call()
    return time.perf_counter() - start_s


def percentiles(name: str, took_s: Sequence[float]) -> dict[str, float]:
    """p50, p90 and p99 in microseconds."""
    cuts = statistics.quantiles(took_s, n=100, method="inclusive")
    return {f"{name}_p{at}_us": round(cuts[at - 1] * 1e6, 1) for at in (50, 90, 99)}


if __name__ == "__main__":
    main()
