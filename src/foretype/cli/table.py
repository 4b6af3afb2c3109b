"""`foretype table`: plan a table of embeddings on paper, and look into one.

It does not know the ranker that reads the table.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict, fields
from pathlib import Path

from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table as Sheet

from foretype.errors import InputError
from foretype.rank.table.folder import journals_holding, newest_snapshot
from foretype.rank.table.plan import Demand, Machine, Plan, make_plan
from foretype.rank.table.snapshot import open_snapshot

HELP = {
    "num_ids": "ids that may come, each user one",
    "dim": "floats of a vector",
    "optimizer_slots": "floats a row that the optimizer keeps",
    "events_per_id_day": "outcomes a day that touch an id, on average",
    "zipf_exponent": "how uneven ids are; 0: all alike",
    "threshold": "sightings before an id gets a row",
    "filter_days": "days within which they must be",
    "peak_factor": "busiest minute over the mean one",
    "num_replicas": "serving copies of the table",
    "checkpoint_min": "minutes between snapshots",
    "memory_gb": "of a server",
    "memory_share": "of that for the table",
    "disk_mb_s": "a server's disk",
    "learned_rows_s": "a core's, while learning",
    "replayed_rows_s": "a core's, while reading a journal",
}


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `foretype table`."""
    parser = subparsers.add_parser("table", help="plan a table of embeddings, and look into one")
    verbs = parser.add_subparsers(dest="verb", metavar="WHAT", required=True)
    plan = verbs.add_parser("plan", help="servers, memory, network and times for so many ids")
    for field in (*fields(Demand), *fields(Machine)):
        number = float if field.type in ("float", float) else _whole
        option, text = "--" + field.name.replace("_", "-"), f"{HELP[field.name]} (default %(default)s)"
        if field.name == "num_ids":
            plan.add_argument(option, type=_whole, required=True, metavar="N", help=HELP[field.name])
        else:
            plan.add_argument(option, type=number, default=field.default, metavar="N", help=text)
    plan.add_argument("--json", action="store_true", help="one line of JSON instead of a table")
    plan.set_defaults(func=run_plan)
    info = verbs.add_parser("info", help="what is in a table's folder; checks its snapshot whole")
    info.add_argument("folder", type=Path, metavar="FOLDER")
    info.set_defaults(func=run_info)


def run_plan(args: argparse.Namespace) -> int:
    """The plan, as a table or as JSON."""
    demand = Demand(**{field.name: getattr(args, field.name) for field in fields(Demand)})
    machine = Machine(**{field.name: getattr(args, field.name) for field in fields(Machine)})
    plan = make_plan(demand, machine)
    if args.json:
        print(json.dumps(asdict(plan)))
        return 0
    Console().print(_sheet(plan, title=f"{demand.num_ids:,} ids of {demand.dim} floats"))
    return 0


def run_info(args: argparse.Namespace) -> int:
    """Facts of a folder, one JSON object."""
    path = newest_snapshot(args.folder)
    if path is None:
        raise InputError(
            f"{args.folder}: found no table, wanted a folder that a table was kept in; name another"
        )
    table, stamp = open_snapshot(path, check=True)
    journals = journals_holding(args.folder, stamp.sequence)
    facts = {
        "rows": len(table),
        "floats_a_row": table.width,
        "load": round(table.load, 3),
        "bytes_a_row": round(table.num_bytes / max(1, len(table)), 1),
        "shards": sum(1 for _ in table.regions()),
        "lineage": f"{stamp.lineage:x}",
        "syncs_in_snapshot": stamp.sequence,
        "snapshot_bytes": path.stat().st_size,
        "journal_bytes": sum(journal.stat().st_size for journal in journals),
    }
    print(json.dumps(facts, indent=2))
    return 0


def _whole(text: str) -> int:
    """A whole number, also as 1e9."""
    number = float(text)
    if not number.is_integer():
        raise argparse.ArgumentTypeError(f"found {text}, wanted a whole number such as 1000000 or 1e6")
    return int(number)


def _sheet(plan: Plan, *, title: str) -> Sheet:
    sheet = Sheet(title=title, title_justify="left", box=SIMPLE, show_header=False)
    sheet.add_column(style="dim")
    sheet.add_column(justify="right", style="bold")
    for name, value in _lines(plan):
        sheet.add_row(name, value)
    return sheet


def _lines(plan: Plan) -> list[tuple[str, str]]:
    return [
        ("ids with a row", f"{plan.num_rows:,.0f}"),
        ("events whose id has one", f"{plan.traffic_share:.1%}"),
        (
            "bytes a row, training / serving",
            f"{plan.trainer_bytes_per_row:.1f} / {plan.replica_bytes_per_row:.1f}",
        ),
        ("memory, training", f"{plan.trainer_bytes / 1e9:,.1f} GB"),
        ("memory, one serving copy", f"{plan.replica_bytes / 1e9:,.1f} GB"),
        ("training servers", f"{plan.num_trainers:,}"),
        ("serving servers, all copies", f"{plan.num_replica_servers:,}"),
        ("rows touched in the busiest minute", f"{plan.touched_per_min:,.0f}"),
        ("sync in that minute, one copy", f"{plan.sync_bytes_per_min / 1e6:,.0f} MB"),
        ("network out of a training server", f"{plan.sync_mbit_s_out_of_a_trainer:,.0f} Mbit/s"),
        ("network into a serving server", f"{plan.sync_mbit_s_into_a_replica:,.0f} Mbit/s"),
        ("cores that learn, busiest minute", f"{plan.learning_cores:,.1f}"),
        ("a snapshot takes", f"{plan.snapshot_s:,.0f} s"),
        ("journals before a checkpoint, all", f"{plan.journal_bytes / 1e9:,.1f} GB"),
        ("recovery of a server just then", f"{plan.recovery_s:,.0f} s"),
    ]
