"""A decision's features, and the journal: time on the way of a key, time behind it, and bytes an outcome takes.

How it misleads: the keys are of five short invented mails, with counts alone, so few proposals are long; processor time is
measured, not waiting; the file's size is that of a fresh one.

    python benchmarks/bench_features.py
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from foretype.assemble import open_composer
from foretype.compose.gate import Gate
from foretype.compose.outcomes import Ended
from foretype.compose.path import Path as Proposal
from foretype.compose.request import Request
from foretype.compose.situation import Situation
from foretype.config import load_settings
from foretype.evals.machine import this_machine
from foretype.evals.metrics import percentiles
from foretype.evals.samples import SAMPLES
from foretype.rank.features import proposals
from foretype.rank.journal import Journal
from foretype.rank.reach import WideReach
from foretype.rank.tally import TalliedOutcomes

REPEATS = 5  # the quickest of which counts


@dataclass
class Collecting:
    """A decider that keeps what it was asked, and an ear that keeps what ended."""

    asked: list[tuple[list[Proposal], Situation]] = field(default_factory=list)
    ended: list[Ended] = field(default_factory=list)
    phrase_from: float = WideReach().phrase_from

    def goes_further(self, num_chars: int, next_prob: float) -> bool:
        return WideReach().goes_further(num_chars, next_prob)

    def choose(self, paths: Iterable[Proposal], situation: Situation, *, n: int) -> list[Proposal]:
        grown = list(paths)
        self.asked.append((grown, situation))
        return Gate().choose(grown, situation, n=n)


class Ear(TalliedOutcomes):
    def __init__(self, heard: list[Ended]) -> None:
        super().__init__()
        self._heard = heard

    def record(self, ended: Ended) -> None:
        self._heard.append(ended)


def main() -> None:
    print(this_machine())
    collected = collect()
    rows = [len(proposals(paths, situation).paths) for paths, situation in collected.asked]
    decide = percentiles(
        quickest_ms(lambda p=paths, s=situation: proposals(p, s))  # type: ignore[misc]
        for paths, situation in collected.asked
    )
    with TemporaryDirectory() as folder:
        kept = journal(Path(folder), collected.ended)
    found = {
        "benchmark": "features",
        "keys": len(rows),
        "proposals_a_key": round(sum(rows) / len(rows), 2),
        "most_proposals": max(rows),
        "features_ms_p50": round(decide.p50, 4),
        "features_ms_p99": round(decide.p99, 4),
        **kept,
    }
    for name, value in found.items():
        print(f"{name:20} {value}")
    print(json.dumps(found))


def collect() -> Collecting:
    """What a decider is asked, and what ends, while the samples are typed."""
    found = Collecting()
    with TemporaryDirectory() as folder:
        settings = load_settings(model="none", data_dir=Path(folder))
        composer = open_composer(settings, gate=found, outcomes=Ear(found.ended))
        for message in SAMPLES:
            for at in range(len(message.body)):
                composer.answer(Request(message.body[:at], session=message.id, context=message.context))
            composer.release(message.id)
        composer.close()
    return found


def journal(folder: Path, ended: list[Ended]) -> dict[str, float]:
    """What recording costs the caller, what writing costs the thread, and bytes an outcome takes."""
    kept = Journal(folder)
    many = ended * (2000 // len(ended) + 1)
    began = time.process_time()
    for each in many:
        kept.record(each)
    kept.flush()
    whole_ms = (time.process_time() - began) * 1000
    record = percentiles(quickest_ms(lambda e=each: kept.record(e)) for each in ended)  # type: ignore[misc]
    kept.close()
    num_bytes = sum(path.stat().st_size for path in folder.iterdir())
    return {
        "record_us_p50": round(record.p50 * 1000, 1),
        "written_ms_each": round(whole_ms / len(many), 3),
        "bytes_each": round(num_bytes / (len(many) + REPEATS * len(ended))),
    }


def quickest_ms(work: Callable[[], object]) -> float:
    times = []
    for _ in range(REPEATS):
        began = time.process_time()
        work()
        times.append((time.process_time() - began) * 1000)
    return min(times)


if __name__ == "__main__":
    main()
