"""`foretype rank rows DATA --out FILE`: held-out messages become rows of features and labels.

The progress bar goes to stderr, one JSON line to stdout. It does not know how a row is made.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from foretype.assemble import open_composer
from foretype.cli.opening import add_model_option
from foretype.config import load_settings
from foretype.corpus.documents import read_documents
from foretype.errors import InputError
from foretype.evals.held_out_streams import Part, Stream, read_streams
from foretype.evals.outcome_rows import Noting, Plan, RowMaker, make_rows
from foretype.rank.rows import OutcomeRows, joined, save_rows
from foretype.rank.schema import SCHEMA
from foretype.rank.tally import TalliedOutcomes

PER_AUTHOR = 20  # nobody's habits count for everybody's
MIN_CHARS = 40  # as in a replay


def register(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `foretype rank rows`."""
    plan = Plan()
    parser = verbs.add_parser("rows", help="make training rows out of held-out messages")
    parser.add_argument("data", type=Path, nargs="+", help=".jsonl or .jsonl.xz files (mail or chat rows)")
    parser.add_argument("--out", type=Path, required=True, help="the .npz file to write")
    parser.add_argument(
        "--part",
        type=Part,
        choices=tuple(Part),
        default=Part.HELD_OUT,
        help="authors: all of a file that no model saw; those that training holds out (default); "
        "or three in four of those (train), or the fourth (valid)",
    )
    parser.add_argument("--users", action="store_true", help="learn each author's earlier messages")
    parser.add_argument("--limit", type=int, default=500, help="messages of each file (default %(default)s)")
    parser.add_argument(
        "--per-author", type=int, default=PER_AUTHOR, help="typed of each author (default %(default)s)"
    )
    parser.add_argument("--chars", type=int, default=plan.chars, help="of each message (default %(default)s)")
    parser.add_argument(
        "--takes",
        type=float,
        default=plan.takes,
        help="share of what is right that the writer takes (default %(default)s)",
    )
    add_model_option(parser)
    parser.set_defaults(func=run)


def run(args: argparse.Namespace) -> int:
    """Type, label, write."""
    _check(args)
    console = Console(stderr=True)
    parts, seconds = [], 0.0
    for file in args.data:
        streams = list(
            read_streams(
                read_documents(file), part=args.part, per_author=args.per_author, min_chars=MIN_CHARS
            )
        )
        started = time.perf_counter()
        parts.append(_made(streams, args, file.name, console))
        seconds += time.perf_counter() - started
    rows = joined(parts)
    if not len(rows):
        raise InputError(
            f"{args.data[0]}: found no message of {MIN_CHARS} characters among the authors of part "
            f"{args.part.value!r}; name a larger file, or --part all for one that no model saw"
        )
    save_rows(args.out, rows)
    print(json.dumps(_facts(rows, seconds) | {"out": str(args.out)}))
    return 0


def _made(streams: list[Stream], args: argparse.Namespace, name: str, console: Console) -> OutcomeRows:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    total = min(args.limit, sum(len(stream.typed) for stream in streams))
    num_rows = 0
    with (
        _row_maker(args) as maker,
        Progress(*columns, TextColumn("{task.fields[rows]} rows"), console=console, transient=True) as bar,
    ):
        task = bar.add_task(name, total=total, rows=0)

        def advance(rows: OutcomeRows) -> None:
            nonlocal num_rows
            num_rows += len(rows)
            bar.update(task, advance=1, rows=num_rows)

        return make_rows(maker, streams, learn=args.users, limit=args.limit, advance=advance)


@contextmanager
def _row_maker(args: argparse.Namespace) -> Iterator[RowMaker]:
    """A composer that begins without a memory, and its maker of rows."""
    noting = Noting()
    with TemporaryDirectory(prefix="foretype-rows-") as folder:
        settings = load_settings(model=args.model, data_dir=Path(folder), outcome_days=0)
        composer = open_composer(settings, gate=noting, outcomes=TalliedOutcomes())
        try:
            yield RowMaker(composer, noting, Plan(chars=args.chars, takes=args.takes))
        finally:
            composer.close()


def _facts(rows: OutcomeRows, seconds: float) -> dict[str, object]:
    shown = rows.chosen(rows.by_gate)
    return {
        "rows": len(rows),
        "keys": int(rows.place.max()) + 1,
        "messages": int(rows.message.max()) + 1,
        "right": round(float(rows.is_right.mean()), 4),
        "shown_by_gate": len(shown),
        "right_by_gate": round(float(shown.is_right.mean()), 4) if len(shown) else None,
        "rows_per_s": round(len(rows) / seconds, 1),
        "schema": SCHEMA,
    }


def _check(args: argparse.Namespace) -> None:
    for name in ("limit", "per_author", "chars"):
        if getattr(args, name) < 1:
            option = name.replace("_", "-")
            raise InputError(f"--{option}: found {getattr(args, name)}, wanted a number above 0")
    if not 0 <= args.takes <= 1:
        raise InputError(f"--takes: found {args.takes}, wanted a share from 0 to 1")
