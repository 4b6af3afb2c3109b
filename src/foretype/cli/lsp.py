"""`foretype lsp`: the language server for editors, on standard input and output or on a port of this machine.

The composer runs in this process: an editor starts and stops its servers, and needs no port and no token for that; what
was learned is on disk, where a running `foretype serve` reads it too. It does not know the protocol.
"""

from __future__ import annotations

import argparse
import os
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, cast

from foretype.config import Settings, load_settings
from foretype.errors import ConfigError, InputError
from foretype.serve.listening import MAX_PORT

if TYPE_CHECKING:
    from foretype.serve.door import Composer
    from foretype.serve.lsp.server import EditorServer

KINDS = ("mail", "commit", "note")
HOST = "127.0.0.1"  # the protocol has no password
EXTRA = ("pygls", "lsprotocol")


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `foretype lsp`."""
    parser = subparsers.add_parser(
        "lsp",
        help="suggest in editors: a language server",
        description="Suggest in editors: a language server (LSP 3.18, inline completion) on standard input and output.",
    )
    parser.add_argument("--user", help="use, and with --learn fill, this user's memory")
    parser.add_argument(
        "--learn",
        action="append",
        choices=KINDS,
        default=[],
        help="learn of such documents, once closed and saved, the lines that were not there when opened; may be repeated",
    )
    parser.add_argument(
        "--tcp", type=int, metavar="PORT", help="listen on a port of this machine, for one editor"
    )
    parser.add_argument("--model", help='a model\'s name, or "none" (the best one installed)')
    parser.add_argument("--adapter", help="the model's adapter to suggest with")
    parser.add_argument("--data-dir", help="folder of what was learned")
    parser.add_argument("--config", type=Path, help="settings file, instead of the usual foretype.toml")
    parser.set_defaults(func=run)


def run(options: argparse.Namespace) -> int:
    """Serve until the editor leaves. Raises ForetypeError for what keeps the server from running."""
    _check(options)
    settings = load_settings(
        file=options.config, model=options.model, adapter=options.adapter, data_dir=options.data_dir
    )
    composer = _open(settings)
    try:
        server = _server(composer, settings, options)
        _start(server, options.tcp)
        server.finish()
    finally:
        composer.close()
    return 0


def _check(options: argparse.Namespace) -> None:
    """Refuse what cannot work before anything heavy is opened."""
    if options.learn and not options.user:
        raise InputError("--learn: found no --user, wanted one; add --user NAME, whose memory is to grow")
    if options.tcp is not None and not 1 <= options.tcp <= MAX_PORT:
        raise InputError(f"--tcp: found {options.tcp}, wanted a port from 1 to {MAX_PORT}")
    try:
        import foretype.serve.lsp.server  # noqa: F401
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] not in EXTRA:
            raise
        raise ConfigError(
            f"the language server needs {error.name}, which is not installed; run `pip install 'foretype[lsp]'`"
        ) from error


def _open(settings: Settings) -> Composer:
    from foretype.assemble import open_composer

    return cast("Composer", open_composer(settings))  # its store is personal/'s whole Store


def _server(composer: Composer, settings: Settings, options: argparse.Namespace) -> EditorServer:
    from foretype.serve.lsp.desk import Desk
    from foretype.serve.lsp.reading import FileKind
    from foretype.serve.lsp.server import EditorServer
    from foretype.serve.panel.choices import KeptChoices

    chosen = KeptChoices(settings.data_dir).now
    composer.turn(chosen.dials)
    desk = Desk(composer, user=options.user, delay_ms=chosen.delay_ms)
    return EditorServer(desk, learned=[FileKind(kind) for kind in options.learn], version=_version())


def _start(server: EditorServer, port: int | None) -> None:
    if port is None:
        server.start_io(stdout=os.fdopen(os.dup(sys.stdout.fileno()), "wb"))  # it closes what it writes to
        return
    try:
        server.start_tcp(HOST, port)
    except OSError as error:
        raise ConfigError(
            f"{HOST}:{port}: cannot listen there ({error.strerror}); choose another --tcp"
        ) from error


def _version() -> str:
    try:
        return version("foretype")
    except PackageNotFoundError:  # run from its source
        return "unreleased"
