"""`foretype adapter` as a person runs it, and a composer that opens with what was added."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

import tiny_adapter
import tiny_llama
from foretype.assemble import open_composer
from foretype.compose.request import Request
from foretype.config import Settings
from foretype.errors import ConfigError, InputError
from foretype.runtime.containers import read_checkpoint

from .conftest import Terminal


@pytest.fixture
def checkpoint_folder(tmp_path: Path) -> Path:
    shape = tiny_llama.config()
    return tiny_llama.write_folder(tmp_path / "tiny", shape, tiny_llama.weights(shape))


@pytest.fixture
def saved(checkpoint_folder: Path, tmp_path: Path) -> Path:
    return tiny_adapter.write(
        tmp_path / "Sales Team", tiny_adapter.tensors(read_checkpoint(checkpoint_folder))
    )


def settings(tmp_path: Path, **changes: str) -> Settings:
    return Settings(data_dir=tmp_path / "data", cache_dir=tmp_path / "cache", **changes)  # type: ignore[arg-type]


def test_an_adapter_is_added_listed_used_and_removed(
    foretype: Terminal, checkpoint_folder: Path, saved: Path, tmp_path: Path
) -> None:
    assert "no adapter is installed" in foretype("adapter", "list").out
    assert foretype("model", "add", str(checkpoint_folder), "--bits", "32").status == 0
    added = foretype("adapter", "add", str(saved))
    assert (added.status, added.err) == (0, "") and "sales-team: rank 4 for tiny" in added.out
    assert "sales-team" in foretype("adapter", "list").out
    with closing(open_composer(settings(tmp_path, adapter="sales-team"))) as composer:
        request = Request("Please find ", deadline_ms=60_000)
        assert composer.answer(request).model == "background+tiny/sales-team"
        with pytest.raises(InputError, match=r"loaded: sales-team"):
            composer.answer(Request("Please find ", adapter="legal"))
    with closing(open_composer(settings(tmp_path))) as composer:
        assert composer.answer(request).model == "background+tiny"
        named = Request("Please find ", adapter="sales-team", deadline_ms=60_000)
        assert composer.answer(named).model == "background+tiny/sales-team"
    assert foretype("adapter", "remove", "sales-team").status == 0
    assert foretype("adapter", "remove", "sales-team").status == 2


def test_an_adapter_of_another_model_is_refused_for_the_packages(foretype: Terminal, saved: Path) -> None:
    refused = foretype("adapter", "add", str(saved))
    assert refused.status == 2 and "trained for another network" in refused.err
    refused = foretype("adapter", "add", str(saved), "--model", "other")
    assert refused.status == 2 and "not installed" in refused.err


def test_a_default_adapter_that_is_not_there_keeps_the_composer_from_opening(
    foretype: Terminal, checkpoint_folder: Path, tmp_path: Path
) -> None:
    with pytest.raises(ConfigError, match="setting adapter"):
        open_composer(settings(tmp_path, adapter="sales", model="none"))
    foretype("model", "add", str(checkpoint_folder))
    with pytest.raises(InputError, match="not installed"):
        open_composer(settings(tmp_path, adapter="sales"))


def test_a_damaged_adapter_is_listed_as_such(
    foretype: Terminal, checkpoint_folder: Path, saved: Path, tmp_path: Path
) -> None:
    foretype("model", "add", str(checkpoint_folder))
    foretype("adapter", "add", str(saved), "--name", "sales", "--model", "tiny")
    (tmp_path / "cache" / "adapters" / "sales" / "adapter.json").write_text("{", encoding="utf-8")
    assert "damaged" in foretype("adapter", "list").out
