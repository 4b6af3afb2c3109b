"""Look-ups in the background model: open, match, top, alphas, range_alpha, a probability, a whole key.

How it misleads: contexts come from a text in its own order, so caches are warm; a call is timed alone, with about 0.1
microseconds of the clock in it; kenlm answers one question only (a probability), from Python, and keeps a state
between words, which ours does not; a whole key is the composer without language model and without a writer's memory.

    python benchmarks/bench_ngram.py FILE.jsonl[.xz] [--model FILE.ngram]
"""

from __future__ import annotations

import argparse
import json
import math
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from foretype.assemble import open_background, open_composer
from foretype.compose.request import Request
from foretype.config import load_settings
from foretype.corpus.documents import read_documents
from foretype.evals.machine import this_machine
from foretype.ngram.arpa import escaped, log_prob, write_arpa
from foretype.ngram.automaton import Automaton, open_automaton
from foretype.text.casing import fold_words
from foretype.text.words import END, START, split_words

NUM_DOCUMENTS = 60
NUM_CONTEXTS = 4_000
NUM_KEYS = 3_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("texts", type=Path)
    parser.add_argument("--model", type=Path)
    args = parser.parse_args()
    opened = open_background if args.model is None else lambda: open_automaton(args.model)
    automaton = opened()
    texts = [document.text for document in islice(read_documents(args.texts), NUM_DOCUMENTS)]
    print(f"{this_machine()}\n{args.texts.name}, {NUM_DOCUMENTS} texts; n-grams {automaton.num_ngrams}")
    results: dict[str, Any] = {"open": percentiles(timed(opened, range(5)))}
    results |= lookups(automaton, contexts(automaton, texts))
    results |= {"key": percentiles(keys(texts)), "split_100k_chars": percentiles(long_line(texts))}
    results |= against_kenlm(automaton, texts)
    for name, found in results.items():
        print(f"{name:20}" + "".join(f"  {key} {value:>10}" for key, value in found.items()))
    print(json.dumps({"benchmark": "ngram", "data": args.texts.name, **results}))


def lookups(automaton: Automaton, asked: Sequence[np.ndarray[Any, Any]]) -> dict[str, dict[str, float]]:
    matches = [automaton.match(context) for context in asked]
    low, high = automaton.lexicon.prefix_range("th")
    ids = range(low, low + 10)
    size = len(automaton.lexicon)

    def each(ask: Callable[[Any], object]) -> Callable[[Any], object]:
        return lambda found: [ask(match) for match in found]

    calls: dict[str, tuple[Callable[[Any], object], Sequence[Any]]] = {
        "match": (automaton.match, asked),
        "alphas of 10, all orders": (each(lambda m: automaton.alphas(m, ids)), matches),
        "top 8 of all": (each(lambda m: automaton.top(m, low=0, high=size, limit=8)), matches),
        "top 8 of th...": (each(lambda m: automaton.top(m, low=low, high=high, limit=8)), matches),
        "range_alpha of th...": (each(lambda m: automaton.range_alpha(m, low=low, high=high)), matches),
    }
    return {name: percentiles(timed(call, values)) for name, (call, values) in calls.items()}


def keys(texts: Sequence[str]) -> Iterator[float]:
    """Seconds of each key of some messages, typed one by one into a composer."""
    with tempfile.TemporaryDirectory() as folder:
        composer = open_composer(
            load_settings(env={}, data_dir=Path(folder), cache_dir=Path(folder), model="none")
        )
        typed = (text[:at] for text in texts for at in range(1, min(len(text), 300)))
        for text in islice(typed, NUM_KEYS):
            start_s = time.perf_counter()
            composer.answer(Request(text=text, session="bench"))
            yield time.perf_counter() - start_s
        composer.close()


def long_line(texts: Sequence[str]) -> Iterator[float]:
    line = " ".join(" ".join(texts).split())
    line = (line * (100_000 // len(line) + 1))[:100_000]
    return timed(split_words, [line[at:] for at in range(5)])


def against_kenlm(automaton: Automaton, texts: Sequence[str]) -> dict[str, dict[str, float]]:
    """Time for a word's probability, ours and kenlm's, and how far they are apart; nothing where kenlm is not."""
    try:
        import kenlm
    except ImportError:
        return {}
    with tempfile.TemporaryDirectory() as folder:
        write_arpa(automaton, Path(folder) / "model.arpa")
        model = kenlm.Model(str(Path(folder) / "model.arpa"))
    sentences = [folded(automaton, text)[:150] for text in texts]
    ours, theirs, worst = [], [], 0.0
    for words in sentences:
        start_s = time.perf_counter()
        found = [log_prob(automaton, words[max(at - 4, 0) : at], words[at]) for at in range(1, len(words))]
        middle_s = time.perf_counter()
        scores = list(model.full_scores(" ".join(map(escaped, words[1:-1]))))
        ours.append((middle_s - start_s) / len(found))
        theirs.append((time.perf_counter() - middle_s) / len(found))
        worst = max(worst, *(abs(a - b[0] * math.log(10)) for a, b in zip(found[:-1], scores, strict=False)))
    return {
        "probability": percentiles(ours),
        "probability, kenlm": {**percentiles(theirs), "worst difference": worst},
    }


def contexts(automaton: Automaton, texts: Sequence[str]) -> list[np.ndarray[Any, Any]]:
    streams = [automaton.lexicon.ids(folded(automaton, text)) for text in texts]
    ends = (ids[max(at - 4, 0) : at] for ids in streams for at in range(1, len(ids)))
    return list(islice(ends, NUM_CONTEXTS))


def folded(automaton: Automaton, text: str) -> list[str]:
    return [START, *fold_words(split_words(text), is_lower=automaton.is_lower), END]


def timed(call: Callable[[Any], object] | Callable[[], object], values: Sequence[Any]) -> Iterator[float]:
    """Seconds of one call for each value; a call without arguments is made as often."""
    takes_value = not isinstance(values, range)
    for value in values:
        start_s = time.perf_counter()
        call(value) if takes_value else call()  # type: ignore[call-arg]
        yield time.perf_counter() - start_s


def percentiles(seconds: Iterator[float] | Sequence[float]) -> dict[str, float]:
    """p50, p90 and p99 in microseconds."""
    cuts = statistics.quantiles(list(seconds), n=100, method="inclusive")
    return {f"p{at}_us": round(cuts[at - 1] * 1e6, 1) for at in (50, 90, 99)}


if __name__ == "__main__":
    main()
