"""`foretype rank versions|add|use|rollback`: which ranker decides in a data folder; a running server follows in a minute.

It does not know how a ranker is judged.
"""

from __future__ import annotations

import argparse
import sqlite3
import time
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

from foretype.assemble import ranker_versions
from foretype.config import Settings, load_settings
from foretype.rank.bundle import open_ranker
from foretype.rank.cluster.gathered import FILE_NAME as GATHERED
from foretype.rank.cluster.membership import CLUSTER
from foretype.rank.journal_file import FILE_NAME
from foretype.rank.online.versions import Version, Versions

NEXT_MINUTE = "a running server follows within a minute"


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the verbs."""
    versions = subparsers.add_parser("versions", help="which rankers there are, and what became of each")
    versions.add_argument("--json", action="store_true", help="one JSON document instead of a table")
    versions.set_defaults(func=run_versions)
    add = subparsers.add_parser("add", help="try a ranker in the shadow; it takes over once it is better")
    add.add_argument("folder", type=Path, metavar="FOLDER", help="what `foretype rank train` made")
    add.set_defaults(func=run_add)
    use = subparsers.add_parser("use", help="let a version decide from now on")
    use.add_argument("version", metavar="VERSION")
    use.set_defaults(func=run_use)
    rollback = subparsers.add_parser("rollback", help="go back to the version before, and reject this one")
    rollback.set_defaults(func=run_rollback)


def run_versions(args: argparse.Namespace) -> int:
    """A row a version."""
    found = ranker_versions(load_settings()).all()
    if args.json:
        print(msgspec.json.encode(found).decode())
        return 0
    table = Table("version", "state", "added", "why", box=SIMPLE)
    for each in found:
        table.add_row(each.name, each.state.value, _day(each), each.why)
    Console(highlight=False).print(table)
    return 0


def run_add(args: argparse.Namespace) -> int:
    """Put a version into the shadow, if it is one that can be opened."""
    settings = load_settings()
    open_ranker(args.folder)
    added = ranker_versions(settings).add(args.folder, now_s=time.time(), outcome=_last_outcome(settings))
    print(f"added {added.name}: it is compared in the shadow; {NEXT_MINUTE}")
    return 0


def run_use(args: argparse.Namespace) -> int:
    """Change the version in power."""
    settings = load_settings()
    versions = ranker_versions(settings)
    open_ranker(versions.folder_of(args.version))
    versions.use(args.version, why="asked for", outcome=_last_outcome(settings))
    print(f"{args.version} decides; {NEXT_MINUTE}")
    return 0


def run_rollback(args: argparse.Namespace) -> int:
    """Go back by one."""
    settings = load_settings()
    versions: Versions = ranker_versions(settings)
    rejected = versions.current.name
    found = versions.roll_back(why="asked for", outcome=_last_outcome(settings))
    print(f"{found.name} decides, {rejected} is rejected; {NEXT_MINUTE}")
    return 0


def _day(version: Version) -> str:
    return datetime.fromtimestamp(version.added_s, UTC).strftime("%Y-%m-%d %H:%M") if version.added_s else ""


def _last_outcome(settings: Settings) -> int:
    """Number of the last outcome in the journal, 0 where there is none; a server may have the file open."""
    shared = settings.learning_redis is not None
    path = settings.data_dir / CLUSTER / GATHERED if shared else settings.data_dir / FILE_NAME
    if not path.exists():
        return 0
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as reader:
        found = reader.execute("SELECT coalesce(max(number), 0) FROM outcomes").fetchone()[0]
    return int(found)
