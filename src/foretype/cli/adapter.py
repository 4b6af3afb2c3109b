"""`foretype adapter`: add, list and remove LoRA adapters of installed models.

It does not know what an adapter is made of, nor whether a server has it loaded.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from foretype.assemble import ADAPTERS_FOLDER, NO_MODEL, built_in_model, model_path
from foretype.config import Settings, load_settings
from foretype.errors import InputError
from foretype.runtime.adapter_shelf import AdapterCard, AdapterShelf
from foretype.runtime.adding import tidy
from foretype.runtime.catalog import Catalog
from foretype.runtime.model_dir import read_card


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Hang `adapter` and its verbs under the main parser; each sets `func(namespace) -> exit status`."""
    parser = subparsers.add_parser("adapter", help="add, list and remove adapters of language models")
    parser.add_argument("--cache-dir", type=Path, default=None, help="where models and adapters are kept")
    verbs = parser.add_subparsers(dest="verb", required=True)
    add = verbs.add_parser("add", help="install a LoRA adapter that peft saved")
    add.add_argument("folder", type=Path, help="with adapter_config.json and adapter_model.safetensors")
    add.add_argument("--name", default=None, help="the name that requests use (default: the folder's)")
    add.add_argument(
        "--model", default=None, help="the installed model it was trained on (default: added last)"
    )
    add.set_defaults(func=_add)
    verbs.add_parser("list", help="installed adapters").set_defaults(func=_list)
    remove = verbs.add_parser("remove", help="delete an adapter")
    remove.add_argument("name")
    remove.set_defaults(func=_remove)


def _add(arguments: argparse.Namespace) -> int:
    settings = load_settings(cache_dir=arguments.cache_dir, model=arguments.model)
    base = read_card(_base(settings))
    source: Path = arguments.folder.expanduser()
    name = arguments.name or tidy(source.resolve().name)
    card = _shelf(settings).add(source, name=name, base=base)
    print(f"{card.name}: rank {card.rank} for {card.model}, {_megabytes(card)} while loaded")
    return 0


def _list(arguments: argparse.Namespace) -> int:
    entries = _shelf(load_settings(cache_dir=arguments.cache_dir)).entries()
    for entry in entries:
        card = entry.card
        told = f"damaged: {entry.fault}"
        if card is not None:
            told = f"{card.model:<24} rank {card.rank:>3}  {_megabytes(card):>9}"
        print(f"{entry.name:<24} {told}")
    if not entries:
        print("no adapter is installed; `foretype adapter add FOLDER` adds one")
    return 0


def _remove(arguments: argparse.Namespace) -> int:
    _shelf(load_settings(cache_dir=arguments.cache_dir)).remove(arguments.name)
    print(f"removed {arguments.name}; a server that has it loaded keeps it until it is unloaded or restarted")
    return 0


def _base(settings: Settings) -> Path:
    """The model that the adapter is for. Raises InputError where none is installed that takes adapters."""
    if settings.model not in (None, NO_MODEL):
        return Catalog(settings.cache_dir / "models", built_in=built_in_model()).existing(str(settings.model))
    found = model_path(settings)
    if found is None:
        raise InputError(
            "model: found none installed, wanted one that can be adapted; `foretype model add` adds one"
        )
    return found


def _shelf(settings: Settings) -> AdapterShelf:
    return AdapterShelf(settings.cache_dir / ADAPTERS_FOLDER)


def _megabytes(card: AdapterCard) -> str:
    return f"{card.num_bytes / 1e6:.1f} MB"
