"""`foretype table`: a plan that a person can read, and facts of a folder."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from foretype.__main__ import main
from foretype.cli.table import HELP
from foretype.rank.table.kept import KeptTable


def test_a_plan_is_a_table_or_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["table", "plan", "--num-ids", "1.5e9"]) == 0
    shown = capsys.readouterr().out
    assert "1,500,000,000 ids of 8 floats" in shown and "training servers" in shown
    rare = ["table", "plan", "--num-ids", "1e9", "--events-per-id-day", "0.1", "--json", "--threshold"]
    assert main([*rare, "3"]) == 0
    filtered = json.loads(capsys.readouterr().out)
    assert main([*rare, "1"]) == 0
    assert json.loads(capsys.readouterr().out)["num_rows"] > 2 * filtered["num_rows"] > 0


def test_info_tells_what_a_folder_holds(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with KeptTable(tmp_path, width=3) as kept:
        kept.upsert(np.arange(1_000), np.ones((1_000, 3)), now_min=1)
        kept.checkpoint()
        kept.upsert(np.arange(10), np.zeros((10, 3)), now_min=2)
        kept.sync()
    assert main(["table", "info", str(tmp_path)]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert (facts["rows"], facts["floats_a_row"], facts["syncs_in_snapshot"]) == (1_000, 3, 1)
    assert facts["journal_bytes"] > 240


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["info", "nowhere"], "found no table"),
        (["plan", "--num-ids", "0"], "num_ids: found 0"),
        (["plan", "--num-ids", "10", "--memory-gb", "0"], "memory_gb: found 0.0"),
        (["plan", "--num-ids", "10", "--memory-gb", "inf"], "memory_gb: found inf"),
        (["plan", "--num-ids", "10", "--peak-factor", "nan"], "peak_factor: found nan"),
        (["plan", "--num-ids", "1e30"], "wanted at most 1,000,000,000,000,000"),
        (["plan", "--num-ids", "10", "--memory-share", "3"], "wanted a share up to 1"),
        (["plan", "--num-ids", "10", "--zipf-exponent", "99"], "wanted at most 10"),
        (["plan", "--num-ids", "10", "--threshold", "20000"], "wanted at most 10,000"),
    ],
)
def test_what_cannot_be_done_is_one_line(
    arguments: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["table", *arguments]) == 2
    error = capsys.readouterr().err
    assert told in error and error.count("\n") == 1


@pytest.mark.parametrize("number", ["1.5", "inf", "nan"])
def test_a_number_that_is_not_whole_is_refused(number: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["table", "plan", "--num-ids", number])
    assert "wanted a whole number" in capsys.readouterr().err


def test_every_figure_of_the_plan_has_its_help() -> None:
    with pytest.raises(SystemExit):
        main(["table", "plan", "--help"])
    assert all(HELP.values())
