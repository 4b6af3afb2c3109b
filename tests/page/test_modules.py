"""The page's pure modules under node's own test runner. It does not know a browser."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).parent


@pytest.mark.parametrize("name", ["helpers", "panel"])
def test_pure_modules_keep_their_claims_under_node(name: str) -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not installed; the browser tests walk the same modules")
    command = [node, "--test", str(HERE / f"{name}.test.mjs")]
    run = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
