"""A stage is done once, whoever asks again; another piece of work starts afresh."""

from __future__ import annotations

from pathlib import Path

import pytest

from foretype.errors import StoreError
from foretype.evals.metrics import Estimate
from foretype.evals.stages import Stages


def test_a_finished_stage_is_not_done_again(tmp_path: Path) -> None:
    made = Stages(tmp_path / "run", "a").done("figure", Estimate, lambda: Estimate(0.5, 0.25, 0.75))
    again = Stages(tmp_path / "run", "a")
    assert again.resumed
    assert again.done("figure", Estimate, lambda: pytest.fail("done twice")) == made


def test_another_fingerprint_starts_afresh(tmp_path: Path) -> None:
    Stages(tmp_path / "run", "a").done("figure", int, lambda: 1)
    other = Stages(tmp_path / "run", "b")
    assert not other.resumed
    assert other.done("figure", int, lambda: 2) == 2


def test_time_spent_is_kept_over_starts(tmp_path: Path) -> None:
    ticks = iter([10.0, 14.0])
    Stages(tmp_path / "run", "a", clock=lambda: next(ticks)).done("figure", int, lambda: 1)
    assert Stages(tmp_path / "run", "a").spent_s == 4.0


def test_a_stage_that_fails_leaves_nothing(tmp_path: Path) -> None:
    stages = Stages(tmp_path / "run", "a")
    with pytest.raises(ZeroDivisionError):
        stages.done("figure", float, lambda: 1 / 0)
    assert stages.done("figure", float, lambda: 1.5) == 1.5


def test_a_cleared_run_is_gone(tmp_path: Path) -> None:
    stages = Stages(tmp_path / "run", "a")
    stages.done("figure", int, lambda: 1)
    stages.clear()
    assert not (tmp_path / "run").exists()


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "run").write_text("a file")
    with pytest.raises(StoreError, match="cannot be written"):
        Stages(tmp_path / "run", "a")
