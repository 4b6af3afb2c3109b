"""Reports that browsers make, with the browser's own chance, tell the aggregator in Python what is true of the crowd."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

import msgspec
import numpy as np
import pytest

from foretype.privacy.ldp.device import EPOCH
from foretype.privacy.ldp.estimates import Estimate, Sums, choice_shares, no_sums
from foretype.privacy.ldp.plan import BY_NAME, Choice, Sketch
from foretype.privacy.ldp.reports import Report, counted
from foretype.privacy.ldp.sketched import sketch_shares

NUM_BROWSERS = 5_400  # 600 for each question
MANY_ERRORS = 5.0  # an estimate further off than this comes once in a million runs
TRUTH: dict[str, dict[str, float]] = {
    "taken": {"no": 0.6, "yes": 0.4},
    "kind": {"none": 0, "email": 0.75, "chat": 0.25, "note": 0},
    "client": {"none": 0, "server": 0, "browser": 1, "editor": 0},
    "locale": {"en-US": 0.8, "de-AT": 0.2, "fr-FR": 0},
}


@pytest.fixture(scope="module")
def sums() -> dict[str, Sums]:
    """What an aggregator keeps of all reports, by question."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not installed: apt-get install nodejs")
    command = [node, str(Path(__file__).parent / "crowd.mjs"), str(NUM_BROWSERS)]
    made = subprocess.run(command, capture_output=True, timeout=120, check=True).stdout
    return _summed([msgspec.json.decode(line, type=Report) for line in made.splitlines()])


def _summed(reports: Sequence[Report]) -> dict[str, Sums]:
    day = date.fromordinal(EPOCH + 20_010)
    found = {name: no_sums(statistic, day.isoformat()) for name, statistic in BY_NAME.items()}
    for report in reports:
        place = counted(report, today=day + timedelta(days=1))
        found[report.statistic].rows[place.row] += 1
        found[report.statistic].cells[list(place.cells)] += 1
    return found


def test_browsers_answer_every_question_equally_often(sums: dict[str, Sums]) -> None:
    counts = np.array([each.rows.sum() for each in sums.values()])
    assert counts.sum() == NUM_BROWSERS
    assert np.abs(counts - NUM_BROWSERS / len(BY_NAME)).max() < MANY_ERRORS * np.sqrt(
        NUM_BROWSERS / len(BY_NAME)
    )


@pytest.mark.parametrize("name", TRUTH)
def test_the_truth_is_found_within_the_errors(sums: dict[str, Sums], name: str) -> None:
    statistic = BY_NAME[name]
    found: list[Estimate]
    match statistic:
        case Choice():
            found = choice_shares(statistic, [sums[name]])
        case Sketch():
            found = sketch_shares(statistic, [sums[name]], list(TRUTH[name]))
    truth = TRUTH[name]
    off = {each.value: abs(each.share - truth[each.value]) / each.standard_error for each in found}
    assert max(off.values()) < MANY_ERRORS, off
    assert all(each.standard_error < 0.15 for each in found)
