"""`foretype eval replay DATA`: type held-out messages, print what was saved, perhaps as a page or a sheet.

The table and the progress bar go to stderr, one JSON line to stdout. It does not know how anything is
counted.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable, Sequence
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from foretype.cli.opening import add_door_options, opened_door
from foretype.cli.tables import replay_table
from foretype.errors import InputError
from foretype.evals.doors import Door
from foretype.evals.machine import this_machine
from foretype.evals.messages import Message, read_messages
from foretype.evals.metrics import Summary, as_json, summarise
from foretype.evals.replay import Limits, Replayed, replay
from foretype.evals.report import Report, write_report
from foretype.evals.sheet import write_csv
from foretype.evals.writer import Writer


def register(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `foretype eval replay`."""
    parser = verbs.add_parser("replay", help="keystrokes saved on held-out messages")
    parser.add_argument("data", type=Path, help="messages, .jsonl or .jsonl.xz")
    add_limit_options(parser)
    add_door_options(parser)
    parser.add_argument("--html", type=Path, metavar="FILE", help="write a one-page report")
    parser.add_argument("--csv", type=Path, metavar="FILE", help="write one row a message")
    parser.set_defaults(func=run)


def add_limit_options(parser: argparse.ArgumentParser, *, seconds: str = "default: none") -> None:
    """How much is replayed, and whether it is learned from; `seconds` tells the command's own bound."""
    limits = Limits()
    parser.add_argument("--learn", action="store_true", help="learn each author's earlier messages")
    parser.add_argument("--limit", type=int, default=limits.messages, help="messages (default %(default)s)")
    parser.add_argument(
        "--chars", type=int, default=limits.chars, help="of each message (default %(default)s)"
    )
    parser.add_argument(
        "--min-chars", type=int, default=limits.min_chars, help="leave out shorter ones (default %(default)s)"
    )
    parser.add_argument("--seconds", type=float, help=f"stop after the message that passes this ({seconds})")


def limits_of(args: argparse.Namespace) -> Limits:
    """The limits that were asked for. Raises InputError for one that leaves nothing to replay."""
    for name in ("limit", "chars"):
        if getattr(args, name) < 1:
            raise InputError(f"--{name}: found {getattr(args, name)}, wanted a number above 0")
    return Limits(args.limit, args.chars, args.min_chars, args.seconds)


def run(args: argparse.Namespace) -> int:
    """Replay, show, write."""
    console = Console(stderr=True)
    limits = limits_of(args)
    messages = list(read_messages(args.data))
    with opened_door(url=args.url, model=args.model) as door:
        results = replay_with_bar(door, messages, limits, learn=args.learn, console=console)
        summary = summarise(door.name, results)
    console.print(replay_table(summary, title=title(args, limits)))
    _write_files(args, summary, results, limits)
    print(json.dumps(as_json(summary) | {"data": args.data.name, "learn": args.learn}))
    return 0


def replay_with_bar(
    door: Door,
    messages: Sequence[Message],
    limits: Limits,
    *,
    learn: bool,
    console: Console,
    label: str = "typing",
) -> list[Replayed]:
    """Replay under a progress bar. Raises InputError when no message is long enough."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    results: list[Replayed] = []
    with Progress(*columns, TextColumn("{task.fields[saved]}"), console=console, transient=True) as progress:
        task = progress.add_task(label, total=num_replayed(messages, limits), saved="")
        for result in replay(door, messages, limits=limits, learn=learn):
            results.append(result)
            progress.update(task, advance=1, saved=f"{_saved_so_far(results):.1%} of the keys saved")
    if not results:
        raise InputError(
            f"found no message of at least {limits.min_chars} characters that is not warm; "
            "lower --min-chars or name other data"
        )
    return results


def num_replayed(messages: Iterable[Message], limits: Limits) -> int:
    """How many of the messages a replay types, when time does not stop it."""
    fitting = sum(not message.warm and len(message.body) >= limits.min_chars for message in messages)
    return min(limits.messages, fitting)


def title(args: argparse.Namespace, limits: Limits) -> str:
    """What was done, in a line."""
    learning = ", learning each author" if args.learn else ""
    return f"{args.data.name}: messages cut to {limits.chars} characters{learning}"


def _saved_so_far(results: Sequence[Replayed]) -> float:
    keys = sum(result.keys(Writer.WORD) for result in results)
    return 1 - keys / sum(result.num_chars for result in results)


def _write_files(
    args: argparse.Namespace, summary: Summary, results: Sequence[Replayed], limits: Limits
) -> None:
    if args.csv:
        write_csv(args.csv, results)
    if args.html:
        report = Report(title(args, limits), summary, tuple(results), this_machine())
        write_report(args.html, report)
