"""`foretype rank neural`: does the language model's state help a ranker? Trains them all, judges them on other authors.

Progress and a table go to stderr, JSON lines to stdout. It does not know how anything is trained or judged.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

from foretype.assemble import built_in_model
from foretype.errors import ConfigError, InputError
from foretype.evals.rank_judging import as_line, estimates
from foretype.rank.neural.readings import load_readings
from foretype.rank.rows import load_rows

if TYPE_CHECKING:
    from foretype.evals.rank_fusion import Contender, ReadRows, Result
    from foretype.lm.gpt import Gpt

COLUMNS = {
    "AUC": "auc",
    "ECE": "ece",
    "right": "often_right",
    "keys": "often_saved",
    "right/2": "half_right",
    "keys/2": "half_saved",
}
CAPTION = "shown as often as by the fixed gate, and (/2) at half of all keys"


def register(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `foretype rank neural`."""
    line = "compare rankers that read the language model's state with those that do not"
    parser = verbs.add_parser("neural", help=line)
    pair = ("ROWS", "READINGS")
    parser.add_argument(
        "--train", type=Path, nargs=2, metavar=pair, required=True, help="of `rank rows` and `rank readings`"
    )
    parser.add_argument(
        "--judge", type=Path, nargs=2, metavar=pair, required=True, action="append", help="of other authors"
    )
    parser.add_argument(
        "--network",
        type=Path,
        help="folder of the language model that the rows were made with (default: the one in the package)",
    )
    parser.add_argument(
        "--every", type=int, default=1, help="train on every so many messages (default %(default)s, all)"
    )
    parser.add_argument(
        "--joint-passes", type=int, default=2, help="over the training texts (default %(default)s)"
    )
    parser.add_argument("--out", type=Path, help="folder for the networks, as NAME.onnx")
    parser.set_defaults(func=run)


def run(args: argparse.Namespace) -> int:
    """Read, train, judge, write."""
    for name in ("joint_passes", "every"):
        if getattr(args, name) < 1:
            option = name.replace("_", "-")
            raise InputError(f"--{option}: found {getattr(args, name)}, wanted a number above 0")
    _need_extra()
    console = Console(stderr=True)
    from foretype.rank.neural.opening import open_network

    gpt = open_network(args.network or built_in_model())
    with console.status("reading"):
        rows, readings = args.train
        train = _read(rows, readings, gpt, every=args.every)
        judged = [_read(rows, readings, gpt) for rows, readings in args.judge]
    _check_apart(train, judged)
    found = _trained(train, gpt, args.joint_passes, console)
    _report(found, judged, console)
    if args.out is not None:
        _keep(found, args.out)
    return 0


def _need_extra() -> None:
    """Raise ConfigError where the train extra is not installed."""
    try:
        import foretype.evals.rank_fusion  # noqa: F401  torch takes seconds to import: only here
    except ImportError as error:
        raise ConfigError(
            f"training: found no {error.name}, wanted the train extra; pip install 'foretype[train]'"
        ) from error


def _read(rows: Path, readings: Path, gpt: Gpt, *, every: int = 1) -> ReadRows:
    from foretype.evals.rank_fusion import read_rows

    found, read = load_rows(rows), load_readings(readings)
    num_keys = int(found.place.max()) + 1
    if len(read.at) != num_keys:
        raise InputError(
            f"{readings}: found readings of {len(read.at):,} keys, wanted the {num_keys:,} of {rows}; make them with "
            f"`foretype rank readings --rows {rows}`"
        )
    return read_rows(rows.name, found.chosen(found.message % every == 0), read, gpt)


def _check_apart(train: ReadRows, judged: Sequence[ReadRows]) -> None:
    """Raise InputError where an author trains and judges."""
    for each in judged:
        both = np.intersect1d(train.rows.author, each.rows.author)
        if len(both):
            raise InputError(
                f"--judge {each.name}: found {len(both)} authors of the training rows, wanted others; make its rows with "
                "another --part"
            )


def _trained(train: ReadRows, gpt: Gpt, passes: int, console: Console) -> list[Contender]:
    from foretype.evals.rank_fusion import contenders
    from foretype.rank.neural.joint import JointOptions

    found: list[Contender] = []
    with console.status("training") as status:
        for each in contenders(train, gpt, joint_options=JointOptions(passes=passes), say=status.update):
            found.append(each)
            console.print(f"{each.name}: {each.note or 'fitted'}")
    return found


def _report(found: Sequence[Contender], judged: Sequence[ReadRows], console: Console) -> None:
    """A table of each set, and a JSON line of each ranker on each."""
    from foretype.evals.rank_fusion import decision_times, results

    times = decision_times(found, judged[0])
    for each in judged:
        table = Table(title=each.name, caption=CAPTION, box=SIMPLE, padding=(0, 1), pad_edge=False)
        for column in ("", *COLUMNS, "AUC - trees'", "ms"):
            table.add_column(column, justify="right")
        for result in results(found, each):
            table.add_row(*_cells(result, times.get(result.contender)))
            print(json.dumps(_line(result, times.get(result.contender))))
        console.print(table)


def _cells(result: Result, elapsed_ms: float | None) -> list[str]:
    figures, more = estimates(result.figures), estimates(result.gained)["auc"]
    cells = [f"{figures[name].value:.3f}" for name in COLUMNS.values()]
    gain = f"{more.value:+.4f} ±{(more.high - more.low) / 2:.4f}"
    return [result.contender, *cells, gain, "" if elapsed_ms is None else f"{elapsed_ms:.3f}"]


def _line(result: Result, elapsed_ms: float | None) -> dict[str, object]:
    return {
        "ranker": result.contender,
        "data": result.data,
        "figures": as_line(result.figures),
        "more_than_trees": as_line(result.gained),
        "decision_ms": None if elapsed_ms is None else round(elapsed_ms, 4),
    }


def _keep(found: Sequence[Contender], folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for each in found:
        if each.network is not None:
            (folder / f"{each.name.replace(' + ', '-with-')}.onnx").write_bytes(each.network)
