"""The way into every command: help, errors in one line, interrupts and closed pipes."""

from __future__ import annotations

import argparse
import subprocess
import sys

import pytest

from cli.conftest import Terminal
from foretype.__main__ import COMMANDS, main, make_parser
from foretype.errors import InputError

HEAVY = ("numpy", "rich", "onnxruntime", "fastapi")


def _command_parsers(parser: argparse.ArgumentParser) -> dict[str, str | None]:
    """Each command's line of help, as the parser holds it."""
    [subparsers] = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    return {action.dest: action.help for action in subparsers._choices_actions}


def test_help_names_every_command(foretype: Terminal) -> None:
    printed = foretype("--help")
    assert printed.status == 0
    assert all(name in printed.out and line in printed.out for name, line in COMMANDS.items())


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_says_what_the_list_says(name: str) -> None:
    assert _command_parsers(make_parser([name])) == COMMANDS


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_has_help(foretype: Terminal, name: str) -> None:
    assert foretype(name, "--help").status == 0


def test_help_loads_nothing_heavy() -> None:
    code = f"""
import sys
from foretype.__main__ import main
try: main(["--help"])
except SystemExit: print([name for name in {HEAVY} if name in sys.modules])"""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.splitlines()[-1] == "[]"


def test_version(foretype: Terminal) -> None:
    assert foretype("--version").out.startswith("foretype ")


def test_no_command_is_an_error(foretype: Terminal) -> None:
    printed = foretype()
    assert printed.status == 2 and "COMMAND" in printed.err


def test_an_unknown_command_is_told_the_known_ones(foretype: Terminal) -> None:
    printed = foretype("sugest")
    assert printed.status == 2 and "suggest" in printed.err


def test_an_error_is_one_line_and_status_2(foretype: Terminal) -> None:
    printed = foretype("eval", "replay", "nowhere.jsonl")
    assert printed.status == 2
    assert printed.out == ""
    assert (
        printed.err == "foretype eval: nowhere.jsonl: cannot be read (No such file or directory); "
        "name a file that can be read\n"
    )


@pytest.mark.parametrize(
    ("error", "status"),
    [(KeyboardInterrupt(), 130), (InputError("found x, wanted y"), 2)],
    ids=["Ctrl-C", "error"],
)
def test_how_a_command_ends(monkeypatch: pytest.MonkeyPatch, error: BaseException, status: int) -> None:
    def fail(args: argparse.Namespace) -> int:
        raise error

    monkeypatch.setattr("foretype.cli.users.run_list", fail)
    assert main(["users", "list"]) == status


def test_a_reader_that_has_seen_enough_is_no_error() -> None:
    command = f"{sys.executable} -m foretype --help | head -c 1; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
