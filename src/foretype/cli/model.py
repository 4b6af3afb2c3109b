"""`foretype model`: add, list, info and remove language models.

It does not know how a model is exported; it draws the progress and prints what was found.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from foretype.assemble import built_in_model
from foretype.config import load_settings
from foretype.errors import InputError
from foretype.runtime.adding import add_model
from foretype.runtime.catalog import Catalog, Entry
from foretype.runtime.layout import Precision
from foretype.runtime.model_dir import ModelCard, read_card, verify
from foretype.runtime.packaged import KNOWN


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Hang `model` and its verbs under the main parser; each sets `func(namespace) -> exit status`."""
    parser = subparsers.add_parser("model", help="add, list, inspect and remove language models")
    parser.add_argument("--cache-dir", type=Path, default=None, help="where models are kept")
    verbs = parser.add_subparsers(dest="verb", required=True)
    _register_add(verbs)
    verbs.add_parser("list", help="installed models").set_defaults(func=_list)
    info = verbs.add_parser("info", help="what a model is made of")
    info.add_argument("name")
    info.add_argument("--check", action="store_true", help="read every byte and compare checksums")
    info.set_defaults(func=_info)
    remove = verbs.add_parser("remove", help="delete a model")
    remove.add_argument("name")
    remove.set_defaults(func=_remove)


def _register_add(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    add = verbs.add_parser("add", help=f"install {', '.join(KNOWN)} or any Llama-type checkpoint")
    add.add_argument("source", help=f"{', '.join(KNOWN)}, a safetensors folder or a GGUF file")
    add.add_argument("--name", default=None, help="the name to store it under")
    add.add_argument(
        "--bits", type=int, choices=(4, 8, 32), default=8, help="8: best; 4: smallest; 32: the reference"
    )
    add.add_argument(
        "--table-bits", type=int, choices=(4, 8), help="of the vocabulary's table, with --bits 4 (default: 8)"
    )
    add.add_argument(
        "--block-size", type=int, choices=(32, 64, 128), help="weights a scale, with --bits 4 (default: 32)"
    )
    add.set_defaults(func=_add)


def _add(arguments: argparse.Namespace) -> int:
    small = {
        name: getattr(arguments, name)
        for name in ("table_bits", "block_size")
        if getattr(arguments, name) is not None
    }
    if small and arguments.bits != 4:
        raise InputError(
            f"--{next(iter(small)).replace('_', '-')}: it is for --bits 4; leave it out or add that"
        )
    with _progress() as report:
        card = add_model(
            _catalog(arguments),
            arguments.source,
            name=arguments.name,
            bits=arguments.bits,
            progress=report,
            **small,
        )
    print(f"{card.name}: {_megabytes(card)} stored; licence {card.licence or 'not stated'}")
    return 0


def _list(arguments: argparse.Namespace) -> int:
    for entry in _catalog(arguments).entries():
        print(_line(entry))
    return 0


def _info(arguments: argparse.Namespace) -> int:
    folder = _catalog(arguments).existing(arguments.name)
    card = read_card(folder)
    if arguments.check:
        verify(folder)
    arch = card.architecture
    print(f"name       {card.name}\nfolder     {folder}\nlicence    {card.licence or 'not stated'}")
    print(f"network    {arch.num_layers} layers of {arch.hidden_size}, {arch.vocab_size:,} tokens")
    print(f"weights    {_stored(card.precision)}, {_megabytes(card)}\ntrained    {card.data_card}")
    print(f"checksums  {'all right' if arguments.check else 'not read (--check reads them)'}")
    return 0


def _stored(precision: Precision) -> str:
    """
    >>> _stored(Precision(4, 64, 4, "compensated"))
    '4 bits (table 4, blocks of 64, compensated)'
    """
    if precision.bits != 4:
        return f"{precision.bits} bits"
    rest = f"table {precision.table_bits}, blocks of {precision.block_size}, {precision.rounding}"
    return f"4 bits ({rest})"


def _remove(arguments: argparse.Namespace) -> int:
    _catalog(arguments).remove(arguments.name)
    print(f"{arguments.name}: removed")
    return 0


def _catalog(arguments: argparse.Namespace) -> Catalog:
    folder = load_settings(cache_dir=arguments.cache_dir).cache_dir / "models"
    return Catalog(folder, built_in=built_in_model())


def _line(entry: Entry) -> str:
    if entry.card is None or entry.fault is not None:
        return f"{entry.name:24} damaged: {entry.fault}"
    card = entry.card
    return f"{entry.name:24} {card.precision.bits:2} bits {_megabytes(card):>8}  {card.licence or ''}"


def _megabytes(card: ModelCard) -> str:
    return f"{sum(stored.num_bytes for stored in card.files.values()) / 1e6:.0f} MB"


@contextmanager
def _progress() -> Iterator[Callable[[str, float], None]]:
    """A bar on stderr: what is being done, and how far it is."""
    columns = (TextColumn("{task.description:10}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        tasks: dict[str, TaskID] = {}

        def report(stage: str, share: float) -> None:
            if stage not in tasks:
                tasks[stage] = bars.add_task(stage, total=1.0 if stage != "fetching" else None)
            bars.update(tasks[stage], completed=share)

        yield report
