"""Smart Compose's experiment on Enron's mail; runs/experiment.md has the commands.

    prepare     make vocabularies and arrays of ids from the corpus files
    table       LSTM and Transformer, four ways of context: train, measure, try phrases
    sweep       sizes times budgets of tokens
    vocabulary  one network with byte-pair vocabularies of several sizes
    beams       what beam search costs on a CPU

Thin: everything is in foretype.lm. It does not know how results are drawn (runs/experiment_report.py).
"""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import time
import tomllib
from pathlib import Path
from typing import Any

import torch

from foretype.lm import experiment
from foretype.lm.beam_cost import relative, search_seconds
from foretype.lm.experiment_data import (
    TEST,
    VALID,
    load_word_vocabulary,
    load_words,
    prepare_pieces,
    prepare_words,
)
from foretype.lm.results import Results
from foretype.lm.windows import Way

SETTINGS = Path(__file__).with_suffix(".toml")
STARTED = time.perf_counter()
CPU = torch.device("cpu")


def main() -> None:
    args = _arguments()
    settings = tomllib.loads(SETTINGS.read_text(encoding="utf-8"))
    if getattr(args, "memory_share", None):
        torch.cuda.set_per_process_memory_fraction(args.memory_share)
    torch.set_float32_matmul_precision("high")  # TF32 for what is not bf16
    commands = {"prepare": prepare, "table": table, "sweep": losses, "vocabulary": losses, "beams": beams}
    commands[args.command](args, settings)
    say(f"{args.command}: done")


def prepare(args: argparse.Namespace, settings: dict[str, Any]) -> None:
    splits = ["train", *VALID, *(TEST if args.test else ())]
    if args.words:
        max_words = args.max_words or settings["data"]["max_words"]
        prepare_words(args.data, args.folder, max_words=max_words, splits=splits, limit=args.limit, say=say)
    for size in args.pieces:
        prepare_pieces(args.data, args.folder, size=size, splits=splits[:2], limit=args.limit, say=say)


def table(args: argparse.Namespace, settings: dict[str, Any]) -> None:
    splits = [*VALID, *(TEST if args.test else ())]
    bench = experiment.open_bench(args.folder, splits, num_places=args.places, device=args.device)
    tasks = [task for group in args.groups for task in experiment.table_tasks(group, settings[group])]
    results = Results(args.out, "table", card=card(args))
    experiment.run_table(
        bench,
        tasks,
        results,
        seconds=seconds_left(args),
        overhead_s=args.overhead,
        speaks=args.speaks,
        say=say,
    )


def losses(args: argparse.Namespace, settings: dict[str, Any]) -> None:
    make = experiment.sweep_tasks if args.command == "sweep" else experiment.vocabulary_tasks
    tasks = list(make(args.folder, settings[args.settings or args.command]))
    results = Results(args.out, args.command, card=card(args))
    experiment.run_losses(
        tasks, results, device=args.device, seconds=seconds_left(args), overhead_s=args.overhead, say=say
    )


def beams(args: argparse.Namespace, settings: dict[str, Any]) -> None:
    """What beam search costs on this CPU, in steps of the first row."""
    torch.set_num_threads(1)
    vocabulary, mails = load_word_vocabulary(args.folder), load_words(args.folder, "valid-known")
    tasks = [task for group in args.groups for task in experiment.table_tasks(group, settings[group])]
    tasks = [task for task in tasks if task.way in (Way.NONE, Way.SEQUENCE)]
    results = Results(args.out, "beams", card=card(args))
    unit_s = None
    for task in tasks:
        found = search_seconds(
            task.shape, task.way, vocabulary=vocabulary, mails=mails, num_places=args.places
        )
        unit_s = unit_s or found["step"]
        [steps] = relative([found], unit_s)
        results.add({"name": task.name, "seconds": found, "steps": steps})
        say(f"{task.name}: {steps}")


def seconds_left(args: argparse.Namespace) -> float:
    """Of the minutes asked for, counted from the start of this program."""
    return float(args.minutes * 60 - (time.perf_counter() - STARTED))


def card(args: argparse.Namespace) -> dict[str, Any]:
    """What a reader needs to know of the machine and the command."""
    gpu = torch.cuda.get_device_name() if getattr(args, "device", CPU).type == "cuda" else None
    shown = {name: str(value) for name, value in vars(args).items() if not isinstance(value, Path)}
    return {
        "arguments": shown,
        "commit": commit(),
        "device": gpu or platform.processor() or platform.machine(),
        "threads": torch.get_num_threads(),
        "cores": os.cpu_count(),
        "torch": torch.__version__,
        "python": platform.python_version(),
    }


def commit() -> str | None:
    """What is checked out; None where there is no git, as on a borrowed machine."""
    command = ["git", "rev-parse", "--short", "HEAD"]
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return None


def say(text: str) -> None:
    print(f"[{time.perf_counter() - STARTED:6.1f}] {text}", flush=True)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(dest="command", required=True)
    make = commands.add_parser("prepare", help="vocabularies and arrays of ids")
    make.add_argument("--data", type=Path, required=True, help="folder with enron-*.jsonl.xz")
    make.add_argument("--words", action="store_true", help="word vocabulary and contexts")
    make.add_argument("--max-words", type=int, help="words in the vocabulary")
    make.add_argument("--pieces", type=int, nargs="*", default=[], help="sizes of byte-pair vocabularies")
    make.add_argument("--limit", type=int, help="only the first mails of each split")
    rows = commands.add_parser("table", help="the table's rows")
    rows.add_argument("--groups", nargs="+", default=["small", "large"])
    rows.add_argument("--places", type=int, default=4000, help="places of each split where phrases are tried")
    rows.add_argument("--speaks", help="row whose words at every place are kept for personal mixtures")
    cost = commands.add_parser("beams", help="what beam search costs on a CPU")
    cost.add_argument("--groups", nargs="+", default=["small", "large"])
    cost.add_argument("--places", type=int, default=4, help="places where phrases are searched")
    sweep = commands.add_parser("sweep", help="sizes times budgets of tokens")
    vocabulary = commands.add_parser("vocabulary", help="byte-pair vocabularies")
    for each in (make, rows):
        each.add_argument("--test", action="store_true", help="the test sets too: once, at the end")
    for each in (sweep, vocabulary):
        each.add_argument("--settings", help="another table of experiment.toml")
    for each in (make, rows, cost, sweep, vocabulary):
        each.add_argument("--folder", type=Path, required=True, help="where the prepared data are")
    for each in (rows, cost, sweep, vocabulary):
        each.add_argument("--out", type=Path, required=True, help="where results go")
    for each in (rows, sweep, vocabulary):
        each.add_argument("--minutes", type=float, required=True, help="of this program, all in all")
        each.add_argument("--overhead", type=float, default=6.0, help="seconds a row needs besides training")
        each.add_argument("--device", type=torch.device, default=CPU)
        each.add_argument(
            "--memory-share", type=float, help="of the GPU, at most: something else runs on it too"
        )
    return parser.parse_args()


if __name__ == "__main__":
    main()
