"""From which expected saving the fixed gate shows something at 5, 10, ... 97 % of keys: where gate.py's dial comes from.

How it misleads: every key is typed and nothing is taken, so beginnings of words count as often as their ends; other mail,
another model or a learned user need other savings for the same coverage.

    python benchmarks/bench_coverage.py enron-valid.jsonl.xz --messages 80
"""

from __future__ import annotations

import argparse
import json
import platform
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from foretype.assemble import open_composer
from foretype.compose.gate import COVERAGES, Gate
from foretype.compose.path import Path as Words
from foretype.compose.request import Context, Request
from foretype.compose.situation import Situation
from foretype.config import load_settings
from foretype.corpus.documents import read_documents

CHARS = 200  # of each message, as in a replay


@dataclass
class Noting:
    """The gate's way of growing; keeps the best saving of every key, and shows nothing."""

    gate: Gate = field(default_factory=Gate)
    savings: list[float] = field(default_factory=list)

    @property
    def phrase_from(self) -> float:
        return self.gate.phrase_from

    def goes_further(self, num_chars: int, next_prob: float) -> bool:
        return self.gate.goes_further(num_chars, next_prob)

    def choose(self, paths: Iterable[Words], situation: Situation, *, n: int) -> list[Words]:
        worth = [self.gate.saving(path) for path in paths if path.prob >= self.gate.min_prob]
        self.savings.append(max(worth, default=-1.0))
        return []


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--messages", type=int, default=80)
    args = parser.parse_args()
    documents = list(read_documents(args.data))
    noting = Noting()
    with TemporaryDirectory() as folder:
        composer = open_composer(load_settings(data_dir=Path(folder), outcome_days=0), gate=noting)
        for number, document in enumerate(documents[:: max(1, len(documents) // args.messages)]):
            context = Context(subject=document.subject, previous=document.previous)
            for at in range(len(document.text[:CHARS])):
                text = document.text[:at]
                composer.answer(Request(text, session=f"m{number}", context=context, deadline_ms=500))
        composer.close()
    found = np.quantile(noting.savings, [1 - share for share in COVERAGES])
    print(f"{platform.machine()}, Python {platform.python_version()}, {composer.model}, {args.data.name}")
    for share, saving in zip(COVERAGES, found, strict=True):
        print(f"{share:.2f}  {saving:6.3f}")
    print(json.dumps({"keys": len(noting.savings), "savings": [round(float(each), 3) for each in found]}))


if __name__ == "__main__":
    main()
