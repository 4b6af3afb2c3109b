"""What the embedding table takes and does. How it misleads: two shared cores, so times are of busy neighbours too, and
ratios within one run say more than any time; ids are uniform or Zipf, batches are large, a server's small.

    python benchmarks/bench_table.py collisions     hashing into fixed slots against the table
    python benchmarks/bench_table.py kernels        numba against numpy, by load
    python benchmarks/bench_table.py filters        a Zipf stream with and without filters
    python benchmarks/bench_table.py plan           the paper plan against a table kept in a folder
    python benchmarks/bench_table.py size 50e6      so many ids: bytes an entry, look-ups and upserts a second, snapshot

Each prints its table and then one JSON line. It needs `foretype[table]`; `size 50e6` takes 4 GB and ten minutes.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from foretype.rank.table.embeddings import Embeddings
from foretype.rank.table.entries import EMPTY, Entries, Keys
from foretype.rank.table.filters import DieFilter, ExactFilter, Filter, OpenDoor, SketchFilter
from foretype.rank.table.hashing import mix
from foretype.rank.table.kept import KeptTable
from foretype.rank.table.kernels import Kernels, fastest_kernels
from foretype.rank.table.numpy_kernels import NumpyKernels
from foretype.rank.table.optimizer import RowAdagrad
from foretype.rank.table.plan import Demand, Machine, delta_bytes, make_plan
from foretype.rank.table.snapshot import Stamp, open_snapshot, write_snapshot
from foretype.rank.table.table import Table
from foretype.rank.table.zipf import zipf_ranks

WIDTH = 9  # eight floats and one of the optimizer
BATCH = 100_000
MOVIELENS_USERS = 162_541


def main() -> None:
    parts: dict[str, Callable[[Sequence[str]], Any]] = {
        "collisions": collisions, "kernels": kernels, "filters": filters, "plan": plan, "size": size,
    }  # fmt: skip
    chosen = parts[sys.argv[1]]
    print(f"{platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, {versions()}")
    found = chosen(sys.argv[2:])
    for row in found if isinstance(found, list) else [found]:
        print("  ".join(f"{name} {value}" for name, value in row.items()))
    print(json.dumps(found))


def versions() -> str:
    kernels = fastest_kernels().name
    return f"Python {platform.python_version()}, numpy {np.__version__}, kernels {kernels}"


def collisions(arguments: Sequence[str]) -> list[dict[str, Any]]:
    """Share of MovieLens-25M's user ids that lose their row to another, by how ids become rows."""
    users = np.arange(1, MOVIELENS_USERS + 1)
    md5 = [int(hashlib.md5(str(user).encode()).hexdigest(), 16) for user in users]
    rows = []
    for slots in (1_000_000, 2**20, 2**21):
        by_md5 = len({value % slots for value in md5})
        by_mix = len(np.unique(mix(users, 1) % np.uint64(slots)))
        expected = slots * -np.expm1(-MOVIELENS_USERS / slots)
        lost = {"md5": by_md5, "mixer": by_mix, "uniform, expected": expected}
        rows.append({"slots": slots, **{name: percent(1 - kept / len(users)) for name, kept in lost.items()}})
    table = Table(width=1)
    table.upsert(users, np.ones((len(users), 1)), now_min=1)
    rows.append({"slots": table.num_slots, "table": percent(1 - len(table) / len(users))})
    return rows


def kernels(arguments: Sequence[str]) -> list[dict[str, Any]]:
    """Nanoseconds an entry in one shard of 2**18 slots (CPU time, best of three), and the load at the first refusal."""
    from foretype.rank.table.numba_kernels import NumbaKernels

    both: tuple[Kernels, ...] = (NumpyKernels(), NumbaKernels())
    return [one_kernel(kernel, num_slots) for num_slots in (2**12, 2**18, 2**20) for kernel in both]


def one_kernel(kernel: Kernels, num_slots: int) -> dict[str, Any]:
    _fill(kernel, 64, stop_at=1.0)  # compile
    runs = [_fill(kernel, num_slots, stop_at=1.0) for _ in range(3)]
    loads = [load for load, _, _ in runs]
    took: dict[float, float] = {}
    for _, steps, _ in runs:
        for load, ns in steps:
            took[load] = min(ns, took.get(load, ns))
    found = min(ns for _, _, ns in runs)
    placed = {f"place at {at}": round(took[at]) for at in (0.5, 0.8, 0.9, 0.94) if at in took}
    return {"kernels": kernel.name, "slots": num_slots, "full at": min(loads), "find": round(found), **placed}


def _fill(
    kernel: Kernels, num_slots: int, *, stop_at: float
) -> tuple[float, list[tuple[float, float]], float]:
    """Fill a shard in steps of a hundredth: its load at the end, ns an entry by load, and ns to find one."""
    shard = Entries(
        np.full(num_slots, EMPTY, np.int64),
        np.zeros(num_slots, np.uint32),
        np.zeros((num_slots, WIDTH), np.float32),
    )
    keys = np.random.default_rng(1).permutation(num_slots).astype(np.int64) * 7_919
    new = Entries(keys, np.ones(num_slots, np.uint32), np.ones((num_slots, WIDTH), np.float32))
    step, placed, steps, left = max(1, num_slots // 100), 0, [], 0
    while not left and placed < stop_at * num_slots:
        begun = time.process_time()
        part = new.take(slice(placed, placed + step))
        left = len(kernel.place(shard, 77, part))
        steps.append((round(placed / num_slots, 2), 1e9 * (time.process_time() - begun) / len(part)))
        placed += len(part) - left
    wanted = np.random.default_rng(2).permutation(keys[:placed])
    begun = time.process_time()
    kernel.find(shard.keys, 77, wanted)
    return round(placed / num_slots, 3), steps, 1e9 * (time.process_time() - begun) / len(wanted)


def filters(arguments: Sequence[str]) -> list[dict[str, Any]]:
    """Ten million events over five million ids, in batches of 100,000 that take a minute each, of one window."""
    num_ids, num_events, exponent, threshold = 5_000_000, 10_000_000, 0.9, 3
    probabilities = np.arange(1.0, num_ids + 1) ** -exponent
    probabilities /= probabilities.sum()
    stream = _stream(probabilities, num_events, seed=3)
    doors: dict[str, Filter] = {
        "none": OpenDoor(),
        "exact": ExactFilter(threshold, window_min=10_000),
        "sketch, 16 MB": SketchFilter(threshold, window_min=10_000, num_bytes=16_000_000),
        "sketch, 4 MB": SketchFilter(threshold, window_min=10_000, num_bytes=4_000_000),
        "die": DieFilter(threshold, random=np.random.default_rng(4)),
    }
    planned, share = zipf_ranks(num_ids, exponent=exponent).admitted(num_events, threshold=threshold)
    rows = [{"filter": "exact, as planned", "rows": round(planned), "served": percent(share)}]
    return rows + [_filtered(name, door, stream, probabilities) for name, door in doors.items()]


def _filtered(name: str, door: Filter, stream: Keys, probabilities: Any) -> dict[str, Any]:
    table, begun = Table(width=WIDTH), time.process_time()
    for minute, start in enumerate(range(0, len(stream), BATCH)):
        keys, seen = np.unique(stream[start : start + BATCH], return_counts=True)
        there = table.knows(keys)
        there[~there] = door.admits(keys[~there], seen[~there], now_min=minute)
        table.upsert(keys[there], np.ones((int(there.sum()), WIDTH), np.float32), now_min=minute)
    kept = np.concatenate([part.keys for part in table.entries()])
    return {
        "filter": name,
        "rows": len(table),
        "served": percent(float(probabilities[kept].sum())),
        "MB table": round(table.num_bytes / 1e6, 1),
        "MB filter": round(door.num_bytes / 1e6, 1),
        "us an event": round(1e6 * (time.process_time() - begun) / len(stream), 2),
    }


def plan(arguments: Sequence[str]) -> list[dict[str, Any]]:
    """Minutes of a Zipf stream over two million ids, learned, synced and checkpointed, against the plan for them."""
    num_ids, per_min, minutes, exponent = 2_000_000, 50_000, 40, 0.8
    demand = Demand(
        num_ids=num_ids, zipf_exponent=exponent, events_per_id_day=per_min * 1_440 / num_ids, peak_factor=1.0
    )
    paper = make_plan(demand, Machine())
    probabilities = np.arange(1.0, num_ids + 1) ** -exponent
    stream = _stream(probabilities / probabilities.sum(), per_min * minutes, seed=5)
    with tempfile.TemporaryDirectory() as folder:
        with KeptTable(Path(folder), width=WIDTH) as kept:
            _introduce(kept, num_ids)
            table_bytes, num_kept = kept.table.num_bytes, len(kept.table)
            journal_begun = kept.journal_bytes
            touched, sync_bytes = _minutes(kept, stream.reshape(minutes, per_min), dim=demand.dim)
            journal_bytes = kept.journal_bytes - journal_begun
        snapshot_bytes = next(Path(folder).glob("*.snapshot")).stat().st_size
        replay_s = timed(lambda: KeptTable(Path(folder), width=WIDTH).close())
    journal_planned = minutes * delta_bytes(paper.touched_per_min, width=WIDTH)
    return [
        compared("rows", paper.num_rows, num_kept),
        compared("bytes of the table", paper.trainer_bytes, table_bytes),
        compared("bytes of its snapshot", paper.trainer_bytes, snapshot_bytes),
        compared("rows touched a minute", paper.touched_per_min, float(np.mean(touched))),
        compared("bytes of a sync to replicas", paper.sync_bytes_per_min, float(np.mean(sync_bytes))),
        compared(f"bytes of {minutes} minutes of journal", journal_planned, journal_bytes),
        compared("rows replayed a second", Machine().replayed_rows_s, sum(touched) / replay_s),
    ]


def _introduce(kept: KeptTable, num_ids: int) -> None:
    """Everybody once, and a checkpoint."""
    for start in range(0, num_ids, BATCH):
        part = np.arange(start, min(num_ids, start + BATCH))
        kept.upsert(part, np.zeros((len(part), WIDTH), np.float32), now_min=0)
    kept.checkpoint()


def _minutes(kept: KeptTable, streams: Any, *, dim: int) -> tuple[list[int], list[int]]:
    """Rows touched and bytes sent to replicas, for each minute's stream."""
    touched, sync_bytes = [], []
    for minute, keys in enumerate(streams, start=1):
        kept.upsert(keys, np.ones((len(keys), WIDTH), np.float32), now_min=minute)
        deltas = kept.sync()
        touched.append(sum(len(delta.changed) for delta in deltas))
        sync_bytes.append(sum(len(delta.narrowed(dim).to_bytes()) for delta in deltas))
    return touched, sync_bytes


def size(arguments: Sequence[str]) -> list[dict[str, Any]]:
    """One table of so many ids."""
    num_ids = int(float(arguments[0]))
    table = Table(width=WIDTH, seed=1)
    table.upsert(np.arange(1_000) - 5_000, np.ones((1_000, WIDTH), np.float32), now_min=1)  # compile
    table.erase(np.arange(1_000) - 5_000)
    before = rss_bytes()
    inserted = batches(num_ids, lambda keys, rows: table.upsert(keys, rows, now_min=2), shuffled=False)
    held = rss_bytes() - before
    assert len(table) == num_ids, "no id may be lost"
    looked = batches(num_ids, lambda keys, rows: _all_there(table, keys), shuffled=True)
    absent = batches(num_ids // 10, lambda keys, rows: _none_there(table, keys), shuffled=True)
    updated = batches(num_ids // 5, lambda keys, rows: table.upsert(keys, rows, now_min=3), shuffled=True)
    optimizer = RowAdagrad(rate=0.05)
    learned = batches(num_ids // 5, lambda keys, rows: _learn(table, optimizer, keys, rows), shuffled=True)
    entry = {
        "ids": num_ids,
        "lost": num_ids - len(table),
        "bytes an entry": round(table.num_bytes / num_ids, 1),
        "resident bytes an entry": round(held / num_ids, 1),
        "load": round(table.load, 3),
        "shards": sum(1 for _ in table.regions()),
    }
    rows = [entry]
    rows += [{"did": name, **did} for name, did in (("inserts", inserted), ("look-ups", looked))]
    rows += [{"did": name, **did} for name, did in (("look-ups in vain", absent), ("updates", updated))]
    rows.append({"did": "steps of the optimizer", **learned})
    return [*rows, one_request(table), snapshot_times(table)]


def one_request(table: Table) -> dict[str, Any]:
    """Four names, as a server asks."""
    embeddings = Embeddings(table, dim=WIDTH - 1, salt=bytes(16))
    took = []
    for number in range(5_000):
        begun = time.perf_counter()
        embeddings.lookup(user=f"u{number}", tenant="acme", domain="example.org", context="mail")
        took.append(1e6 * (time.perf_counter() - begun))
    p50, p99 = np.percentile(took, [50, 99])
    return {"one request, us p50": round(float(p50)), "p99": round(float(p99))}


def snapshot_times(table: Table) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(dir=os.environ.get("BENCH_DIR")) as folder:
        path = Path(folder) / "table.snapshot"
        wrote_s = timed(lambda: write_snapshot(path, table, Stamp(1, 1)))
        opened_s = timed(lambda: open_snapshot(path))
        checked_s = timed(lambda: open_snapshot(path, check=True))
        num_bytes = path.stat().st_size
    return {
        "snapshot GB": round(num_bytes / 1e9, 2),
        "written s": round(wrote_s, 1),
        "MB/s": round(num_bytes / wrote_s / 1e6),
        "opened ms": round(1e3 * opened_s, 1),
        "opened and checked s": round(checked_s, 1),
    }


def batches(num_ids: int, call: Callable[[Keys, Any], object], *, shuffled: bool) -> dict[str, Any]:
    """Calls with BATCH keys each, and the times of the calls alone. Shuffled keys come in another order than inserted."""
    rows = np.ones((BATCH, WIDTH), np.float32)
    took, took_cpu = [], []
    for start in range(0, num_ids, BATCH):
        count = min(BATCH, num_ids - start)
        keys = np.arange(start, start + count)
        if shuffled:  # a walk through all ids in large odd steps
            keys = (keys * 48_271) % num_ids
        begun, begun_cpu = time.perf_counter(), time.process_time()
        call(keys, rows[:count])
        took.append(time.perf_counter() - begun)
        took_cpu.append(time.process_time() - begun_cpu)
    p50, p99, most = np.percentile(took, [50, 99, 100]) * 1e3
    return {
        "a second": round(num_ids / sum(took)),
        "a CPU second": round(num_ids / sum(took_cpu)),
        f"ms for {BATCH:,}, p50": round(float(p50), 1),
        "p99": round(float(p99), 1),
        "max": round(float(most), 1),
        "max, CPU": round(1e3 * max(took_cpu), 1),
    }


def _learn(table: Table, optimizer: RowAdagrad, keys: Keys, gradients: Any) -> None:
    table.upsert(keys, optimizer.step(table.rows(keys)[0], gradients[:, : WIDTH - 1]), now_min=4)


def _all_there(table: Table, keys: Keys) -> None:
    assert table.rows(keys)[1].all(), "an id is missing"


def _none_there(table: Table, keys: Keys) -> None:
    assert not table.rows(-1 - keys)[1].any(), "an id is there that never came"


def _stream(probabilities: Any, num_draws: int, *, seed: int) -> Keys:
    """Ids drawn by their probabilities; the id tells the rank."""
    edges = np.cumsum(probabilities)
    return np.searchsorted(edges, np.random.default_rng(seed).random(num_draws) * edges[-1]).astype(np.int64)


def compared(name: str, planned: float, measured: float) -> dict[str, Any]:
    ratio = round(measured / planned, 3)
    return {"what": name, "planned": round(planned), "measured": round(measured), "ratio": ratio}


def timed(call: Callable[[], object]) -> float:
    begun = time.perf_counter()
    call()
    return time.perf_counter() - begun


def rss_bytes() -> int:
    """Resident memory now (Linux), or the most there ever was."""
    statm = Path("/proc/self/statm")
    if statm.exists():
        return int(statm.read_text().split()[1]) * resource.getpagesize()
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def percent(share: float) -> str:
    return f"{100 * share:.2f} %"


if __name__ == "__main__":
    main()
