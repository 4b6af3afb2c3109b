"""What peft saves is taken whole or refused with a reason; nothing of an adapter is left out silently."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import tiny_adapter
from foretype.errors import ModelError
from foretype.runtime.adapter import input_names, products
from foretype.runtime.adapter_folder import read_adapter
from foretype.runtime.checkpoint import Checkpoint
from foretype.runtime.containers import read_checkpoint

Tensors = dict[str, NDArray[Any]]
STEM = "base_model.model.model.layers.0.self_attn.q_proj"


@pytest.fixture(scope="module")
def checkpoint(folder: Path) -> Checkpoint:
    return read_checkpoint(folder)


@pytest.fixture
def values(checkpoint: Checkpoint) -> Tensors:
    return dict(tiny_adapter.tensors(checkpoint))


def refused(tmp_path: Path, values: Tensors, checkpoint: Checkpoint, **settings: Any) -> str:
    folder = tiny_adapter.write(tmp_path / "adapter", values, tiny_adapter.config(**settings))
    with pytest.raises(ModelError) as caught:
        read_adapter(folder, checkpoint.architecture, name="a")
    return str(caught.value)


def test_each_product_gets_the_sum_of_its_projections(
    tmp_path: Path, values: Tensors, checkpoint: Checkpoint
) -> None:
    folder = tiny_adapter.write(
        tmp_path / "adapter", values, tiny_adapter.config(lora_alpha=3, use_rslora=True)
    )
    adapter = read_adapter(folder, checkpoint.architecture, name="a")
    assert adapter.rank == 4 and adapter.num_bytes == sum(m.nbytes for m in adapter.inputs.values())
    for product, layer, parts in products(checkpoint.architecture.num_layers):
        low, high = (adapter.inputs[name] for name in input_names(product))
        stems = [f"base_model.model.model.layers.{layer}.{part}" for part in parts]
        changes = [values[f"{stem}.lora_B.weight"] @ values[f"{stem}.lora_A.weight"] for stem in stems]
        wanted = np.concatenate(changes).T * (3 / math.sqrt(4))
        np.testing.assert_allclose(low @ high, wanted, atol=1e-4)


def test_half_precision_is_widened(tmp_path: Path, values: Tensors, checkpoint: Checkpoint) -> None:
    half = {name: matrix.astype(np.float16) for name, matrix in values.items()}
    one, other = (
        read_adapter(tiny_adapter.write(tmp_path / name, saved), checkpoint.architecture, name=name)
        for name, saved in (("float", values), ("half", half))
    )
    for name, matrix in one.inputs.items():
        np.testing.assert_allclose(other.inputs[name], matrix, atol=2e-3)
    assert one.digest != other.digest


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("use_dora", True),
        ("modules_to_save", ["lm_head"]),
        ("fan_in_fan_out", True),
        ("alpha_pattern", {"q_proj": 2}),
        ("bias", "all"),
        ("init_lora_weights", "pissa"),
        ("peft_type", "IA3"),
        ("lora_alpha", None),
        ("lora_alpha", True),
    ],
)
def test_variants_of_lora_are_refused_by_name(
    tmp_path: Path, values: Tensors, checkpoint: Checkpoint, setting: str, value: Any
) -> None:
    assert setting in refused(tmp_path, values, checkpoint, **{setting: value})


@pytest.mark.parametrize(
    ("name", "shape", "reason"),
    [
        (f"{STEM}.lora_magnitude_vector", (64,), "no part of plain LoRA"),
        ("base_model.model.model.embed_tokens.lora_embedding_A", (4, 264), "no part of plain LoRA"),
        ("base_model.model.model.layers.9.self_attn.q_proj.lora_A.weight", (4, 64), "of 2 layers has not"),
        ("base_model.model.lm_head.lora_A.weight", (4, 64), "has not"),
        (f"{STEM}.lora_A.weight", (4, 32), "wanted (rank, 64)"),
        (f"{STEM}.lora_A.weight", (3, 64), "wanted (rank, 64) and (64, rank)"),
        (f"{STEM}.lora_A.weight", (64,), "wanted (rank, 64)"),
    ],
)
def test_tensors_that_do_not_fit_are_refused(
    tmp_path: Path, values: Tensors, checkpoint: Checkpoint, name: str, shape: tuple[int, ...], reason: str
) -> None:
    assert reason in refused(tmp_path, values | {name: np.zeros(shape, np.float32)}, checkpoint)


def test_half_a_pair_is_refused(tmp_path: Path, values: Tensors, checkpoint: Checkpoint) -> None:
    del values[f"{STEM}.lora_B.weight"]
    assert "only lora_A" in refused(tmp_path, values, checkpoint)


def test_weights_that_are_no_numbers_are_refused(
    tmp_path: Path, values: Tensors, checkpoint: Checkpoint
) -> None:
    values[f"{STEM}.lora_A.weight"][1, 1] = np.nan
    assert "no numbers" in refused(tmp_path, values, checkpoint)


def test_an_empty_adapter_is_refused(tmp_path: Path, checkpoint: Checkpoint) -> None:
    assert "no LoRA tensor" in refused(tmp_path, {}, checkpoint)


@pytest.mark.parametrize("missing", ["adapter_config.json", "adapter_model.safetensors"])
def test_a_missing_file_is_named(
    tmp_path: Path, values: Tensors, checkpoint: Checkpoint, missing: str
) -> None:
    folder = tiny_adapter.write(tmp_path / "adapter", values)
    (folder / missing).unlink()
    with pytest.raises(ModelError, match=missing):
        read_adapter(folder, checkpoint.architecture, name="a")


def test_a_truncated_file_is_refused(tmp_path: Path, values: Tensors, checkpoint: Checkpoint) -> None:
    folder = tiny_adapter.write(tmp_path / "adapter", values)
    file = folder / "adapter_model.safetensors"
    file.write_bytes(file.read_bytes()[:-10])
    with pytest.raises(ModelError, match="truncated"):
        read_adapter(folder, checkpoint.architecture, name="a")


def test_a_damaged_config_is_refused(tmp_path: Path, values: Tensors, checkpoint: Checkpoint) -> None:
    folder = tiny_adapter.write(tmp_path / "adapter", values)
    (folder / "adapter_config.json").write_text(json.dumps([1]), encoding="utf-8")
    with pytest.raises(ModelError, match="wanted a JSON object"):
        read_adapter(folder, checkpoint.architecture, name="a")
