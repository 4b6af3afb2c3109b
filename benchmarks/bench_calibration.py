"""How sure a first word is said to be, and how often it is right: the best hypothesis before the gate.

What misleads: every word start counts alike, though people see suggestions at some more than at others; messages'
beginnings only; nobody's memory is there; with a language model every answer is in time.

    python benchmarks/bench_calibration.py enron-valid.jsonl.xz [--model smollm2-135m] [--messages 90]

One line a stage and bin on stderr, then one JSON line. It does not know how keys are saved.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from foretype.assemble import installed_strengths, model_path, open_background, open_lm
from foretype.compose.protocols import Learned
from foretype.compose.request import Context, Request
from foretype.compose.sessions import Sessions
from foretype.config import load_settings
from foretype.corpus.documents import Document, read_documents
from foretype.evals.machine import this_machine
from foretype.ngram.memory import Memory
from foretype.text.words import is_word, shown, split_words, wants_space

BINS = (0.0, 0.1, 0.2, 0.4, 0.6, 0.8, 1.0)
LETTERS_TYPED = (0, 1, 3)
MAX_WORDS = 40  # of a message
EVERY = 15  # messages of a file from which one is read
PATIENCE_S = 60.0


class NoMemories:
    """Nobody's."""

    def memory(self, user: str) -> Memory | None:
        return None

    def learn(self, user: str, text: str, *, context: Context) -> Learned:
        return Learned(0, 0)

    def forget(self, user: str) -> bool:
        return False

    def close(self) -> None:
        """Nothing to release."""


def keys(document: Document) -> Iterator[tuple[int, str, str]]:
    """Letters typed of a word, the text up to there, the word."""
    words, text = split_words(document.text)[:MAX_WORDS], ""
    for at, word in enumerate(words):
        before = words[at - 1] if at else None
        if is_word(word) and wants_space(word, before=before):
            yield from ((num, f"{text} {word[:num]}", word) for num in LETTERS_TYPED if num < len(word))
        text += shown(word, before=before)


def outcomes(sessions: Sessions, documents: list[Document]) -> dict[int, list[tuple[float, bool]]]:
    """Of each stage: what was said, and whether it was so."""
    found: defaultdict[int, list[tuple[float, bool]]] = defaultdict(list)
    for document in documents:
        for num_letters, text, word in keys(document):
            with sessions.opened(Request(text, session="bench")) as session:
                place = session.place(deadline=time.perf_counter() + PATIENCE_S)
                best = place.hypotheses(session.draft.typed, limit=1)
            found[num_letters] += [(one.prob, one.shown == word) for one in best]
    return found


def summary(pairs: list[tuple[float, bool]]) -> dict[str, Any]:
    """Means of what was said and of what was right, in all and by bins of what was said."""
    said, right = np.array(pairs, float).T
    bins = np.digitize(said, BINS[1:-1])
    inside = [bins == at for at in np.unique(bins)]
    rows = [(mean_of(said[here]), mean_of(right[here]), int(here.sum())) for here in inside]
    return {"words": len(pairs), "said": mean_of(said), "right": mean_of(right), "said_right_words": rows}


def mean_of(values: NDArray[np.float64]) -> float:
    return round(float(values.mean()), 3)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("data", type=Path)
    parser.add_argument("--model", default="none")
    parser.add_argument("--messages", type=int, default=90)
    args = parser.parse_args()
    where = model_path(load_settings(model=args.model))
    lm = None if where is None else open_lm(where)
    sessions = Sessions(
        open_background(), store=NoMemories(), strengths=installed_strengths(where), lm=lm, tenant=None
    )
    fitting = [document for document in read_documents(args.data) if 100 < len(document.text) < 2000]
    facts = {
        num_letters: summary(pairs)
        for num_letters, pairs in outcomes(sessions, fitting[::EVERY][: args.messages]).items()
    }
    for num_letters, fact in facts.items():
        print(f"{num_letters} letters typed: {fact}", file=sys.stderr)
    print(
        json.dumps(
            {
                "model": args.model,
                "data": args.data.name,
                "machine": asdict(this_machine()),
                "by_letters": facts,
            }
        )
    )


if __name__ == "__main__":
    main()
