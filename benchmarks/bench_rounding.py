"""Rounding: what four bits cost in quality, to nearest and with feedback, by block size and bits of the table.

How it misleads: a checkpoint that was stored in four bits before lies on their grid, so its float weights are no free ones
and a grid of other blocks rounds them twice. Activations come from --texts; keep their authors out of --judge. Sizes include
the tokenizer. Times are medians on one thread, one model after another: compare them in a quiet hour only. Needs the train
extra.

    python benchmarks/bench_rounding.py CHECKPOINT --texts enron-train.jsonl.xz --judge enron-valid.jsonl.xz
"""

from __future__ import annotations

import argparse
import json
import platform
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

import onnxruntime
import torch

from foretype.corpus.documents import Document, read_documents
from foretype.corpus.splits import train_part
from foretype.errors import ModelError
from foretype.evals.bits import foresee, sample
from foretype.lm.checkpoint_folder import gpt_of
from foretype.lm.compress.rounding import round_network
from foretype.lm.compress.search import ms_per_token
from foretype.lm.compress.texts import as_batches, read_texts
from foretype.runtime.adding import store_checkpoint
from foretype.runtime.checkpoint import Checkpoint
from foretype.runtime.containers import checkpoint_sha256, read_checkpoint
from foretype.runtime.layout import Precision
from foretype.runtime.model_dir import ModelCard
from foretype.runtime.onnx_model import open_model

PRECISIONS = (
    Precision(32),
    Precision(8),
    Precision(4),
    Precision(4, 64, 4),
    Precision(4, 64, 8, "compensated"),
    Precision(4, 32, 4, "compensated"),
    Precision(4, 64, 4, "compensated"),
    Precision(4, 128, 4, "compensated"),
)


def main() -> None:
    parser = argparse.ArgumentParser(description="what rounding costs")
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("--texts", type=Path, required=True, help="to measure activations on")
    parser.add_argument("--judge", type=Path, required=True, help="to measure quality on")
    parser.add_argument("--messages", type=int, default=60)
    args = parser.parse_args()
    torch.set_num_threads(1)
    checkpoint, digest = read_checkpoint(args.checkpoint), checkpoint_sha256(args.checkpoint)
    documents = train_part(read_documents(args.texts))
    texts = as_batches(read_texts(checkpoint, documents, limit=args.messages))
    judge = sample(read_documents(args.judge), limit=args.messages)
    print(f"{platform.machine()}, onnxruntime {onnxruntime.__version__}, one thread")
    print(f"{checkpoint.name}; {len(judge)} messages of {args.judge.name}")
    report = []
    for precision in PRECISIONS:
        with TemporaryDirectory(prefix="foretype-") as scratch:
            folder = Path(scratch) / "model"
            try:
                card = stored(checkpoint, digest, folder, precision, texts)
            except ModelError as error:  # too far off the float network to be stored
                print(error, flush=True)
                continue
            report.append(row(folder, card, judge))
            print(report[-1], flush=True)
    print(json.dumps({"checkpoint": checkpoint.name, "rows": report}))


def stored(
    checkpoint: Checkpoint, digest: str, folder: Path, precision: Precision, texts: list[torch.Tensor]
) -> ModelCard:
    rounded = {}
    if precision.rounding == "compensated":
        rounded = round_network(gpt_of(checkpoint), texts, precision)
    return store_checkpoint(
        checkpoint,
        folder,
        digest=digest,
        precision=precision,
        data_card="a benchmark",
        rounded=rounded,
        progress=lambda stage, share: None,
    )


def row(folder: Path, card: ModelCard, judge: list[Document]) -> dict[str, object]:
    with closing(open_model(folder)) as lm:
        found = foresee(judge, lm)
    precision = card.precision
    return {
        "bits": precision.bits,
        "table": precision.table_bits,
        "block": precision.block_size,
        "rounding": precision.rounding,
        "megabytes": round(sum(file.num_bytes for file in card.files.values()) / 1e6, 1),
        "bits per character": round(found.bits_per_char.value, 4),
        "ms a token": round(ms_per_token(folder, card), 2),
    }


if __name__ == "__main__":
    main()
