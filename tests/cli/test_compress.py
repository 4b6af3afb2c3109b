"""`foretype compress` where the train extra is not installed."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from foretype.__main__ import main


def test_without_torch_the_extra_is_named_and_nothing_is_begun(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in sys.modules if name.split(".")[0] == "torch" or "foretype.lm" in name]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "torch", None)  # as if it were not installed
    monkeypatch.chdir(tmp_path)
    assert main(["compress", "foretype-27m", "--target-mb", "18", "--latency-ms", "3"]) == 2
    told = capsys.readouterr().err
    assert "found no torch, wanted the train extra; pip install 'foretype[train]'" in told
    assert list(tmp_path.iterdir()) == []
