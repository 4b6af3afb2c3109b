"""What a key costs the processor, in this process and without HTTP: milliseconds by percentile, and a digest of all answers.

How it misleads: every key is typed and nothing is taken, so no answer is asked for twice; the processor's time of the
thread that answers is measured, so waiting for the language model and the model's own work are left out; nobody else
types. The clock stands still for the composer, so that answers, and with them the digest, depend on nothing but the text:
two builds that give the same digest gave the same words with the same probabilities, to the last bit.

    python benchmarks/bench_key.py MESSAGES.jsonl [--model none] [--ranker none] [--limit 40]
"""

from __future__ import annotations

import argparse
import hashlib
import itertools
import json
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast

from foretype.assemble import open_composer
from foretype.compose.composer import Composer
from foretype.compose.protocols import LanguageModel, LogProbs
from foretype.compose.request import Answer, Request
from foretype.config import load_settings
from foretype.evals.machine import this_machine
from foretype.evals.messages import Message, read_messages
from foretype.evals.metrics import percentiles
from foretype.ngram.automaton import Automaton
from foretype.rank.tally import TalliedOutcomes

MIN_CHARS = 40  # shorter messages are learned, and not typed
NEVER_MS = 1e12  # no answer is late: the clock stands still


def main() -> None:
    options = parsed()
    times_ms, words, digest = [], 0, hashlib.sha256()
    with TemporaryDirectory() as folder:
        composer = opened(options.model, options.ranker, Path(folder))
        for message in chosen(options.data, options.limit):
            if not message.warm:
                for elapsed_ms, answer in typed(composer, message, options.chars):
                    times_ms.append(elapsed_ms)
                    words += sum(each.words for each in answer.suggestions)
                    digest.update(repr((answer.suggestions, answer.silence)).encode())
            composer.learn(message.body, user=message.author or "nobody", context=message.context)
        composer.close()
    times = percentiles(times_ms)
    found = {
        "benchmark": "key",
        "model": composer.model,
        "ranker": options.ranker or "the package's",
        "keys": len(times_ms),
        "words_shown": words,
        "cpu_ms_mean": round(sum(times_ms) / len(times_ms), 4),
        "cpu_ms_p50": round(times.p50, 4),
        "cpu_ms_p90": round(times.p90, 4),
        "cpu_ms_p99": round(times.p99, 4),
        "answers": digest.hexdigest()[:16],
    }
    print(this_machine())
    for name, value in found.items():
        print(f"{name:12} {value}")
    print(json.dumps(found))


def opened(model: str | None, ranker: str | None, folder: Path) -> Composer:
    """A composer that knows no time and counts its answers."""
    numbers = itertools.count()

    def make(background: Automaton, *, lm: LanguageModel | None, **options: Any) -> Composer:
        alone = None if lm is None else cast("LanguageModel", OneAtATime(lm))
        return Composer(
            background, lm=alone, clock=lambda: 0.0, new_id=lambda: f"a{next(numbers)}", **options
        )

    settings = load_settings(env={}, model=model, ranker=ranker, data_dir=folder)
    return open_composer(settings, outcomes=TalliedOutcomes(), make=make)


class OneAtATime:
    """A language model whose questions are never read together: what it says would depend on it in the last bits."""

    def __init__(self, model: LanguageModel) -> None:
        self._model = model

    def __getattr__(self, name: str) -> Any:
        return getattr(self._model, name)

    def submit(self, tokens: Sequence[int], *, session: str, num_wanted: int = 1) -> Future[LogProbs]:
        answered = self._model.submit(tokens, session=session, num_wanted=num_wanted)
        answered.result()
        return answered


def chosen(data: Path, limit: int) -> Iterator[Message]:
    """Messages up to the last of `limit` that are long enough to be typed, and all that are only learned till then."""
    left = limit
    for message in read_messages(data):
        if message.warm:
            yield message
        elif len(message.body) >= MIN_CHARS:
            yield message
            left -= 1
            if not left:
                return


def typed(composer: Composer, message: Message, max_chars: int) -> Iterator[tuple[float, Answer]]:
    """Each key's milliseconds of the processor, and its answer."""
    for end in range(min(len(message.body), max_chars) + 1):
        request = Request(
            message.body[:end],
            user=message.author,
            session=message.id,
            context=message.context,
            deadline_ms=NEVER_MS,
        )
        began = time.thread_time()
        answer = composer.answer(request)
        yield (time.thread_time() - began) * 1000, answer
    composer.release(message.id)


def parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="What a key costs the processor.")
    parser.add_argument(
        "data", type=Path, help="messages as JSON Lines, as `foretype eval replay` reads them"
    )
    parser.add_argument(
        "--model", help='a language model\'s name, or "none"; by default the best one installed'
    )
    parser.add_argument("--ranker", help="a ranker's folder, or \"none\"; by default the package's")
    parser.add_argument("--limit", type=int, default=40, help="messages typed")
    parser.add_argument("--chars", type=int, default=200, help="typed of each")
    return parser.parse_args()


if __name__ == "__main__":
    main()
