"""Smart Compose's experiment again: its tasks (experiment_tasks.py) carried out one after another.

Every row is trained, measured and tried under a share of the time that is left, and written down before the next one
begins, so a run that is killed loses one row and goes on behind the others. It does not know thresholds or drawings
(evals/exact_match.py, scaling.py).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from foretype.errors import InputError
from foretype.lm.contextual import ContextualLm
from foretype.lm.experiment_data import load_word_vocabulary, load_words
from foretype.lm.experiment_tasks import Task, sweep_tasks, table_tasks, vocabulary_tasks
from foretype.lm.mail_arrays import MailArrays
from foretype.lm.measuring import Measured, measure, said
from foretype.lm.phrase_places import Places, Tried, choose_places, try_places
from foretype.lm.results import Results
from foretype.lm.timed_training import Progress, train
from foretype.lm.timetable import Clock, Timetable
from foretype.lm.windows import MailWindows
from foretype.lm.word_vocabulary import WordVocabulary

__all__ = [
    "Bench",
    "Task",
    "open_bench",
    "run_losses",
    "run_table",
    "sweep_tasks",
    "table_tasks",
    "vocabulary_tasks",
]

NUM_PERSONAL_MAILS = 600  # whose places are written down for personal mixtures

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Bench:
    """What all rows share: data on its device, and the places where phrases are tried."""

    vocabulary: WordVocabulary
    train: MailArrays
    splits: Mapping[str, MailArrays]
    places: Mapping[str, Places]
    device: torch.device


def run_table(
    bench: Bench,
    tasks: Sequence[Task],
    results: Results,
    *,
    seconds: float,
    overhead_s: float,
    speaks: str | None = None,
    say: Say = print,
    clock: Clock = time.perf_counter,
) -> None:
    """Train and judge every task that has no row yet; the one named `speaks` also tells what it says at each place.

    Raises InputError where a row of a task's name was made with other settings.
    """
    left = [task for task in tasks if not _is_done(task, results)]
    times = Timetable(seconds, weights=[task.weight for task in left], overhead_s=overhead_s, clock=clock)
    trained_s = None
    for task in left:
        left_s = times.next_seconds(trained_s=trained_s)
        if left_s is None:
            say(f"{task.name}: no time left, for this and what follows")
            break
        learner = Learner(bench.device, left_s, say, clock)
        network, progress = learner.trained(task, bench.train, len(bench.vocabulary))
        trained_s = progress.seconds
        judged = _judged(network, task, bench, results)
        if task.name == speaks:
            windows = MailWindows(personal_mails(bench.splits["valid-known"]), task.way, device=bench.device)
            results.save_arrays("said", asdict(said(network, windows)))
        results.add(described(task, network, progress) | judged)
        say(f"{task.name}: {_brief(results.rows[-1]['splits'])}")


def run_losses(
    tasks: Sequence[tuple[Task, MailArrays, MailArrays, int]],
    results: Results,
    *,
    device: torch.device,
    seconds: float,
    overhead_s: float,
    say: Say = print,
    clock: Clock = time.perf_counter,
) -> None:
    """Train every (task, training mails, validation mails, vocabulary size) that has no row yet and measure it; no phrases.

    Raises InputError where a row of a task's name was made with other settings.
    """
    left = [each for each in tasks if not _is_done(each[0], results)]
    times = Timetable(seconds, weights=[task.weight for task, *_ in left], overhead_s=overhead_s, clock=clock)
    trained_s = None
    for task, learned, valid, vocab_size in left:
        left_s = times.next_seconds(trained_s=trained_s)
        if left_s is None:
            say(f"{task.name}: no time left, for this and what follows")
            break
        network, progress = Learner(device, left_s, say, clock).trained(task, learned, vocab_size)
        trained_s = progress.seconds
        measured = measure(
            network, _windows(valid, task, device), places_per_batch=task.recipe.places_per_batch
        )
        row = described(task, network, progress) | _figures(measured)
        results.add(row | {"nats_per_token": measured.nats / len(valid.text)})
        say(f"{task.name}: {measured.bits_per_char:.4f} bits per character")


@dataclass(frozen=True, slots=True)
class Learner:
    """Trains networks for at most `seconds` of its clock each."""

    device: torch.device
    seconds: float
    say: Say
    clock: Clock

    def trained(self, task: Task, mails: MailArrays, vocab_size: int) -> tuple[ContextualLm, Progress]:
        """The task's network behind its training, and how far that came."""
        torch.manual_seed(task.recipe.seed)
        network = ContextualLm(task.shape, task.way, vocab_size=vocab_size).to(self.device)
        recipe = replace(task.recipe, max_seconds=self.seconds)
        self.say(f"{task.name}: {network.num_parameters:,} parameters, at most {self.seconds:.0f} s")
        windows = _windows(mails, task, self.device)
        return network, train(network, windows, recipe, clock=self.clock, say=self.say)


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


def _is_done(task: Task, results: Results) -> bool:
    """Whether the task has its row. Raises InputError for a row that was made with other settings."""
    row = results.row(task.name)
    if row is None:
        return False
    wanted = {"shape": asdict(task.shape), "way": str(task.way), "recipe": asdict(task.recipe)}
    for name, value in wanted.items():
        if row[name] != value:
            raise InputError(
                f"row {task.name!r}: found {name} {row[name]}, wanted {value}; a run goes on with its own settings: "
                "put them back, or name another folder"
            )
    return True


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
