"""`foretype COMMAND`: finds the command's file in cli/, runs it, and turns errors into one line and an exit
status.

Only the file of the command that was asked for is imported, so `foretype --help` stays quick. It does not
know what any command does.

Exit status: 0 done, 1 asked for something that is not there, 2 an error (one line on stderr), 130
interrupted.
"""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version

from foretype.errors import ForetypeError

# What `foretype --help` lists; cli/<name>.py says the same to its own parser (tests/cli/test_main.py).
COMMANDS = {
    "serve": "answer over HTTP and WebSocket, with the page to try it",
    "suggest": "say how a text goes on",
    "learn": "learn from texts a user wrote",
    "users": "list, show, export and forget what was learned of users",
    "private": "show, send and read statistics that keep their secrets",
    "model": "add, list, inspect and remove language models",
    "adapter": "add, list and remove adapters of language models",
    "train": "train a network on your texts",
    "edge": "put the whole engine into a folder for browsers",
    "lsp": "suggest in editors: a language server",
    "webhooks": "tell others of alarms: add, test, log, send again",
    "eval": "measure keystrokes saved, peers and times",
    "corpus": "make, scrub, split and describe a corpus of mail and chats",
    "background": "build the background n-gram model",
    "compress": "make a language model smaller and faster",
    "experiment": "compare ways of suggesting on the server's users",
    "rank": "learn from outcomes what to show",
    "prefer": "train an adapter on what was suggested wrongly",
    "blend": "learn how much each voice of the blend counts",
    "table": "plan a table of embeddings, and look into one",
}
ERROR, INTERRUPTED = 2, 130


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; its exit status. Errors that foretype raises on purpose become one line on stderr."""
    args = make_parser(sys.argv[1:] if argv is None else argv).parse_args(argv)
    try:
        status: int = args.func(args)
        sys.stdout.flush()
    except ForetypeError as error:
        print(f"foretype {args.command}: {error}", file=sys.stderr)
        return ERROR
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:  # whoever read us has seen enough, as in `| head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return status


def make_parser(argv: Sequence[str]) -> argparse.ArgumentParser:
    """The whole parser, with options for the command that `argv` asks for and one line for each other."""
    parser = argparse.ArgumentParser(
        prog="foretype", description="Grey text that shows how your sentence goes on."
    )
    parser.add_argument("--version", action="version", version=f"foretype {_version()}")
    subparsers = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    asked = next((word for word in argv if not word.startswith("-")), None)
    for name, line in COMMANDS.items():
        if name == asked:
            importlib.import_module(f"foretype.cli.{name}").register(subparsers)
        else:
            subparsers.add_parser(name, help=line)
    return parser


def _version() -> str:
    try:
        return version("foretype")
    except PackageNotFoundError:
        return "(not installed)"


if __name__ == "__main__":
    sys.exit(main())
