"""`foretype users import`: what was exported elsewhere, from a browser or another machine, learned here.

It does not know where it was exported.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from foretype.assemble import open_background
from foretype.cli.opening import NO_MODEL, opened_composer
from foretype.compose.composer import Composer
from foretype.compose.request import Context
from foretype.errors import InputError, StoreError
from foretype.personal.report import read_export
from foretype.personal.store import Store
from foretype.personal.teaching import Taught, teach
from foretype.text.casing import fold_words


def register(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `foretype users import`."""
    line = "learn what was exported elsewhere, each message once"
    parser = verbs.add_parser("import", help=line)
    parser.add_argument("user", help="who learns it; any name you choose")
    parser.add_argument("file", type=Path, metavar="FILE", help="an export, a browser's or `users export`'s")
    parser.set_defaults(func=run)


def run(args: argparse.Namespace) -> int:
    """Learn the messages that are not there yet, and say how many there were."""
    sent = [(text, Context(sent_at=at)) for text, at in _read(args.file)]
    with opened_composer(NO_MODEL) as composer:
        taught = _taught(composer, args.user, sent)
    known = f"; {taught.known:,} known already" if taught.known else ""
    messages = f"{taught.messages:,} message{'' if taught.messages == 1 else 's'}"
    print(f"learned {taught.words:,} words in {messages} for {args.user}{known}")
    return 0


def _taught(composer: Composer, user: str, sent: Sequence[tuple[str, Context]]) -> Taught:
    store = composer.store
    if not isinstance(store, Store):
        raise StoreError(f"{type(store).__name__} takes no import; use the store's own tools")
    return teach(store, user, sent, fold=partial(fold_words, is_lower=open_background().is_lower))


def _read(file: Path) -> list[Any]:
    try:
        return read_export(json.loads(file.read_text(encoding="utf-8")))
    except OSError as error:
        raise InputError(
            f"{file}: cannot be read ({error.strerror}); name the file that was exported"
        ) from error
    except ValueError as error:
        raise InputError(f"{file}: no JSON ({error}); name the file that was exported") from error
    except InputError as error:
        raise InputError(f"{file}: {error}") from error
