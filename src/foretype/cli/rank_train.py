"""`foretype rank train ROWS... --out FOLDER` and `foretype rank judge RANKER ROWS...`: a ranker made, and measured.

Tables go to stderr, JSON lines to stdout. It does not know how a ranker learns or how it is judged.
"""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

from foretype.errors import ConfigError, InputError
from foretype.monitor.ranker_features import ranker_reference
from foretype.rank.bundle import OnnxScorer, load_bundle, save_bundle
from foretype.rank.choosing import Shown, best_of_each_key, shown_by_gate, worth_of
from foretype.rank.dial import Dial
from foretype.rank.judging import Against, against_gate, coverage_at_precision, foresight
from foretype.rank.rows import OutcomeRows, joined, load_rows
from foretype.rank.trees import TreeOptions

COVERAGES = (0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 0.95)


def register(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `foretype rank train` and `foretype rank judge`."""
    options = TreeOptions()
    parser = verbs.add_parser("train", help="train a ranker on rows")
    parser.add_argument("rows", type=Path, nargs="+", help="files of `foretype rank rows`")
    parser.add_argument(
        "--out", type=Path, required=True, help="the folder to write; replaced if it is there"
    )
    parser.add_argument("--trees", type=int, default=options.num_trees, help="(default %(default)s)")
    parser.add_argument("--leaves", type=int, default=options.num_leaves, help="(default %(default)s)")
    parser.set_defaults(func=train)
    judge = verbs.add_parser("judge", help="compare a ranker with the fixed gate, on rows it never saw")
    judge.add_argument("ranker", type=Path, help="a folder of `foretype rank train`")
    judge.add_argument("rows", type=Path, nargs="+", help="files of `foretype rank rows`, of other authors")
    judge.set_defaults(func=measure)


def train(args: argparse.Namespace) -> int:
    """Read, fit, write."""
    for name, least in (("trees", 1), ("leaves", 2)):
        if getattr(args, name) < least:
            raise InputError(f"--{name}: found {getattr(args, name)}, wanted {least} at least")
    try:
        from foretype.rank.training import train_ranker
    except ImportError as error:
        raise _without_extra(error) from error
    rows = joined([load_rows(path) for path in args.rows])
    facts = {"files": [path.name for path in args.rows]}
    started = time.perf_counter()
    try:
        bundle = train_ranker(
            rows,
            facts=facts,
            options=TreeOptions(num_trees=args.trees, num_leaves=args.leaves),
            reference=ranker_reference,
        )
    except ImportError as error:
        raise _without_extra(error) from error
    save_bundle(args.out, bundle)
    seconds = round(time.perf_counter() - started, 1)
    line = {"out": str(args.out), "version": bundle.version, "rows": len(rows), "seconds": seconds}
    print(json.dumps(line | {"num_bytes": len(bundle.network)}))
    return 0


def measure(args: argparse.Namespace) -> int:
    """Score, choose at several coverages, compare."""
    bundle, console = load_bundle(args.ranker), Console(stderr=True)
    scorer, dial = OnnxScorer(bundle.network, bundle.calibration), Dial(bundle.turns)
    for path in args.rows:
        rows = load_rows(path)
        if not len(rows):
            raise InputError(
                f"{path}: found no rows, wanted some to judge by; `foretype rank rows` makes them"
            )
        probs = scorer.score_many(rows.features)
        found = [_at(dial, rows, probs, coverage) for coverage in COVERAGES]
        seen = foresight(probs, rows.is_right)
        console.print(_table(path.name, found))
        facts: dict[str, Any] = {"ranker": bundle.version, "data": path.name, "rows": len(rows)}
        facts |= {"foresight": asdict(seen), "shown": [asdict(each) for each in found]}
        facts["coverage_at_the_gates_precision"] = _coverages(dial, rows, probs)
        print(json.dumps(facts))
    return 0


def _at(dial: Dial, rows: OutcomeRows, probs: np.typing.NDArray[np.float32], coverage: float) -> Against:
    turn = dial.at(coverage)
    best = best_of_each_key(rows, probs, wrong_look=turn.wrong_look)
    count = int((best.worth >= turn.least).sum())
    return against_gate(Shown(best.rows[:count], best.worth[:count], best.num_keys), rows, probs)


def _coverages(dial: Dial, rows: OutcomeRows, probs: np.typing.NDArray[np.float32]) -> list[dict[str, float]]:
    """At the share of right ones that the fixed gate has at a coverage: ours."""
    gate, found = shown_by_gate(rows), []
    for coverage in COVERAGES:
        turned = gate.at(coverage)
        best = best_of_each_key(rows, probs, wrong_look=dial.at(coverage).wrong_look)
        right = worth_of(turned, rows).right
        ours = coverage_at_precision(best, rows, precision=right)
        found.append({"gate": turned.coverage, "right": right, "ranker": ours})
    return found


def _table(name: str, found: list[Against]) -> Table:
    table = Table(title=name, caption="against the fixed gate at the same coverage", box=SIMPLE)
    for column in ("coverage", "right when shown", "of the gate", "wrong shows", "keys saved", "ECE"):
        table.add_column(column, justify="right")
    for each in found:
        changes = [
            f"{part.value:+.1%} ({part.low:+.1%} to {part.high:+.1%})" for part in (each.wrong, each.saved)
        ]
        table.add_row(
            f"{each.coverage:.2f}",
            f"{each.right:.3f}",
            f"{each.right_of_gate:.3f}",
            *changes,
            f"{each.ece:.3f}",
        )
    return table


def _without_extra(error: ImportError) -> ConfigError:
    return ConfigError(
        f"training: found no {error.name}, wanted the train extra; pip install 'foretype[train]'"
    )
