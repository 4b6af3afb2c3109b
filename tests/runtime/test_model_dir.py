"""Stored models: whole or absent, and refused with a reason when they are damaged."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from foretype.errors import InputError, ModelError
from foretype.runtime.catalog import Catalog
from foretype.runtime.model_dir import CARD_FILE, read_card, verify, write_model_dir
from foretype.runtime.onnx_model import open_model


@pytest.fixture
def copy(model_folder: Path, tmp_path: Path) -> Path:
    """A model that a test may damage."""
    return Path(shutil.copytree(model_folder, tmp_path / "models" / "tiny"))


def edit_card(folder: Path, change: Callable[[dict[str, object]], object]) -> None:
    card = json.loads((folder / CARD_FILE).read_text(encoding="utf-8"))
    change(card)
    (folder / CARD_FILE).write_text(json.dumps(card), encoding="utf-8")


def test_a_stored_model_is_sound(model_folder: Path) -> None:
    verify(model_folder)
    assert {path.name for path in model_folder.iterdir()} == {*read_card(model_folder).files, CARD_FILE}


def test_a_model_stored_before_precision_had_more_than_bits_still_opens(copy: Path) -> None:
    edit_card(copy, lambda card: card.update(precision={"bits": 32}))
    assert read_card(copy).precision.bits == 32
    open_model(copy).close()


@pytest.mark.parametrize("name", ["model.onnx", "model.onnx.data", "tokenizer.json"])
def test_a_truncated_file_is_refused_at_open(copy: Path, name: str) -> None:
    whole = (copy / name).read_bytes()
    (copy / name).write_bytes(whole[:-10])
    with pytest.raises(ModelError, match=rf"{name}: found .* bytes, wanted"):
        open_model(copy)


@pytest.mark.parametrize("name", ["model.onnx", "model.onnx.data", "tokenizer.json", CARD_FILE])
def test_a_missing_file_is_refused_at_open(copy: Path, name: str) -> None:
    (copy / name).unlink()
    with pytest.raises(ModelError, match="add"):
        open_model(copy)


def test_a_changed_byte_is_found_by_the_full_check(copy: Path) -> None:
    weights = bytearray((copy / "model.onnx.data").read_bytes())
    weights[5000] ^= 1
    (copy / "model.onnx.data").write_bytes(weights)
    with pytest.raises(ModelError, match="checksum"):
        verify(copy)


def test_another_models_tokenizer_is_refused(copy: Path) -> None:
    text = (copy / "tokenizer.json").read_text(encoding="utf-8")
    (copy / "tokenizer.json").write_text(text.replace("th", "ht"), encoding="utf-8")
    with pytest.raises(ModelError, match="another model"):
        open_model(copy)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda card: card.update(format="other"), "not a foretype model"),
        (lambda card: card.update(format_version=99), "format version 99"),
        (lambda card: card.pop("prelude"), "prelude"),
        (lambda card: card["architecture"].update(num_heads="four"), "field"),
        (lambda card: card["files"].update({"../secret": {"num_bytes": 1, "sha256": ""}}), "secret"),
        (lambda card: card["files"].pop("model.onnx"), "lists no model.onnx"),
    ],
)
def test_a_foreign_card_is_refused(
    copy: Path, change: Callable[[dict[str, object]], object], told: str
) -> None:
    edit_card(copy, change)
    with pytest.raises(ModelError, match=told):
        open_model(copy)


def test_a_card_that_is_no_json_is_refused(copy: Path) -> None:
    (copy / CARD_FILE).write_bytes(b"\xff{")
    with pytest.raises(ModelError, match="cannot be read"):
        open_model(copy)


@pytest.mark.parametrize(("name", "can_batch"), [("model.onnx", False), ("model.batch.onnx", True)])
def test_a_graph_that_onnxruntime_cannot_load_is_refused(copy: Path, name: str, can_batch: bool) -> None:
    size = (copy / name).stat().st_size
    (copy / name).write_bytes(bytes(size))
    with pytest.raises(ModelError, match="cannot load"):
        open_model(copy, can_batch=can_batch)


def test_a_failed_write_leaves_the_older_model_and_nothing_else(copy: Path) -> None:
    def fail(folder: Path) -> None:
        (folder / "model.onnx").write_bytes(b"half")
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        write_model_dir(copy, fail, describe=lambda files: read_card(copy))
    assert [path.name for path in copy.parent.iterdir()] == ["tiny"]
    verify(copy)


def test_the_catalog_lists_damaged_models_with_the_reason_and_removes_them(copy: Path) -> None:
    catalog = Catalog(copy.parent)
    assert catalog.best() == copy
    (copy / "model.onnx").unlink()
    (entry,) = catalog.entries()
    assert entry.fault is not None and "missing" in entry.fault
    assert catalog.best() is None
    catalog.remove("tiny")
    assert catalog.entries() == () and list(copy.parent.iterdir()) == []


def test_an_unknown_name_is_told_with_those_that_are_there(copy: Path) -> None:
    with pytest.raises(ModelError, match="installed: tiny"):
        Catalog(copy.parent).existing("other")


@pytest.mark.parametrize("name", ["", "../x", "a/b", "UPPER", ".hidden", "none", "x" * 80])
def test_a_name_that_cannot_be_a_folder_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match="model name"):
        Catalog(tmp_path).path(name)


def test_an_absent_catalog_is_empty(tmp_path: Path) -> None:
    assert Catalog(tmp_path / "nowhere").entries() == ()
    assert Catalog(tmp_path / "nowhere").best() is None
