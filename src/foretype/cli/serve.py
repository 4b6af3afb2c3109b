"""`foretype serve`: the page, HTTP and WebSocket on this machine.

It takes the port first, then opens the composer in another thread while the web framework is imported. It
does not know what either of them does.
"""

from __future__ import annotations

import argparse
import os
import signal
import threading
from concurrent.futures import Future
from pathlib import Path
from typing import TYPE_CHECKING, cast

from foretype.config import Settings, load_settings
from foretype.serve.listening import listen, page_address

if TYPE_CHECKING:
    from foretype.serve.door import Composer


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the subcommand; its namespace's `func` runs it and returns the exit status."""
    parser = subparsers.add_parser(
        "serve",
        help="answer over HTTP and WebSocket, with the page to try it",
        description="Answer over HTTP and WebSocket, with the page to try it."
        " Only this machine can connect unless --host and"
        " --token say otherwise.",
    )
    parser.add_argument("--host", help="address to listen on (127.0.0.1)")
    parser.add_argument("--port", help="port to listen on (8765); 0 takes a free one")
    parser.add_argument("--token", help="bearer token that clients must send; better: FORETYPE_TOKEN")
    parser.add_argument("--model", help='a model\'s name, or "none" (the best one installed)')
    parser.add_argument("--adapter", help="the model's adapter for requests that name none")
    parser.add_argument("--data-dir", help="folder of what was learned")
    parser.add_argument("--config", type=Path, help="settings file, instead of the usual foretype.toml")
    parser.add_argument("--log-level", help="debug, info, warning or error (info)")
    parser.set_defaults(func=run)


def run(options: argparse.Namespace) -> int:
    """Serve until SIGTERM or Ctrl+C. Raises ForetypeError for what keeps the server from running."""
    signal.signal(
        signal.SIGTERM, _stop_at_once
    )  # until the server takes over: there is nothing to finish yet
    settings = load_settings(
        file=options.config,
        host=options.host,
        port=options.port,
        token=options.token,
        model=options.model,
        adapter=options.adapter,
        data_dir=options.data_dir,
        log_level=options.log_level,
    )
    listening = listen(settings)
    loading = _load(settings)
    from foretype.serve.run import serve  # a third of a second: while the composer opens

    address = page_address(settings, listening)
    how = " with your token for the dots" if settings.token else ""

    def announce(composer: Composer) -> None:
        print(f"foretype is ready: open {address}{how}  (model {composer.model}; Ctrl+C stops)", flush=True)

    serve(settings, listening, loading, announce=announce)
    return 0


def _stop_at_once(_number: int, _frame: object) -> None:
    """Nothing is there to finish yet. An exception raised here could be lost in an import, its lock taken."""
    os._exit(0)


def _load(settings: Settings) -> Future[Composer]:
    """Open the composer in a thread of its own."""
    loading: Future[Composer] = Future()

    def work() -> None:
        try:
            from foretype.assemble import open_learning_composer

            loading.set_result(
                cast("Composer", open_learning_composer(settings))
            )  # its store is personal/'s whole Store
        except BaseException as error:
            loading.set_exception(error)

    threading.Thread(target=work, name="open-composer", daemon=True).start()
    return loading
