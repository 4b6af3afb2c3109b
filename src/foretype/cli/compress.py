"""`foretype compress`: a smaller model out of a larger one, as good as its size and time allow.

Progress and table go to stderr, one JSON line to stdout, a picture beside the model. It does not know how a network is made
smaller: lm/compress does.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from rich.console import Console

from foretype.assemble import built_in_model
from foretype.cli.compressed import free_folder, keep, show
from foretype.cli.stage_bars import stage_bars
from foretype.config import load_settings
from foretype.errors import ConfigError, InputError
from foretype.runtime.catalog import Catalog
from foretype.runtime.checkpoint import Checkpoint
from foretype.runtime.containers import read_checkpoint
from foretype.runtime.model_dir import CARD_FILE
from foretype.runtime.stored_weights import read_model_dir

if TYPE_CHECKING:
    from foretype.lm.compress.job import Order


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `foretype compress`."""
    parser = subparsers.add_parser("compress", help="make a language model smaller and faster")
    parser.add_argument(
        "model", help="an installed model's name, a model folder, a safetensors folder or a GGUF file"
    )
    parser.add_argument("--target-mb", type=float, default=18.0, help="at most (default %(default)g)")
    parser.add_argument(
        "--latency-ms", type=float, default=3.0, help="a token on one core (default %(default)g)"
    )
    parser.add_argument(
        "--out",
        type=Path,
        help="the model folder to write (default: a new one here, such as ./foretype-27m-18mb)",
    )
    parser.add_argument(
        "--texts",
        type=Path,
        nargs="+",
        default=[],
        help=".jsonl or .jsonl.xz of what will be written (default: the model writes texts itself)",
    )
    parser.add_argument("--vocabulary", type=int, help="keep so many tokens (default: all); needs --texts")
    parser.add_argument(
        "--heal-minutes", type=float, help="train each candidate so long (default: not at all); needs --texts"
    )
    parser.add_argument("--candidates", type=int, default=6, help="to make and measure (default %(default)s)")
    parser.add_argument("--messages", type=int, default=60, help="to judge by (default %(default)s)")
    parser.add_argument(
        "--work", type=Path, help="keep candidates and a teacher's opinions here (default: nowhere)"
    )
    parser.set_defaults(func=run)


def run(args: argparse.Namespace) -> int:
    """Search, show, write."""
    order, console = _order(args), Console(stderr=True)
    from foretype.lm.compress.job import make_smaller

    out, models = _out(args), load_settings().cache_dir / "models"
    checkpoint, stored = _read(args.model, models)
    out.resolve().parent.mkdir(parents=True, exist_ok=True)
    with _work_folder(args.work, out) as work, stage_bars(console) as bars:
        found, chosen = make_smaller(checkpoint, order, work, bars, stored=stored)
        keep(chosen, out)
    show(found, chosen, model=args.model, out=out, models=models, console=console)
    return 0


def _order(args: argparse.Namespace) -> Order:
    """What is wanted. Raises InputError for numbers that mean nothing, ConfigError without the train extra."""
    for name in ("target_mb", "latency_ms", "candidates", "messages", "heal_minutes", "vocabulary"):
        value = getattr(args, name)
        if value is not None and not value > 0:
            raise InputError(f"{_option(name)}: found {value}, wanted a number above 0")
    for name in ("vocabulary", "heal_minutes"):
        if getattr(args, name) is not None and not args.texts:
            raise InputError(
                f"{_option(name)}: found no --texts, wanted some: what a network writes itself is too little to learn from"
            )
    try:
        from foretype.lm.compress.job import Order  # torch takes seconds to import: only here
    except ImportError as error:
        raise ConfigError(
            f"training: found no {error.name}, wanted the train extra; pip install 'foretype[train]'"
        ) from error
    return Order(
        texts=tuple(args.texts),
        target_mb=args.target_mb,
        latency_ms=args.latency_ms,
        num_candidates=args.candidates,
        num_texts=args.messages,
        vocabulary=args.vocabulary,
        heal_minutes=args.heal_minutes,
    )


def _out(args: argparse.Namespace) -> Path:
    """A folder that is not there yet; InputError where --out names one that is."""
    if args.out is None:
        return free_folder(args.model, args.target_mb, around=Path())
    out: Path = args.out
    if out.exists():
        raise InputError(f"--out: found {out} already there, wanted a new folder; remove it or name another")
    return out


def _option(name: str) -> str:
    return f"--{name.replace('_', '-')}"


def _read(model: str, models: Path) -> tuple[Checkpoint, Path | None]:
    """The network, and the folder it is stored in unless it is a checkpoint."""
    path = Path(model).expanduser()
    if not path.exists():
        path = Catalog(models, built_in=built_in_model()).existing(model)
    if (path / CARD_FILE).is_file():
        return read_model_dir(path), path
    return read_checkpoint(path), None


@contextmanager
def _work_folder(named: Path | None, out: Path) -> Iterator[Path]:
    if named is not None:
        named.mkdir(parents=True, exist_ok=True)
        yield named
        return
    with TemporaryDirectory(prefix=".compress-", dir=out.resolve().parent) as folder:
        yield Path(folder)
