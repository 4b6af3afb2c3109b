"""Examples in docstrings of files that need the train extra: left out without it, marked `train` with it.

It knows no tests; tests/conftest.py does.
"""

from __future__ import annotations

import re
from importlib.util import find_spec
from pathlib import Path

import pytest

NEEDS_TORCH = re.compile(r"^(?:from|import) (?:torch|foretype\.lm)\b", re.MULTILINE)

TRAINING = frozenset(
    file
    for file in (Path(__file__).parent / "src" / "foretype").rglob("*.py")
    if "lm" in file.parts or NEEDS_TORCH.search(file.read_text(encoding="utf-8"))
)
collect_ignore = [] if find_spec("torch") else sorted(map(str, TRAINING))


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path in TRAINING:
            item.add_marker("train")
