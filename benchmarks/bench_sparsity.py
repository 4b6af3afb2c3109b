"""Sparsity: what zeros in the layers of a network cost in quality, and what they would save in size and time.

How it misleads: nothing here runs in onnxruntime, which has no kernel that skips zeros; a sparse network stored as a model
is as large and as slow as a dense one. Sizes are what a format made for zeros would take with 4-bit values. Times are of one
matrix and one vector in float32 on one thread, dense in numpy against compressed rows in scipy: another library may do
better. The network is not trained after it was thinned. Needs the train extra.

    python benchmarks/bench_sparsity.py CHECKPOINT --texts enron-train.jsonl.xz --judge enron-valid.jsonl.xz
"""

from __future__ import annotations

import argparse
import json
import platform
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import scipy
import torch
from scipy.sparse import csr_array

from foretype.corpus.documents import read_documents
from foretype.corpus.splits import train_part
from foretype.lm.checkpoint_folder import gpt_of
from foretype.lm.compress.sparsity import Pattern, sparsify, sparsify_layers
from foretype.lm.compress.texts import as_batches, bits_per_char, read_texts
from foretype.runtime.checkpoint import layer_weight
from foretype.runtime.containers import read_checkpoint

PATTERNS = {
    "dense": None,
    "3/4 kept": Pattern(75),
    "1/2 kept": Pattern(50),
    "2 of 4": Pattern(2, 4),
    "1/4 kept": Pattern(25),
    "1/10 kept": Pattern(10),
}
VALUE_BITS = 4.15  # with their scales
ROUNDS = 200


def main() -> None:
    parser = argparse.ArgumentParser(description="what sparsity costs and would save")
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("--texts", type=Path, required=True, help="to measure activations on")
    parser.add_argument("--judge", type=Path, required=True, help="to measure quality on")
    parser.add_argument("--messages", type=int, default=60)
    args = parser.parse_args()
    torch.set_num_threads(1)
    checkpoint = read_checkpoint(args.checkpoint)
    learn = as_batches(read_texts(checkpoint, train_part(read_documents(args.texts)), limit=args.messages))
    judge = read_texts(checkpoint, read_documents(args.judge), limit=args.messages)
    matrix = checkpoint.weight(layer_weight(0, "mlp.gate_proj"))
    print(f"{platform.machine()}, torch {torch.__version__}, scipy {scipy.__version__}, one thread")
    print(f"{checkpoint.name}; {args.messages} messages of {args.judge.name}; one matrix of {matrix.shape}")
    report = {}
    for name, pattern in PATTERNS.items():
        gpt = gpt_of(checkpoint)
        if pattern is not None:
            sparsify_layers(gpt, learn, pattern)
        row = {
            "bits per character": round(bits_per_char(gpt, judge), 4),
            "bits a weight": round(VALUE_BITS if pattern is None else pattern.bits_a_weight(VALUE_BITS), 2),
            "microseconds": round(microseconds(matrix, pattern), 1),
        }
        print(f"{name:10} {row}", flush=True)
        report[name] = row
    print(json.dumps({"checkpoint": checkpoint.name, "rows": report}))


def microseconds(matrix: np.ndarray, pattern: Pattern | None) -> float:
    """Median time of the product with one vector."""
    vector = np.ones(matrix.shape[1], np.float32)
    if pattern is None:
        return _median(lambda: matrix @ vector)
    thin = sparsify(torch.from_numpy(matrix.copy()), torch.ones(matrix.shape[1]), pattern)
    rows = csr_array(thin.numpy())
    return _median(lambda: rows @ vector)


def _median(work: Callable[[], object]) -> float:
    times = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        work()
        times.append((time.perf_counter() - began) * 1e6)
    return float(np.median(times))


if __name__ == "__main__":
    main()
