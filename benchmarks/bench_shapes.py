"""Size and time of a network's shape at every precision, before anybody trains it: random weights, stored and run.

How it misleads: it says nothing of quality. The tokenizer is not counted. Random weights do not pack like trained ones.
Rounds go through all models in turn, so neighbours disturb all alike; distrust a run whose median is far from its tenth
percentile.

    python benchmarks/bench_shapes.py --width 576 --heads 9 --groups 3 --vocabulary 12288 8x1024 10x1024
"""

from __future__ import annotations

import argparse
import json
import platform
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import onnxruntime

from foretype.runtime.architecture import Architecture
from foretype.runtime.checkpoint import Checkpoint, expected_shapes
from foretype.runtime.engine import Cache, Engine, chain_pass
from foretype.runtime.export import export_onnx
from foretype.runtime.layout import Precision

PRECISIONS = (Precision(4, 64, 4), Precision(4, 32, 4), Precision(4, 64, 8), Precision(8))
READ_TOKENS = 57  # a short mail
ROUNDS = 60


def main() -> None:
    parser = argparse.ArgumentParser(description="size and time of shapes")
    parser.add_argument("shapes", nargs="+", help="LAYERSxMLP, such as 8x1024")
    parser.add_argument("--width", type=int, required=True)
    parser.add_argument("--heads", type=int, required=True)
    parser.add_argument("--groups", type=int, required=True, help="key and value heads")
    parser.add_argument("--vocabulary", type=int, required=True)
    args = parser.parse_args()
    print(f"{platform.machine()}, onnxruntime {onnxruntime.__version__}, one thread; milliseconds")
    with TemporaryDirectory(prefix="foretype-") as scratch:
        engines = {}
        for shape in args.shapes:
            checkpoint = random_checkpoint(args, *map(int, shape.split("x")))
            for precision in PRECISIONS:
                name = f"{shape}, {precision.bits} bits, table {precision.table_bits}, blocks of {precision.block_size}"
                engines[name] = stored(checkpoint, Path(scratch) / name, precision)
        report = measured(engines)
    for name, row in report.items():
        print(f"{name:45} {row}")
    print(json.dumps(report))


def random_checkpoint(args: argparse.Namespace, num_layers: int, mlp_size: int) -> Checkpoint:
    head_size = args.width // args.heads
    sizes = (args.vocabulary, args.width, mlp_size, num_layers, args.heads, args.groups, head_size)
    arch = Architecture(*sizes, 1024, 1e-5, 10_000.0, None, True)
    random = np.random.default_rng(0)
    weights = {
        name: random.normal(scale=0.02, size=shape).astype(np.float32)
        for name, shape in expected_shapes(arch)
    }
    return Checkpoint("random", arch, weights.__getitem__, b"", (0,), None)


def stored(checkpoint: Checkpoint, folder: Path, precision: Precision) -> tuple[Engine, float, float]:
    """The engine, megabytes, and millions of parameters."""
    folder.mkdir()
    export_onnx(checkpoint, folder, precision=precision)
    arch = checkpoint.architecture
    parameters = sum(int(np.prod(shape)) for _, shape in expected_shapes(arch)) / 1e6
    return Engine(folder, arch), sum(file.stat().st_size for file in folder.iterdir()) / 1e6, parameters


def measured(engines: dict[str, tuple[Engine, float, float]]) -> dict[str, dict[str, float]]:
    caches = {name: Cache(engine, capacity=READ_TOKENS + 1) for name, (engine, _, _) in engines.items()}
    read = chain_pass(list(range(READ_TOKENS)), num_past=0, wanted=[READ_TOKENS - 1])
    step = chain_pass([5], num_past=READ_TOKENS, wanted=[0])
    times: dict[str, list[tuple[float, float]]] = {name: [] for name in engines}
    for _ in range(ROUNDS):
        for name, (engine, _, _) in engines.items():
            began = time.perf_counter()
            engine.run(caches[name], read)
            between = time.perf_counter()
            engine.run(caches[name], step)
            times[name].append(((between - began) * 1e3, (time.perf_counter() - between) * 1e3))
    return {name: row(*engines[name][1:], np.array(found)) for name, found in times.items()}


def row(megabytes: float, parameters: float, times: np.ndarray) -> dict[str, float]:
    (read, step), (_, median) = np.quantile(times, [0.1, 0.5], axis=0)
    figures = {
        "parameters, M": parameters,
        "MB": megabytes,
        "token p10": step,
        "token p50": median,
        "reading p10": read,
    }
    return {name: round(float(figure), 2) for name, figure in figures.items()}


if __name__ == "__main__":
    main()
