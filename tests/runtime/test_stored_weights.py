"""What is read back from a model directory is the network that it serves."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import tiny_llama
from foretype.errors import ModelError
from foretype.runtime.adding import add_model
from foretype.runtime.catalog import Catalog
from foretype.runtime.checkpoint import expected_shapes
from foretype.runtime.containers import read_checkpoint
from foretype.runtime.engine import Cache, Engine, chain_pass
from foretype.runtime.layout import MODEL_FILE, WEIGHTS_FILE, Bits
from foretype.runtime.reference import reference_log_probs
from foretype.runtime.stored_weights import read_model_dir
from runtime.conftest import silent

TOKENS = [0, 40, 41, 99, 200, 7, 260]
ROUNDING: dict[Bits, float] = {8: 0.1, 4: 0.1}  # of activations, by the kernels: mean nats


def stored(tmp_path: Path, bits: Bits, **changes: object) -> tuple[Path, Path]:
    """A folder, and the model that was made of it."""
    shape = tiny_llama.config(**changes)
    folder = tiny_llama.write_folder(tmp_path / "tiny", shape, tiny_llama.weights(shape))
    catalog = Catalog(tmp_path / "models")
    add_model(catalog, str(folder), name="tiny", bits=bits, progress=silent)
    return folder, catalog.existing("tiny")


@pytest.mark.parametrize("tied", [True, False])
def test_a_float_model_gives_back_the_very_weights(tmp_path: Path, tied: bool) -> None:
    folder, directory = stored(tmp_path, 32, tie_word_embeddings=tied)
    before, after = read_checkpoint(folder), read_model_dir(directory)
    assert (after.architecture, after.prelude, after.markers) == (
        before.architecture,
        before.prelude,
        before.markers,
    )
    assert after.tokenizer_json == before.tokenizer_json
    for name, _ in expected_shapes(before.architecture):
        np.testing.assert_array_equal(after.weight(name), before.weight(name), err_msg=name)


@pytest.mark.parametrize("bits", [8, 4])
def test_rounded_weights_read_back_foresee_what_is_served(tmp_path: Path, bits: Bits) -> None:
    folder, directory = stored(tmp_path, bits)
    checkpoint = read_model_dir(directory)
    engine = Engine(directory, checkpoint.architecture)
    rows = list(range(len(TOKENS)))
    served = engine.run(Cache(engine, capacity=len(TOKENS)), chain_pass(TOKENS, num_past=0, wanted=rows))
    read = reference_log_probs(checkpoint, TOKENS)
    lost = np.abs(read - reference_log_probs(read_checkpoint(folder), TOKENS)).mean()
    assert np.abs(read - served).mean() < ROUNDING[bits]
    assert np.abs(read - served).mean() < lost + ROUNDING[8], (
        "closer to what is served than to the float network"
    )


def test_equal_gains_are_found_though_they_are_stored_once(tmp_path: Path) -> None:
    shape = tiny_llama.config(hidden_size=512)
    values = tiny_llama.weights(shape)
    for name in values:
        if "norm" in name:
            values[name] = np.full(512, 0.5, np.float32)
    folder = tiny_llama.write_folder(tmp_path / "tiny", shape, values)
    add_model(Catalog(tmp_path / "models"), str(folder), name="tiny", bits=32, progress=silent)
    checkpoint = read_model_dir(tmp_path / "models" / "tiny")
    for name, shape_ in expected_shapes(checkpoint.architecture):
        if "norm" in name:
            np.testing.assert_array_equal(checkpoint.weight(name), np.full(shape_, 0.5, np.float32))


def test_a_folder_that_is_no_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="this is no model"):
        read_model_dir(tmp_path)


def test_a_damaged_graph_is_told(model_folder: Path, tmp_path: Path) -> None:
    for file in model_folder.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    size = (tmp_path / MODEL_FILE).stat().st_size
    (tmp_path / MODEL_FILE).write_bytes(b"\xff" * size)
    with pytest.raises(ModelError, match=r"cannot be read.*add the model again"):
        read_model_dir(tmp_path)


def test_a_graph_of_other_names_is_told(model_folder: Path, tmp_path: Path) -> None:
    for file in model_folder.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    raw = (tmp_path / MODEL_FILE).read_bytes()
    (tmp_path / MODEL_FILE).write_bytes(raw.replace(b"layer.0.qkv", b"layer.0.xyz"))
    with pytest.raises(ModelError, match=r"found no layer\.0\.qkv"):
        read_model_dir(tmp_path).weight("model.layers.0.self_attn.q_proj.weight")
    assert (tmp_path / WEIGHTS_FILE).exists()


def test_files_may_be_linked(model_folder: Path, tmp_path: Path) -> None:
    for file in model_folder.iterdir():
        (tmp_path / file.name).hardlink_to(file)
    name = "model.layers.0.mlp.up_proj.weight"
    linked, plain = (read_model_dir(folder).weight(name) for folder in (tmp_path, model_folder))
    np.testing.assert_array_equal(linked, plain)
