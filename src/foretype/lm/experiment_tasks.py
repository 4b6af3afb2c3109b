"""Networks to train for the experiment: the tables' rows, the sizes of a sweep, one body with several vocabularies.

Which sizes and budgets: runs/experiment.toml. It does not know how a network is trained or judged (experiment.py).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from foretype.lm.contextual import Kind, Shape
from foretype.lm.experiment_data import load_pieces
from foretype.lm.mail_arrays import MailArrays
from foretype.lm.timed_training import Recipe
from foretype.lm.windows import Way


@dataclass(frozen=True, slots=True)
class Task:
    """One network to train: its name in the results, its shape and way, and its recipe but for the seconds."""

    name: str
    group: str
    shape: Shape
    way: Way
    recipe: Recipe
    weight: float  # of its share of the time


def table_tasks(group: str, settings: Mapping[str, Any]) -> Iterator[Task]:
    """The rows of one group: LSTM and Transformer, as far as `settings` has them, each in every way."""
    kinds: tuple[Kind, ...] = ("lstm", "transformer")
    for kind in (kind for kind in kinds if kind in settings):
        sizes = settings[kind]
        shape = Shape(kind=kind, **sizes["shape"])
        for way in map(Way, settings["ways"]):
            recipe = Recipe(max_seconds=0.0, **(sizes["recipe"] | sizes.get("of_way", {}).get(way, {})))
            yield Task(f"{group} {kind} {way}", group, shape, way, recipe, settings["weight"])


def sweep_tasks(
    folder: Path, settings: Mapping[str, Any]
) -> Iterator[tuple[Task, MailArrays, MailArrays, int]]:
    """Every size of the sweep with every budget of tokens, smallest first."""
    size = settings["vocabulary"]
    learned, valid = load_pieces(folder, size, "train"), load_pieces(folder, size, "valid-known")
    for budget in settings["tokens"]:
        for sizes in settings["sizes"]:
            shape = Shape(kind="transformer", dropout=0.0, **sizes["shape"])
            recipe = Recipe(max_seconds=0.0, max_tokens=budget, **sizes["recipe"])
            name = f"sweep {shape.width}x{shape.num_layers} {budget}"
            weight = budget * sizes["seconds_per_token"]
            yield Task(name, "sweep", shape, Way.NONE, recipe, weight), learned, valid, size


def vocabulary_tasks(
    folder: Path, settings: Mapping[str, Any]
) -> Iterator[tuple[Task, MailArrays, MailArrays, int]]:
    """One body with vocabularies of several sizes; each reads the same texts equally often."""
    shape = Shape(kind="transformer", **settings["shape"])
    for size in settings["vocabularies"]:
        learned, valid = load_pieces(folder, size, "train"), load_pieces(folder, size, "valid-known")
        passes = int(settings["passes"] * len(learned.text))
        recipe = Recipe(max_seconds=0.0, max_tokens=passes, **settings["recipe"])
        yield Task(f"bpe {size}", "vocabulary", shape, Way.NONE, recipe, float(passes)), learned, valid, size
