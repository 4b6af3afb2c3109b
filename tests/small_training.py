"""A training run that takes seconds, as a function and as a program of its own that tests can kill or start twice.

    python tests/small_training.py FOLDER [--devices 2] [--sharded] [--rows 4] [--steps 12] [--die-at 9]

Its clock counts calls, so checkpoints fall on the same steps every time. It knows no test.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import tiny_llama
from foretype.corpus.documents import Document
from foretype.runtime.architecture import Architecture

if TYPE_CHECKING:
    from foretype.lm.examples import Codec, Examples
    from foretype.lm.gpt import Gpt
    from foretype.lm.trainer import Stream, Summary, TrainOptions

TOKENIZER = tiny_llama.tokenizer_json(more=(*tiny_llama.MARKERS, "<num>", "<name>"))
ARCH = Architecture(
    vocab_size=len(tiny_llama.vocabulary()) + len(tiny_llama.MARKERS) + 2,
    hidden_size=32,
    mlp_size=64,
    num_layers=2,
    num_heads=4,
    num_kv_heads=2,
    head_size=8,
    context_length=256,
    norm_epsilon=1e-5,
    rope_theta=10_000.0,
    rope_scaling=None,
    tied_head=True,
)
ROW_TOKENS = 96
TICKS_BETWEEN_CHECKPOINTS = 12  # calls of the clock: every fourth step or so


def codec(folder: Path) -> Codec:
    """The codec of TOKENIZER, whose file is put into `folder`."""
    from foretype.lm.examples import open_codec

    file = folder / "tokenizer.json"
    folder.mkdir(parents=True, exist_ok=True)
    file.write_bytes(TOKENIZER)
    return open_codec(file)


def documents(number: int = 60) -> Iterator[Document]:
    """Texts of several lengths and authors, some with a subject or a message before."""
    words = ("the", "other", "thing", "in", "there", "matter", "again", "er", "<num>", "<name>")
    for index in range(number):
        text = " ".join(words[(index * 7 + at * at) % len(words)] for at in range(3 + index % 11))
        yield Document(
            f"a{index % 9}",
            text,
            subject="the plan" if index % 3 else "",
            previous="so?" if index % 2 else "",
        )


def examples(folder: Path) -> Examples:
    """The documents as examples in `folder`."""
    from foretype.lm.examples import open_examples, write_examples

    if not (folder / "examples").exists():
        write_examples(documents(), folder / "examples", codec(folder), max_tokens=ROW_TOKENS)
    return open_examples(folder / "examples")


def network(arch: Architecture = ARCH) -> Gpt:
    """The same weights every time."""
    import torch

    from foretype.lm.gpt import Gpt

    torch.manual_seed(3)
    return Gpt(arch)


def options(steps: int, *, accumulate: int = 1) -> TrainOptions:
    from foretype.lm.trainer import TrainOptions

    return TrainOptions(
        max_steps=steps,
        learning_rate=3e-3,
        accumulate=accumulate,
        checkpoint_every_s=TICKS_BETWEEN_CHECKPOINTS,
        point_every_steps=1,
        skip_outliers=True,
        seed=5,
    )


def train(folder: Path, args: argparse.Namespace) -> Summary:
    """Train as `args` say; runs of one folder go on."""
    from foretype.lm.curve import Point
    from foretype.lm.fabric import default_fabric, sharded_fabric
    from foretype.lm.objective import Learner, NextToken
    from foretype.lm.rows import RowStream
    from foretype.lm.trainer import Trainer

    def watch(point: Point) -> None:
        if point.step == args.die_at:
            os.kill(os.getpid(), signal.SIGKILL)

    make = sharded_fabric if args.sharded else default_fabric
    fabric = make(accelerator="cpu", devices=args.devices)
    stream: Stream = RowStream(
        examples(args.data),
        rows=args.rows,
        length=ROW_TOKENS,
        seed=1,
        rank=fabric.global_rank,
        world=fabric.world_size,
    )
    clock = map(float, itertools.count())
    trainer = Trainer(
        options(args.steps, accumulate=args.accumulate),
        folder,
        fabric=fabric,
        on_point=watch,
        clock=lambda: next(clock),
    )
    return trainer.fit(Learner(network(), NextToken()), stream)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--devices", type=int, default=1)
    parser.add_argument("--sharded", action="store_true")
    parser.add_argument("--rows", type=int, default=4)
    parser.add_argument("--accumulate", type=int, default=1)
    parser.add_argument("--steps", type=int, default=12)
    parser.add_argument("--die-at", type=int, default=None)
    args = parser.parse_args()
    summary = train(args.folder, args)
    print(json.dumps({"steps": summary.steps, "tokens": summary.tokens}))


if __name__ == "__main__":
    main()
