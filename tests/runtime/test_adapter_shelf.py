"""Adapters on disk: added whole, opened only for the weights they were made for, loaded and unloaded by name."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

import tiny_adapter
from foretype.errors import InputError, ModelError
from foretype.runtime.adapter_desk import AdapterDesk
from foretype.runtime.adapter_shelf import AdapterShelf
from foretype.runtime.containers import checkpoint_sha256, read_checkpoint
from foretype.runtime.model_dir import ModelCard, read_card
from foretype.runtime.onnx_model import OnnxModel, open_model


@pytest.fixture
def base(model_folder: Path) -> ModelCard:
    return read_card(model_folder)


@pytest.fixture(scope="module")
def source(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What peft saved; not to be changed."""
    values = tiny_adapter.tensors(read_checkpoint(folder))
    return tiny_adapter.write(tmp_path_factory.mktemp("saved") / "sales", values)


@pytest.fixture
def shelf(tmp_path: Path) -> AdapterShelf:
    return AdapterShelf(tmp_path / "adapters")


@pytest.fixture
def model(model_folder: Path) -> Iterator[OnnxModel]:
    opened = open_model(model_folder)
    yield opened
    opened.close()


def test_what_was_added_is_listed_read_and_removed(
    shelf: AdapterShelf, source: Path, base: ModelCard
) -> None:
    assert shelf.entries() == ()
    card = shelf.add(source, name="sales", base=base)
    assert (card.model, card.rank) == ("tiny", 4)
    assert [entry.card for entry in shelf.entries()] == [card]
    adapter = shelf.read("sales", base)
    assert (adapter.digest, adapter.num_bytes) == (card.digest, card.num_bytes)
    shelf.remove("sales")
    assert shelf.entries() == () and list(shelf.folder.iterdir()) == []


def test_other_weights_are_refused(shelf: AdapterShelf, source: Path, base: ModelCard) -> None:
    shelf.add(source, name="sales", base=base)
    with pytest.raises(ModelError, match="made for tiny with weights"):
        shelf.read("sales", replace(base, checkpoint_sha256="0" * 64))


def test_the_same_weights_at_another_precision_are_welcome(
    shelf: AdapterShelf, source: Path, base: ModelCard, folder: Path
) -> None:
    shelf.add(source, name="sales", base=base)
    assert base.checkpoint_sha256 == checkpoint_sha256(folder)
    assert shelf.read("sales", replace(base, files={})).name == "sales"


def test_training_may_name_its_base(
    shelf: AdapterShelf, source: Path, base: ModelCard, tmp_path: Path
) -> None:
    told = tmp_path / "told"
    told.mkdir()
    for file in source.iterdir():
        (told / file.name).write_bytes(file.read_bytes())
    (told / "base.json").write_text(json.dumps({"sha256": base.checkpoint_sha256}), encoding="utf-8")
    shelf.add(told, name="right", base=base)
    exported = base.files["model.onnx.data"].sha256
    (told / "base.json").write_text(json.dumps({"sha256": exported}), encoding="utf-8")
    shelf.add(told, name="right", base=replace(base, checkpoint_sha256=None))
    (told / "base.json").write_text(json.dumps({"sha256": "0" * 64}), encoding="utf-8")
    with pytest.raises(ModelError, match="trained on weights 000000000000"):
        shelf.add(told, name="wrong", base=base)


def test_an_adapter_that_is_refused_leaves_nothing_behind(
    shelf: AdapterShelf, source: Path, base: ModelCard
) -> None:
    with pytest.raises(ModelError):
        shelf.add(
            source, name="sales", base=replace(base, architecture=replace(base.architecture, mlp_size=7))
        )
    with pytest.raises(InputError, match="adapter name"):
        shelf.add(source, name="../sales", base=base)
    assert not shelf.folder.exists()


@pytest.mark.parametrize(
    "damage", ["{", "[]", '{"format": "other"}', '{"format": "foretype-adapter", "format_version": 1}']
)
def test_a_damaged_card_is_listed_as_such(
    shelf: AdapterShelf, source: Path, base: ModelCard, damage: str
) -> None:
    shelf.add(source, name="sales", base=base)
    (shelf.folder / "sales" / "adapter.json").write_text(damage, encoding="utf-8")
    (entry,) = shelf.entries()
    assert entry.card is None and entry.fault is not None and "adapter.json" in entry.fault


def test_changed_weights_are_refused(shelf: AdapterShelf, source: Path, base: ModelCard) -> None:
    shelf.add(source, name="sales", base=base)
    file = shelf.folder / "sales" / "adapter_model.safetensors"
    raw = bytearray(file.read_bytes())
    raw[-1] ^= 1
    file.write_bytes(raw)
    with pytest.raises(ModelError, match="not those that were added"):
        shelf.read("sales", base)


def test_an_unknown_name_lists_the_known_ones(shelf: AdapterShelf, source: Path, base: ModelCard) -> None:
    with pytest.raises(InputError, match="none yet"):
        shelf.read("sales", base)
    shelf.add(source, name="support", base=base)
    with pytest.raises(InputError, match=r"installed: support\)"):
        shelf.remove("sales")


def test_the_desk_loads_what_was_made_for_the_model(
    shelf: AdapterShelf, source: Path, base: ModelCard, model: OnnxModel
) -> None:
    shelf.add(source, name="sales", base=base)
    shelf.add(source, name="foreign", base=replace(base, name="other", checkpoint_sha256="0" * 64))
    shelf.add(source, name="damaged", base=base)
    (shelf.folder / "damaged" / "adapter_model.safetensors").write_bytes(b"damaged")
    desk = AdapterDesk(shelf, model, default="sales")
    desk.load_all()
    found = {status.name: status for status in desk.list()}
    assert {name for name, status in found.items() if status.is_loaded} == set(model.adapters) == {"sales"}
    assert "made for other" in str(found["foreign"].fault)
    assert "not those that were added" in str(found["damaged"].fault)
    assert found["sales"].fault is None


def test_the_desk_loads_and_unloads_by_name(
    shelf: AdapterShelf, source: Path, base: ModelCard, model: OnnxModel
) -> None:
    desk = AdapterDesk(shelf, model, default=None)
    with pytest.raises(InputError, match="not installed"):
        desk.load("sales")
    shelf.add(source, name="sales", base=base)
    assert desk.load("sales").is_loaded and desk.load("sales").is_loaded
    assert desk.unload("sales") and not desk.unload("sales")
    assert [status.is_loaded for status in desk.list()] == [False]


def test_the_default_adapter_has_to_be_there_and_to_stay(
    shelf: AdapterShelf, source: Path, base: ModelCard, model: OnnxModel
) -> None:
    desk = AdapterDesk(shelf, model, default="sales")
    with pytest.raises(InputError, match="not installed"):
        desk.load_all()
    shelf.add(source, name="sales", base=base)
    desk.load_all()
    with pytest.raises(InputError, match="setting `adapter`"):
        desk.unload("sales")
