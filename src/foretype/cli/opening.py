"""Opens what commands work with: a composer, or a door to one, closed again at the end.

An evaluation never touches what was learned on this machine: its composer keeps personal memories in a
folder that is gone afterwards. It does not know what a command does with what it opens.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from foretype.assemble import open_composer
from foretype.compose.composer import Composer
from foretype.config import load_settings
from foretype.errors import InputError
from foretype.evals.doors import ComposerDoor, Door, HttpDoor

NO_MODEL = "none"  # for commands that suggest nothing: no language model is opened


def add_model_option(parser: argparse.ArgumentParser) -> None:
    """`--model`, as every command that suggests has it."""
    parser.add_argument(
        "--model", metavar="NAME", help='language model to use, or "none" (default: the best one installed)'
    )


def add_door_options(parser: argparse.ArgumentParser) -> None:
    """`--url` and `--model`: a running server, or a composer of our own."""
    parser.add_argument("--url", help="ask a running server instead, such as http://127.0.0.1:8765")
    add_model_option(parser)


@contextmanager
def opened_composer(model: str | None = None) -> Iterator[Composer]:
    """The composer over this machine's own memories."""
    composer = open_composer(load_settings(model=model))
    try:
        yield composer
    finally:
        composer.close()


@contextmanager
def opened_door(*, url: str | None, model: str | None) -> Iterator[Door]:
    """The server at `url`, or a composer that starts without a memory. Raises InputError for both."""
    if url and model:
        raise InputError("--model and --url: a server has its model already; leave one of them out")
    with TemporaryDirectory(prefix="foretype-eval-") as folder:
        door: Door = HttpDoor(url) if url else _own_door(Path(folder), model)
        try:
            yield door
        finally:
            door.close()


def _own_door(folder: Path, model: str | None) -> ComposerDoor:
    return ComposerDoor(open_composer(load_settings(model=model, data_dir=folder, outcome_days=0)))
