"""What all tests share: what this machine can run, and the shared folder beside the checkout.

Plain `pytest` runs what the machine can and says at the end what it left out. With CI=true a test that would
be skipped fails instead, so nothing that CI should prove is passed over in silence. It knows no single test.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Generator
from pathlib import Path

import pytest

HEAVY = (
    "slow",
    "train",
    "kenlm",
    "ldp",
    "llama",
    "ray",
    "editors",
)  # run only when -m names them: minutes, or packages of a gigabyte
_HEAVY_FILE = re.compile(rf"^pytestmark = .*pytest\.mark\.({'|'.join(HEAVY)})\b", re.MULTILINE)
ROOT = Path(__file__).parent.parent
LEFT_OUT = pytest.StashKey[Counter[str]]()


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder with data and tools: FORETYPE_SHARED, or `shared` beside the checkout."""
    folder = Path(os.environ.get("FORETYPE_SHARED", ROOT.parent / "shared"))
    if not folder.is_dir():
        pytest.skip("no shared folder; name it in FORETYPE_SHARED")
    return folder.resolve()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the heavy proofs unless -m asks for some, and count them."""
    config.stash[LEFT_OUT] = Counter()
    if config.option.markexpr:
        return
    heavy = {item: _heavy_mark(item) for item in items if _heavy_mark(item)}
    config.stash[LEFT_OUT].update(mark for mark in heavy.values() if mark)
    if heavy:
        config.hook.pytest_deselected(items=list(heavy))
        items[:] = [item for item in items if item not in heavy]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    for mark, count in sorted(config.stash.get(LEFT_OUT, Counter()).items()):
        terminalreporter.write_line(f"left out: {count} marked {mark} (pytest -m {mark})")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if _must_run() and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome, report.longrepr = "failed", f"CI must run this: {_reason(report)}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    if _must_run() and report.skipped and not _is_left_out(collector):
        report.outcome, report.longrepr = "failed", f"CI must run this: {_reason(report)}"
    return report


def _heavy_mark(item: pytest.Item) -> str | None:
    return next((mark for mark in HEAVY if item.get_closest_marker(mark)), None)


def _is_left_out(collector: pytest.Collector) -> bool:
    """Whether this is a file of heavy proofs, whose packages need not be there unless -m asks for them."""
    if collector.config.option.markexpr or not isinstance(collector, pytest.Module):
        return False
    return _HEAVY_FILE.search(collector.path.read_text(encoding="utf-8")) is not None


def _must_run() -> bool:
    return os.environ.get("CI", "").lower() in ("1", "true")


def _reason(report: pytest.TestReport | pytest.CollectReport) -> str:
    return report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
