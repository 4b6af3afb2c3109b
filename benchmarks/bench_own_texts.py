"""Calibration: what `foretype compress` loses when it has no texts and the network writes its own.

How it misleads: networks are cut, not healed, and no file is made but the one that writes, so bits are the float networks'.
A network that was trained on the very kind of text that judges writes more like it than another would. One seed. All rows
read the same texts, so differences are far better known than the figures themselves. Keep the authors of --texts out of
--judge. Needs the train extra.

    python benchmarks/bench_own_texts.py CHECKPOINT --texts enron-train.jsonl.xz --judge enron-valid.jsonl.xz
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import torch
from scipy.stats import spearmanr  # type: ignore[import-untyped]

from foretype.corpus.documents import read_documents
from foretype.corpus.splits import train_part
from foretype.lm.checkpoint_folder import gpt_of
from foretype.lm.compress.job import OWN_TOKENS
from foretype.lm.compress.own_texts import write_own
from foretype.lm.compress.rounding import round_network
from foretype.lm.compress.shapes import Cutter, make_cutter, shape_name, smaller_shapes, stored_mb
from foretype.lm.compress.texts import Text, as_batches, bits_per_char, read_texts
from foretype.runtime.adding import store_checkpoint
from foretype.runtime.checkpoint import Checkpoint
from foretype.runtime.containers import checkpoint_sha256, read_checkpoint
from foretype.runtime.layout import Precision

SMALL = Precision(4, 64, 4, "compensated")
TARGETS_MB = (6, 7, 8, 9, 10, 11, 12, 13, 14, 15)


@dataclass(frozen=True, slots=True)
class Row:
    """A shape: its size, and bits per character of `judge` texts when it is cut by the importance on `learn` texts."""

    shape: str
    megabytes: float
    real_real: float  # cut by real texts, judged by real texts
    own_real: float  # cut by own texts, judged by real ones
    own_own: float


def main() -> None:
    parser = argparse.ArgumentParser(description="what own texts cost")
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("--texts", type=Path, required=True, help="to measure activations on")
    parser.add_argument("--judge", type=Path, required=True, help="to measure quality on")
    parser.add_argument("--messages", type=int, default=60)
    args = parser.parse_args()
    torch.set_num_threads(1)
    checkpoint = read_checkpoint(args.checkpoint)
    learn = read_texts(checkpoint, train_part(read_documents(args.texts)), limit=args.messages)
    judge = read_texts(checkpoint, read_documents(args.judge), limit=args.messages)
    own_learn, own_judge = written(checkpoint, args.checkpoint, num_tokens=OWN_TOKENS * args.messages)
    told = {
        "real texts": [sizes(learn), sizes(judge)],
        "own texts": [sizes(own_learn), sizes(own_judge)],
        "whole network, real": bits_per_char(gpt_of(checkpoint), judge),
        "whole network, own": bits_per_char(gpt_of(checkpoint), own_judge),
        "rounded on real texts": rounded_bits(checkpoint, learn, judge),
        "rounded on own texts": rounded_bits(checkpoint, own_learn, judge),
    }
    print(json.dumps(told, indent=1), flush=True)
    cutters = (
        make_cutter(gpt_of(checkpoint), as_batches(learn)),
        make_cutter(gpt_of(checkpoint), as_batches(own_learn)),
    )
    rows = []
    for row in judged(checkpoint, *cutters, judge=judge, own_judge=own_judge):
        print(row, flush=True)
        rows.append(row)
    print(json.dumps({"rank correlation": agreement(rows), "chosen": chosen(rows)}))


def written(checkpoint: Checkpoint, path: Path, *, num_tokens: int) -> list[list[Text]]:
    with TemporaryDirectory(prefix="foretype-") as scratch:
        stored = Path(scratch) / "model"
        store_checkpoint(
            checkpoint,
            stored,
            digest=checkpoint_sha256(path),
            precision=Precision(8),
            data_card="a benchmark",
            progress=lambda stage, share: None,
        )
        return [write_own(checkpoint, stored, num_tokens=num_tokens, seed=seed) for seed in (0, 1)]


def sizes(texts: Sequence[Text]) -> dict[str, int]:
    return {
        "texts": len(texts),
        "tokens": sum(len(text.ids) - text.num_context for text in texts),
        "characters": sum(text.num_chars for text in texts),
    }


def rounded_bits(checkpoint: Checkpoint, learn: Sequence[Text], judge: Sequence[Text]) -> float:
    gpt = gpt_of(checkpoint)
    round_network(gpt, as_batches(learn), SMALL)
    return bits_per_char(gpt, judge)


def judged(
    checkpoint: Checkpoint, real: Cutter, own: Cutter, *, judge: Sequence[Text], own_judge: Sequence[Text]
) -> Iterator[Row]:
    for arch in smaller_shapes(checkpoint.architecture):
        by_own = own.cut(arch)
        yield Row(
            shape_name(arch),
            stored_mb(arch, SMALL, tokenizer_bytes=len(checkpoint.tokenizer_json)),
            bits_per_char(real.cut(arch), judge),
            bits_per_char(by_own, judge),
            bits_per_char(by_own, own_judge),
        )


def agreement(rows: Sequence[Row]) -> float:
    """Of how own texts and real ones put the shapes in order."""
    found = spearmanr([row.own_own for row in rows], [row.real_real for row in rows])
    return round(float(found.statistic), 4)


def chosen(rows: Sequence[Row]) -> list[dict[str, object]]:
    """What the search would take at each size, and what that gives on real texts."""
    found = []
    for target in TARGETS_MB:
        fitting = [row for row in rows if row.megabytes <= target]
        if fitting:
            by_real = min(fitting, key=lambda row: row.real_real)
            by_own = min(fitting, key=lambda row: row.own_own)
            found.append(
                {
                    "target": target,
                    "by real texts": [by_real.shape, round(by_real.real_real, 4)],
                    "by own texts": [by_own.shape, round(by_own.own_real, 4)],
                }
            )
    return found


if __name__ == "__main__":
    main()
