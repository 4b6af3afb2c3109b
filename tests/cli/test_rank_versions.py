"""`foretype rank versions|add|use|rollback`, as somebody types them, with the ranker that comes with the package."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path

import pytest

from foretype.__main__ import main

PACKAGED = Path(str(files("foretype") / "data" / "ranker"))


@pytest.fixture(autouse=True)
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FORETYPE_DATA_DIR", str(tmp_path / "data"))
    return tmp_path / "data"


def states(capsys: pytest.CaptureFixture[str]) -> dict[str, str]:
    capsys.readouterr()
    assert main(["rank", "versions", "--json"]) == 0
    return {each["name"]: each["state"] for each in json.loads(capsys.readouterr().out)}


def test_a_version_is_added_used_and_rolled_back(capsys: pytest.CaptureFixture[str]) -> None:
    assert states(capsys) == {"built-in": "current"}
    assert main(["rank", "add", str(PACKAGED)]) == 0
    assert "added r0001" in capsys.readouterr().out
    assert states(capsys) == {"built-in": "current", "r0001": "shadow"}
    assert main(["rank", "use", "r0001"]) == 0
    assert states(capsys) == {"built-in": "retired", "r0001": "current"}
    assert main(["rank", "rollback"]) == 0
    assert "built-in decides, r0001 is rejected" in capsys.readouterr().out
    assert main(["rank", "versions"]) == 0
    assert "asked for" in capsys.readouterr().out
    assert main(["rank", "rollback"]) == 2
    assert "found none before it" in capsys.readouterr().err


def test_a_folder_that_is_no_ranker_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rank", "add", str(tmp_path)]) == 2
    assert "no whole ranker" in capsys.readouterr().err
    assert states(capsys) == {"built-in": "current"}
