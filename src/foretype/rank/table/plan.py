"""On paper: what a table of so many ids takes in servers, memory, network and time.

Bytes follow from the layout, touched ids from a Zipf law; rates of this code are measured (docs/why/embedding-table.md),
rates of machines are given. It does not know your traffic: the exponent and the events a day are yours to measure.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from foretype.errors import InputError
from foretype.rank.table.delta import HEAD
from foretype.rank.table.kept import MAX_DELTA_ENTRIES
from foretype.rank.table.shard import FULL, LOADS
from foretype.rank.table.zipf import zipf_ranks

KEY_AND_MINUTE_BYTES = 12
FLOAT_BYTES = 4
DAY_MIN = 1_440
MOST = {
    "num_ids": 10**15,  # whole numbers that a float counts exactly
    "zipf_exponent": 10,  # above it one id is all of the traffic
    "threshold": 10_000,  # sums of more terms take longer than a second
}


@dataclass(frozen=True, slots=True)
class Demand:
    """What is asked for."""

    num_ids: int
    dim: int = 8
    optimizer_slots: int = 1
    events_per_id_day: float = 20.0  # outcomes that touch an id's row
    zipf_exponent: float = 0.8
    threshold: int = 1  # sightings within `filter_days` before an id gets a row
    filter_days: int = 30
    peak_factor: float = 2.0  # the busiest minute over the mean one
    num_replicas: int = 2  # of each part of the table
    checkpoint_min: int = 60  # between snapshots: what a recovery has to read of the journal at most


@dataclass(frozen=True, slots=True)
class Machine:
    """What a server has, and what this code does on one of its cores."""

    memory_gb: float = 64.0
    memory_share: float = 0.6  # for the table; filter, pages changed since a checkpoint, system: the rest
    disk_mb_s: float = 500.0
    learned_rows_s: float = 500_000.0  # benchmarks/bench_table.py, numba, one core, busy machine
    replayed_rows_s: float = 500_000.0


@dataclass(frozen=True, slots=True)
class Plan:
    """What it takes; bytes unless a name says otherwise."""

    num_rows: float  # ids that the filter lets in
    traffic_share: float  # of events whose id has a row
    trainer_bytes_per_row: float
    replica_bytes_per_row: float
    trainer_bytes: float
    replica_bytes: float  # of one copy of the whole table
    num_trainers: int
    num_replica_servers: int
    touched_per_min: float  # rows, in the busiest minute
    sync_bytes_per_min: float  # to one copy of the whole table
    sync_mbit_s_out_of_a_trainer: float  # to all replicas of its part
    sync_mbit_s_into_a_replica: float
    learning_cores: float  # in the busiest minute
    snapshot_s: float  # each trainer writes its own part
    journal_bytes: float  # of all trainers, just before a checkpoint
    recovery_s: float  # of a trainer that dies just then


def make_plan(demand: Demand, machine: Machine) -> Plan:
    """Raises InputError for numbers that make no sense.

    >>> plan = make_plan(Demand(num_ids=1_000_000_000), Machine())
    >>> plan.num_trainers, round(plan.trainer_bytes / 1e9)
    (2, 55)
    """
    _check(demand, machine)
    ranks = zipf_ranks(demand.num_ids, exponent=demand.zipf_exponent)
    per_day = demand.events_per_id_day * demand.num_ids
    rows, share = ranks.admitted(per_day * demand.filter_days, threshold=demand.threshold)
    per_min = per_day / DAY_MIN * demand.peak_factor * share
    touched = min(rows, ranks.touched(per_min))
    touched_mean = min(rows, ranks.touched(per_min / demand.peak_factor))
    trainer_row = row_bytes(demand.dim + demand.optimizer_slots) / mean_load()
    replica_row = row_bytes(demand.dim) / mean_load()
    usable = machine.memory_gb * 1e9 * machine.memory_share
    trainers = math.ceil(rows * trainer_row / usable)
    servers = math.ceil(rows * replica_row / usable)
    sync = delta_bytes(touched, width=demand.dim)
    per_sync = delta_bytes(touched_mean, width=demand.dim + demand.optimizer_slots)
    snapshot_s = rows * trainer_row / trainers / (machine.disk_mb_s * 1e6)
    replayed_s = demand.checkpoint_min * touched_mean / trainers / machine.replayed_rows_s
    return Plan(
        num_rows=rows,
        traffic_share=share,
        trainer_bytes_per_row=trainer_row,
        replica_bytes_per_row=replica_row,
        trainer_bytes=rows * trainer_row,
        replica_bytes=rows * replica_row,
        num_trainers=trainers,
        num_replica_servers=servers * demand.num_replicas,
        touched_per_min=touched,
        sync_bytes_per_min=sync,
        sync_mbit_s_out_of_a_trainer=sync * demand.num_replicas / trainers * 8 / 60e6,
        sync_mbit_s_into_a_replica=sync / servers * 8 / 60e6,
        learning_cores=per_min / 60 / machine.learned_rows_s,
        snapshot_s=snapshot_s,
        journal_bytes=demand.checkpoint_min * per_sync,
        recovery_s=snapshot_s + replayed_s,
    )


def row_bytes(width: int) -> int:
    """An entry in a file, a sync or a slot.

    >>> row_bytes(9)
    48
    """
    return KEY_AND_MINUTE_BYTES + FLOAT_BYTES * width


def delta_bytes(num_rows: float, *, width: int) -> float:
    """A sync of so many rows: 100,000 rows of 1,024 floats are the 400 MB a minute that Monolith reports.

    >>> round(delta_bytes(100_000, width=1_024) / 1e6)
    411
    """
    return num_rows * row_bytes(width) + HEAD.size * math.ceil(num_rows / MAX_DELTA_ENTRIES)


def mean_load() -> float:
    """Share of the slots in use, of shards that are spread evenly between being made and being full."""
    return (sum(LOADS) / 2 + FULL) / 2


def _check(demand: Demand, machine: Machine) -> None:
    for named in (demand, machine):
        for name in named.__slots__:
            value = getattr(named, name)
            if not 0 <= value < math.inf or (value == 0 and name not in ("optimizer_slots", "zipf_exponent")):
                raise InputError(f"{name}: found {value}, wanted a number above 0")
    for name, most in MOST.items():
        if getattr(demand, name) > most:
            raise InputError(f"{name}: found {getattr(demand, name):,}, wanted at most {most:,}")
    if machine.memory_share > 1:
        raise InputError(f"memory_share: found {machine.memory_share}, wanted a share up to 1")
