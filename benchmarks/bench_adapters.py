"""What a LoRA adapter costs: milliseconds a pass and megabytes, without any, beside a loaded one, and with one.

How it misleads: the adapters are random, which costs the same as trained ones, and change all seven projections; one on
query and value alone costs about half. Rounds of all go in turn, so a busy neighbour hurts each alike: compare p10 and
ratios. It calls the engine without its queue; what a whole key costs is measured by `foretype eval latency`.

    python benchmarks/bench_adapters.py MODEL_FOLDER
"""

from __future__ import annotations

import argparse
import json
import platform
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import numpy as np

from foretype.runtime.adapter import Adapter, LowRank, pack
from foretype.runtime.architecture import Architecture
from foretype.runtime.checkpoint import expected_shapes
from foretype.runtime.engine import Cache, Engine, chain_pass
from foretype.runtime.model_dir import open_model_dir

ROUNDS = 40
NUM_PAST = 57  # a short mail
RANKS = (8, 16)
NUM_READ = {"one token": 1, "reading 32": 32}


def main() -> None:
    parser = argparse.ArgumentParser(description="what a LoRA adapter costs")
    parser.add_argument("model", type=Path, help="a model folder")
    folder = parser.parse_args().model
    arch = open_model_dir(folder).card.architecture
    facts: dict[str, object] = {}
    start_mb = resident_mb()
    plain = Engine(folder, arch)
    facts["MB of the network"] = round(resident_mb() - start_mb)
    works = {f"{what}, no adapter loaded": work for what, work in passes(plain, None).items()}
    engine = Engine(folder, arch)
    start_mb, start_s = resident_mb(), time.perf_counter()
    engine.learn_adapters()
    facts["s to take the first adapter"] = round(time.perf_counter() - start_s, 2)
    works |= {f"{what}, some loaded, none asked for": work for what, work in passes(engine, None).items()}
    for rank in RANKS:
        adapter = random_adapter(arch, rank)
        facts[f"MB of rank {rank}"] = round(adapter.num_bytes / 1e6, 1)
        works |= {f"{what}, rank {rank}": work for what, work in passes(engine, adapter).items()}
    facts["MB of the network once more, with both ranks"] = round(resident_mb() - start_mb)
    show(measured(works), facts, folder)


def passes(engine: Engine, adapter: Adapter | None) -> dict[str, Callable[[], object]]:
    """Each appends behind the same cached tokens, so they can go in any order."""
    tokens = np.random.default_rng(0).integers(3, engine.architecture.vocab_size, size=NUM_PAST + 32).tolist()
    cache = Cache(engine, capacity=128, adapter=adapter)
    engine.run(cache, chain_pass(tokens[:NUM_PAST], num_past=0, wanted=[]))

    def reading(num_new: int) -> Callable[[], object]:
        work = chain_pass(tokens[NUM_PAST : NUM_PAST + num_new], num_past=NUM_PAST, wanted=[num_new - 1])
        return lambda: engine.run(cache, work)

    return {what: reading(num_new) for what, num_new in NUM_READ.items()}


def random_adapter(arch: Architecture, rank: int) -> Adapter:
    random = np.random.default_rng(rank)

    def matrix(*shape: int) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
        return random.normal(scale=0.01, size=shape).astype(np.float32)

    changes = {
        name: LowRank(matrix(rank, shape[1]), matrix(shape[0], rank))
        for name, shape in expected_shapes(arch)
        if "_proj." in name
    }
    return Adapter(f"rank-{rank}", digest=str(rank), rank=rank, inputs=pack(changes, arch))


def measured(works: dict[str, Callable[[], object]]) -> dict[str, list[float]]:
    """Milliseconds of each, ROUNDS times."""
    times: dict[str, list[float]] = {what: [] for what in works}
    for _ in range(ROUNDS):
        for what, work in works.items():
            start = time.perf_counter()
            work()
            times[what].append((time.perf_counter() - start) * 1e3)
    return times


def resident_mb() -> float:
    """Memory of this process now, pages of mapped files included."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * 4096 / 1e6


def show(times: dict[str, list[float]], facts: dict[str, object], folder: Path) -> None:
    report = dict(facts)
    for what, found in sorted(times.items()):
        p10, p50, p90 = np.quantile(found, [0.1, 0.5, 0.9]).round(2).tolist()
        report[what] = {"p10": p10, "p50": p50, "p90": p90}
        print(f"{what:<45} p10 {p10:7.2f}   p50 {p50:7.2f}   p90 {p90:7.2f} ms")
    for what, fact in facts.items():
        print(f"{what:<45} {fact}")
    machine = {"machine": platform.processor() or platform.machine(), "onnxruntime": version("onnxruntime")}
    print(json.dumps(machine | {"model": folder.name} | report))


if __name__ == "__main__":
    main()
