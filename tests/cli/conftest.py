"""A terminal for the tests: `foretype` with a home of its own, what it printed and how it ended."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import pytest

from foretype.__main__ import main


@dataclass(frozen=True, slots=True)
class Printed:
    """What a command left behind."""

    status: int
    out: str
    err: str


Terminal: TypeAlias = Callable[..., Printed]


@pytest.fixture
def foretype(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Terminal:
    """Runs a command in this process; its memories live in a folder of the test."""
    monkeypatch.setenv("FORETYPE_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("FORETYPE_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("COLUMNS", "160")

    def run(*words: str) -> Printed:
        try:
            status = main(words)
        except SystemExit as end:  # argparse
            status = int(end.code or 0)
        found = capsys.readouterr()
        return Printed(status, found.out, found.err)

    return run
