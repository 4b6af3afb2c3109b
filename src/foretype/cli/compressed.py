"""Where `foretype compress` puts the model that it chose, and what it prints of all that it made.

It does not know how they were made.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from dataclasses import asdict
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from foretype.cli.frontier import Point, frontier_svg, frontier_table, frontier_text
from foretype.evals.metrics import rounded
from foretype.runtime.adding import tidy
from foretype.runtime.model_dir import CARD_FILE
from foretype.runtime.whole_folder import whole_folder

if TYPE_CHECKING:
    from foretype.lm.compress.search import Measured


def free_folder(model: str, target_mb: float, *, around: Path) -> Path:
    """A folder in `around` named after the model and its size, where neither it nor its picture is there yet.

    >>> free_folder("Some.Model.gguf", 18.0, around=Path("not-there")).name
    'some.model-18mb'
    """
    name = f"{tidy(Path(model).name.removesuffix('.gguf'))}-{target_mb:g}mb"
    names = (name if number == 1 else f"{name}-{number}" for number in count(1))
    folders = (around / each for each in names)
    return next(folder for folder in folders if not folder.exists() and not picture_of(folder).exists())


def picture_of(out: Path) -> Path:
    """Where the frontier's picture lies.

    >>> picture_of(Path("models/small")).as_posix()
    'models/small.frontier.svg'
    """
    return out.with_name(f"{out.name}.frontier.svg")


def keep(chosen: Measured, out: Path) -> None:
    """The chosen model at its place, under its name."""
    with whole_folder(out.resolve()) as building:
        shutil.copytree(chosen.folder, building, dirs_exist_ok=True)
        card = json.loads((building / CARD_FILE).read_text(encoding="utf-8"))
        card["name"] = out.resolve().name
        (building / CARD_FILE).write_text(json.dumps(card, indent=2) + "\n", encoding="utf-8")


def show(
    found: Sequence[Measured], chosen: Measured, *, model: str, out: Path, models: Path, console: Console
) -> None:
    """Table and plot on the console, the picture beside `out`, one JSON line; `models` is where it could be served from."""
    points = _points(found, chosen)
    picture = picture_of(out)
    picture.write_text(frontier_svg(points, label=f"{model}: size against quality"), encoding="utf-8")
    console.print(frontier_table(points, title=f"{model} made smaller"))
    console.print(frontier_text(points), markup=False, highlight=False)
    told = f"kept in {out}; to serve it, move that folder into {models} and run `foretype serve --model {out.name}`"
    console.print(told, markup=False, highlight=False, soft_wrap=True)
    print(json.dumps(_facts(chosen, points, out=out, picture=picture)))


def _points(found: Sequence[Measured], chosen: Measured) -> list[Point]:
    points: list[Point] = []
    for each in sorted(found, key=lambda measured: measured.megabytes):
        is_best = all(each.bits < point.bits for point in points)
        points.append(Point(_label(each), each.megabytes, each.ms, each.bits, is_best, each is chosen))
    return points


def _label(measured: Measured) -> str:
    arch, precision = measured.arch, measured.precision
    bits = f"{precision.bits}/{precision.table_bits}" if precision.bits == 4 else f"{precision.bits}"
    return f"{arch.num_layers} layers, {arch.mlp_size} neurons, {arch.num_kv_heads} groups, {bits} bits"


def _facts(chosen: Measured, points: Sequence[Point], *, out: Path, picture: Path) -> object:
    one = {"out": str(out), "picture": str(picture), "precision": asdict(chosen.precision)}
    return rounded(one | {"candidates": [asdict(point) for point in points]})
