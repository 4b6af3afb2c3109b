"""`foretype eval latency`: how long keys wait while several people type.

The table goes to stderr, one JSON line to stdout. It does not know how keys are timed.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

from foretype.cli.opening import add_door_options, opened_door
from foretype.errors import InputError
from foretype.evals.doors import Door, HttpDoor
from foretype.evals.latency import Load, UnderLoad, under_load
from foretype.evals.machine import Machine, this_machine
from foretype.evals.messages import Message, read_messages
from foretype.evals.metrics import rounded
from foretype.evals.replay import STAGE_NAMES
from foretype.evals.samples import SAMPLES

MAX_WRITERS = 512  # each is a thread and a connection


def register(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `foretype eval latency`."""
    load = Load()
    parser = verbs.add_parser("latency", help="times while several people type")
    parser.add_argument("data", type=Path, nargs="?", help="messages to type (default: a few invented ones)")
    add_door_options(parser)
    parser.add_argument(
        "--writers", type=int, default=load.writers, help="that type at once (default %(default)s)"
    )
    parser.add_argument(
        "--keys-per-second", type=float, default=load.keys_per_second, help="of each (default %(default)s)"
    )
    parser.add_argument("--seconds", type=float, default=load.seconds, help="(default %(default)s)")
    parser.set_defaults(func=run)


def run(args: argparse.Namespace) -> int:
    """Type, time, show."""
    console = Console(stderr=True)
    load, messages, machine = load_of(args), _messages(args.data), this_machine()
    typing = f"{load.writers} typing for {load.seconds:g} seconds"
    with _doors(args.url, args.model) as open_door, console.status(typing):
        found = under_load(open_door, messages, load=load)
    console.print(latency_table(found, load, machine))
    print(json.dumps(rounded(asdict(load) | asdict(found) | {"machine": asdict(machine)})))
    return 0


def load_of(args: argparse.Namespace) -> Load:
    """The load that was asked for. Raises InputError for one that nobody can type."""
    if not 1 <= args.writers <= MAX_WRITERS:
        raise InputError(f"--writers: found {args.writers}, wanted 1 to {MAX_WRITERS}")
    for name in ("keys_per_second", "seconds"):
        if getattr(args, name) <= 0:
            option = name.replace("_", "-")
            raise InputError(f"--{option}: found {getattr(args, name):g}, wanted a number above 0")
    return Load(args.writers, args.keys_per_second, args.seconds)


def latency_table(found: UnderLoad, load: Load, machine: Machine) -> Table:
    """Percentiles by stage, and what became of the keys."""
    pace = f"{load.writers} typing {load.keys_per_second:g} keys a second"
    keys = f"{found.keys} keys in {found.seconds:.0f} s: {found.answered} answered, {found.refused} refused"
    table = Table(title=f"{found.system}: {pace}", caption=f"{keys}\n{machine}", box=SIMPLE)
    table.add_column("milliseconds")
    for name in ("keys", "p50", "p90", "p99", "worst"):
        table.add_column(name, justify="right")
    for stage, times in found.times.items():
        figures = (times.p50, times.p90, times.p99, times.worst)
        table.add_row(STAGE_NAMES[stage], f"{times.count}", *(f"{ms:.2f}" for ms in figures))
    return table


def _messages(data: Path | None) -> Sequence[Message]:
    if data is None:
        return SAMPLES
    found = [message for message in read_messages(data) if not message.warm and message.body]
    if not found:
        raise InputError(f"{data}: found no message to type; name other data or leave it out")
    return found


@contextmanager
def _doors(url: str | None, model: str | None) -> Iterator[Callable[[], Door]]:
    """One door for all writers in this process, or a connection for each writer at a server."""
    with opened_door(url=url, model=model) as door:
        if url is None:
            yield lambda: door
            return
        opened: list[HttpDoor] = []

        def connect() -> Door:
            opened.append(HttpDoor(url))
            return opened[-1]

        try:
            yield connect
        finally:
            for each in opened:
                each.close()
