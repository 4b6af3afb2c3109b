"""Smart Compose's experiment again: the rows of its tables, the sizes of a sweep, and vocabularies, one after another.

Every row is trained, measured and tried under a share of the time that is left, and written down before the next one
begins, so a run that is killed loses one row. Which sizes and budgets: runs/experiment.toml. It does not know
thresholds or drawings (evals/exact_match.py, scaling.py).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from foretype.lm.contextual import ContextualLm, Kind, Shape
from foretype.lm.experiment_data import load_pieces, load_word_vocabulary, load_words
from foretype.lm.mail_arrays import MailArrays
from foretype.lm.measuring import Measured, measure, said
from foretype.lm.phrase_places import Places, Tried, choose_places, try_places
from foretype.lm.results import Results
from foretype.lm.timed_training import Progress, Recipe, train
from foretype.lm.windows import MailWindows, Way
from foretype.lm.word_vocabulary import WordVocabulary

NUM_PERSONAL_MAILS = 600  # whose places are written down for personal mixtures

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Task:
    """One network to train: its name in the results, its shape and way, and its recipe but for the seconds."""

    name: str
    group: str
    shape: Shape
    way: Way
    recipe: Recipe
    weight: float  # of its share of the time


@dataclass(frozen=True, slots=True)
class Bench:
    """What all rows share: data on its device, and the places where phrases are tried."""

    vocabulary: WordVocabulary
    train: MailArrays
    splits: Mapping[str, MailArrays]
    places: Mapping[str, Places]
    device: torch.device


class Timetable:
    """Hands out what is left of a time among the tasks that are left, by their weights.

    What a task needs besides training is kept back for each: `overhead_s`, or what the last one took where that is more.

    >>> now = iter([0.0, 0.0, 40.0])
    >>> times = Timetable(100.0, weights=[1.0, 3.0], overhead_s=10.0, clock=lambda: next(now))
    >>> times.next_seconds(), times.next_seconds(trained_s=15.0)
    (20.0, 35.0)
    """

    def __init__(
        self,
        total_s: float,
        *,
        weights: Sequence[float],
        overhead_s: float,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._clock, self._handed_at = clock, clock()
        self._ends = self._handed_at + total_s
        self._weights, self._overhead_s = list(weights), overhead_s

    def next_seconds(self, *, trained_s: float | None = None) -> float | None:
        """Seconds of training for the next task when the one before trained for `trained_s`; None: time is up."""
        now = self._clock()
        seen_s = 0.0 if trained_s is None else now - self._handed_at - trained_s
        overhead_s = max(self._overhead_s, seen_s)
        left = self._ends - now - overhead_s * len(self._weights)
        if now + overhead_s >= self._ends:
            return None
        share = self._weights[0] / sum(self._weights)
        del self._weights[0]
        self._handed_at = now
        return max(left * share, 1.0)


def run_table(
    bench: Bench,
    tasks: Sequence[Task],
    results: Results,
    *,
    seconds: float,
    overhead_s: float,
    speaks: str | None = None,
    say: Say = print,
) -> None:
    """Train and judge every task; the one named `speaks` also tells what it says at each place."""
    times = Timetable(seconds, weights=[task.weight for task in tasks], overhead_s=overhead_s)
    trained_s = None
    for task in tasks:
        left_s = times.next_seconds(trained_s=trained_s)
        if left_s is None:
            say(f"{task.name}: no time left, for this and what follows")
            break
        network, progress = trained(task, bench.train, len(bench.vocabulary), bench.device, left_s, say)
        trained_s = progress.seconds
        results.add(described(task, network, progress) | _judged(network, task, bench, results))
        if task.name == speaks:
            windows = MailWindows(personal_mails(bench.splits["valid-known"]), task.way, device=bench.device)
            results.save_arrays("said", asdict(said(network, windows)))
        say(f"{task.name}: {_brief(results.rows[-1]['splits'])}")


def run_losses(
    tasks: Sequence[tuple[Task, MailArrays, MailArrays, int]],
    results: Results,
    *,
    device: torch.device,
    seconds: float,
    overhead_s: float,
    say: Say = print,
) -> None:
    """Train every (task, training mails, validation mails, vocabulary size) and measure it; no phrases."""
    times = Timetable(seconds, weights=[task.weight for task, *_ in tasks], overhead_s=overhead_s)
    trained_s = None
    for task, learned, valid, vocab_size in tasks:
        left_s = times.next_seconds(trained_s=trained_s)
        if left_s is None:
            say(f"{task.name}: no time left, for this and what follows")
            break
        network, progress = trained(task, learned, vocab_size, device, left_s, say)
        trained_s = progress.seconds
        measured = measure(
            network, _windows(valid, task, device), places_per_batch=task.recipe.places_per_batch
        )
        row = described(task, network, progress) | _figures(measured)
        results.add(row | {"nats_per_token": measured.nats / len(valid.text)})
        say(f"{task.name}: {measured.bits_per_char:.4f} bits per character")


def trained(
    task: Task, mails: MailArrays, vocab_size: int, device: torch.device, seconds: float, say: Say
) -> tuple[ContextualLm, Progress]:
    """A network that learned for at most `seconds`."""
    torch.manual_seed(task.recipe.seed)
    network = ContextualLm(task.shape, task.way, vocab_size=vocab_size).to(device)
    recipe = replace(task.recipe, max_seconds=seconds)
    say(f"{task.name}: {network.num_parameters:,} parameters, at most {seconds:.0f} s")
    return network, train(network, _windows(mails, task, device), recipe, say=say)


def described(task: Task, network: ContextualLm, progress: Progress) -> dict[str, Any]:
    """A row's sizes and how far its training came."""
    return {
        "name": task.name,
        "group": task.group,
        "shape": asdict(task.shape),
        "way": str(task.way),
        "parameters": network.num_parameters,
        "body_parameters": network.num_body_parameters,
        "recipe": asdict(task.recipe),
        **asdict(progress),
    }


def personal_mails(valid: MailArrays) -> MailArrays:
    """Mails of known authors, a few authors' at a time: the same ones wherever this is asked."""
    order = np.argsort(valid.holders, kind="stable")
    return valid.take(order[:NUM_PERSONAL_MAILS])


def open_bench(
    folder: Path,
    splits: Sequence[str],
    *,
    num_places: int,
    device: torch.device,
    max_tokens: int | None = None,
) -> Bench:
    """The word-level splits of `folder`, and places in each. `max_tokens`: of the training mails, no more."""
    vocabulary = load_word_vocabulary(folder)
    learned = load_words(folder, "train")
    found = {split: load_words(folder, split) for split in splits}
    places = {split: choose_places(mails, vocabulary, count=num_places) for split, mails in found.items()}
    learned = learned if max_tokens is None else learned.first_tokens(max_tokens)
    return Bench(vocabulary, learned, found, places, device)


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


def _judged(network: ContextualLm, task: Task, bench: Bench, results: Results) -> dict[str, Any]:
    """Figures on every split; what came of the phrases is kept place by place."""
    splits = {}
    for split, mails in bench.splits.items():
        windows = _windows(mails, task, bench.device)
        measured = measure(network, windows, places_per_batch=task.recipe.places_per_batch)
        splits[split] = _figures(measured)
        tried = try_places(network, windows, bench.places[split], bench.vocabulary)
        results.save_arrays("tried", _named(tried, f"{task.name}|{split}"))
    return {"splits": splits}


def _named(tried: Tried, name: str) -> dict[str, Any]:
    return {f"{name}|{key}": value for key, value in asdict(tried).items()}


def _figures(measured: Measured) -> dict[str, Any]:
    return {
        **asdict(measured),
        "log_perplexity_per_word": round(measured.log_perplexity_per_word, 4),
        "bits_per_char": round(measured.bits_per_char, 4),
    }


def _brief(splits: Mapping[str, Mapping[str, float]]) -> str:
    return "  ".join(f"{split} {found['log_perplexity_per_word']:.3f}" for split, found in splits.items())


def _windows(mails: MailArrays, task: Task, device: torch.device) -> MailWindows:
    return MailWindows(mails, task.way, device=device)
