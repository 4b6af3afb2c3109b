"""`foretype eval bits`: bits per character of a language model alone, on messages it was not trained on.

The table goes to stderr, one JSON line a file to stdout. It does not know how a text is scored.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from contextlib import closing
from dataclasses import asdict, replace
from pathlib import Path

from rich.box import SIMPLE
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from foretype.assemble import model_path, open_lm
from foretype.cli.tables import interval
from foretype.compose.protocols import LanguageModel
from foretype.config import load_settings
from foretype.corpus.documents import read_documents
from foretype.corpus.splits import valid_part
from foretype.errors import InputError, ModelError
from foretype.evals.bits import MAX_CHARS, Foresight, foresee, sample
from foretype.evals.metrics import rounded


def register(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `foretype eval bits`."""
    parser = verbs.add_parser("bits", help="bits per character of a language model alone")
    parser.add_argument("lm", metavar="MODEL", help="a model's name, its folder, or a GGUF file")
    parser.add_argument("data", type=Path, nargs="+", help=".jsonl or .jsonl.xz files that it never saw")
    parser.add_argument(
        "--held-out", action="store_true", help="only the authors that training holds out of such a file"
    )
    parser.add_argument(
        "--limit", type=int, default=400, help="messages of each, from all over it (default %(default)s)"
    )
    parser.add_argument(
        "--chars", type=int, default=MAX_CHARS, help="of each message, at most (default %(default)s)"
    )
    parser.add_argument(
        "--without-context", action="store_true", help="hide subject and previous message, as in a note"
    )
    parser.set_defaults(func=run)


def run(args: argparse.Namespace) -> int:
    """Score, show."""
    for name, most in (("limit", 1_000_000), ("chars", 2 * MAX_CHARS)):
        if not 1 <= getattr(args, name) <= most:
            raise InputError(f"--{name}: found {getattr(args, name)}, wanted 1 to {most}")
    console = Console(stderr=True)
    with closing(_opened(args.lm)) as lm:
        for file in args.data:
            found = _scored(file, lm, args, console)
            console.print(bits_table(found, data=file.name))
            print(
                json.dumps(
                    rounded(
                        asdict(found)
                        | {"data": file.name, "held_out": args.held_out, "context": not args.without_context}
                    )
                )
            )
    return 0


def bits_table(found: Foresight, *, data: str) -> Table:
    """The figures of one file."""
    altered = f", {found.altered} altered by the tokenizer and left out" if found.altered else ""
    size = f"{found.messages} messages, {found.chars} characters{altered}"
    table = Table(title=f"{found.model}: {data}", caption=size, box=SIMPLE, show_header=False)
    for label, estimate in (
        ("bits per character", found.bits_per_char),
        ("nats per word", found.nats_per_word),
    ):
        table.add_row(label, f"[bold]{estimate.value:.3f}[/]", interval(estimate))
    table.add_row("characters a token", f"{found.chars_per_token:.2f}", "")
    return table


def _opened(lm: str) -> LanguageModel:
    """The model in the folder of this name, else the installed one. Raises ModelError."""
    if Path(lm).is_dir():
        return open_lm(Path(lm))
    where = model_path(load_settings(model=lm))
    if where is None:
        raise ModelError(f"model {lm!r}: this means none; name a model, a folder or a GGUF file")
    return open_lm(where)


def _scored(file: Path, lm: LanguageModel, args: argparse.Namespace, console: Console) -> Foresight:
    documents = read_documents(file)
    chosen = sample(
        valid_part(documents) if args.held_out else documents, limit=args.limit, max_chars=args.chars
    )
    if not chosen:
        held = " of authors that are held out" if args.held_out else ""
        raise InputError(f"{file}: found no text{held}, wanted at least one message; name another file")
    if args.without_context:
        chosen = [replace(document, kind="note", subject="", previous="") for document in chosen]
    columns: Sequence[TextColumn | BarColumn | MofNCompleteColumn | TimeRemainingColumn] = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task(f"reading {file.name}", total=len(chosen))
        return foresee(chosen, lm, advance=lambda: progress.update(task, advance=1))
