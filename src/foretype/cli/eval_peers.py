"""`foretype eval peers DATA --train TEXT`: presage and typing-booster beside foretype, on the same messages.

The table goes to stderr, one JSON line to stdout. It does not know how a peer is run or how anything is
counted.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

from foretype.cli.eval_replay import add_limit_options, limits_of, replay_with_bar, title
from foretype.cli.opening import add_door_options, opened_door
from foretype.cli.tables import interval
from foretype.config import load_settings
from foretype.evals.machine import this_machine
from foretype.evals.messages import Message, read_messages
from foretype.evals.metrics import Summary, as_json, rounded, savings, savings_gained, summarise
from foretype.evals.peers import PEER_KINDS, PeerDoor, PeerKind, trained, training_text
from foretype.evals.replay import Limits, Replayed
from foretype.evals.writer import Writer

PEER_SECONDS = 60.0  # presage needs about 5 ms a key: this is some 80 messages


@dataclass(frozen=True, slots=True)
class Side:
    """One system's replay."""

    summary: Summary
    results: Sequence[Replayed]


def register(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `foretype eval peers`."""
    parser = verbs.add_parser("peers", help="presage and typing-booster beside foretype")
    parser.add_argument("data", type=Path, help="messages to replay, .jsonl or .jsonl.xz")
    parser.add_argument(
        "--train", type=Path, required=True, metavar="TEXT", help="corpus that the peers count, 4 MB of it"
    )
    add_limit_options(parser, seconds=f"peers only; default {PEER_SECONDS:g}")
    parser.set_defaults(func=run, seconds=PEER_SECONDS)
    add_door_options(parser)


def run(args: argparse.Namespace) -> int:
    """Train, replay each, compare."""
    console, limits = Console(stderr=True), limits_of(args)
    messages, text = list(read_messages(args.data)), training_text(args.train)
    installed = [kind for kind in PEER_KINDS if kind.is_installed()]
    missing = [kind for kind in PEER_KINDS if not kind.is_installed()]
    with opened_door(url=args.url, model=args.model) as door:
        all_of_them = replace(limits, seconds=None)
        results = replay_with_bar(door, messages, all_of_them, learn=args.learn, console=console)
        ours = Side(summarise(door.name, results), results)
    theirs = [
        _replayed(kind, text, messages, limits, learn=args.learn, console=console) for kind in installed
    ]
    console.print(peers_table(ours, theirs, missing, title=title(args, limits)))
    print(json.dumps(_as_json(ours, theirs, missing) | {"data": args.data.name, "learn": args.learn}))
    return 0


def peers_table(ours: Side, theirs: Sequence[Side], missing: Sequence[PeerKind], *, title: str) -> Table:
    """A column a system; peers that ran out of time are compared on the messages they wrote."""
    hints = [f"{kind.name} is not installed: {kind.install}" for kind in missing]
    table = Table(title=title, caption="\n".join([*hints, str(this_machine())]), box=SIMPLE)
    table.add_column("")
    for side in (ours, *theirs):
        table.add_column(side.summary.system, justify="right")
    columns = [_column(side, ours) for side in (ours, *theirs)]
    for name in columns[0]:
        table.add_row(name, *(column[name] for column in columns))
    return table


def _replayed(
    kind: PeerKind, text: str, messages: Sequence[Message], limits: Limits, *, learn: bool, console: Console
) -> Side:
    with console.status(f"training {kind.name}"):
        database = trained(kind, text, cache_dir=load_settings().cache_dir)
    door = PeerDoor(kind, database)
    try:
        results = replay_with_bar(door, messages, limits, learn=learn, console=console, label=kind.name)
    finally:
        door.close()
    return Side(summarise(kind.name, results), results)


def _column(side: Side, ours: Side) -> dict[str, str]:
    found, every = side.summary, side.summary.times["all"]
    gained = savings_gained(ours.results, side.results, Writer.WORD)
    same = savings(ours.results[: found.messages], Writer.WORD)
    is_ours = side is ours
    return {
        "messages": str(found.messages),
        "keys saved, taking words": f"{found.ksr_word.value:.3f}",
        "  95 %": interval(found.ksr_word),
        "keys saved, all or nothing": f"{found.ksr_full.value:.3f}",
        "we on the same messages": "" if is_ours else f"{same.value:.3f}",
        "we save more by": "" if is_ours else f"{gained.value:.3f}",
        "  95 % of that": "" if is_ours else interval(gained),
        "shown after a key": f"{found.shown:.0%}",
        "all of it right": f"{found.right_when_shown:.0%}",
        "ms, p50": f"{every.p50:.2f}",
        "ms, p90": f"{every.p90:.2f}",
    }


def _as_json(ours: Side, theirs: Sequence[Side], missing: Sequence[PeerKind]) -> dict[str, object]:
    gains = {
        side.summary.system: asdict(savings_gained(ours.results, side.results, Writer.WORD))
        for side in theirs
    }
    return {
        "systems": [as_json(side.summary) for side in (ours, *theirs)],
        "gained": rounded(gains),
        "missing": [kind.name for kind in missing],
        "machine": asdict(this_machine()),
    }
