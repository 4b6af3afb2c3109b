"""What conftest.py promises: nothing that CI should prove is passed over in silence."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

TESTS = """
import pytest

def test_runs() -> None: ...

def test_lacks_a_part() -> None:
    pytest.skip("no browser here")

@pytest.mark.slow
def test_takes_long() -> None: ...
"""


def run(folder: Path, *words: str, is_ci: bool) -> str:
    """What pytest prints about TESTS under our conftest."""
    shutil.copy(Path(__file__).with_name("conftest.py"), folder)
    (folder / "test_some.py").write_text(TESTS, encoding="utf-8")
    (folder / "pytest.ini").write_text("[pytest]\nmarkers = slow: takes long\n", encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", str(folder), *words]
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("CI", "PYTEST"))}
    environment = kept | ({"CI": "true"} if is_ci else {})
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60).stdout


def test_a_newcomer_is_told_what_was_left_out(tmp_path: Path) -> None:
    printed = run(tmp_path, is_ci=False)
    assert "1 passed, 1 skipped, 1 deselected" in printed
    assert "left out: 1 marked slow (pytest -m slow)" in printed


def test_ci_fails_on_what_it_would_skip(tmp_path: Path) -> None:
    printed = run(tmp_path, is_ci=True)
    assert "1 failed, 1 passed" in printed
    assert "CI must run this: Skipped: no browser here" in printed


@pytest.mark.parametrize("is_ci", [True, False])
def test_heavy_proofs_run_when_they_are_named(tmp_path: Path, is_ci: bool) -> None:
    assert "1 passed, 2 deselected" in run(tmp_path, "-m", "slow", is_ci=is_ci)


HEAVY_FILE = """
import pytest

pytestmark = pytest.mark.slow
pytest.importorskip("no_such_package")
"""


def test_ci_wants_the_packages_of_heavy_proofs_only_when_they_are_named(tmp_path: Path) -> None:
    (tmp_path / "test_heavy.py").write_text(HEAVY_FILE, encoding="utf-8")
    assert "1 failed, 1 passed, 1 skipped" in run(tmp_path, is_ci=True)
    assert "CI must run this: Skipped: could not import" in run(tmp_path, "-m", "slow", is_ci=True)
