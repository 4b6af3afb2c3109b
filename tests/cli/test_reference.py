"""The command line's reference page names every command and every option."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

import pytest

from foretype.__main__ import COMMANDS, make_parser

PAGE = Path(__file__).parent.parent.parent / "docs" / "reference" / "cli.md"


def _options(parser: argparse.ArgumentParser) -> Iterator[str]:
    """All long options, or the short one where there is no long one, of a parser and the verbs below it."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for verb in action.choices.values():
                yield from _options(verb)
        elif action.option_strings:
            yield action.option_strings[-1]


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_is_on_the_page(name: str) -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert f"## foretype {name}" in page
    assert [option for option in _options(make_parser([name])) if option not in page] == []
