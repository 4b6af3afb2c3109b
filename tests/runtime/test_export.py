"""The exported graph against the slow numpy twin, for every shape of Llama and every precision."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pytest

import tiny_llama
from foretype.runtime.checkpoint import Checkpoint, expected_shapes
from foretype.runtime.containers import read_checkpoint
from foretype.runtime.engine import Cache, Engine, chain_pass
from foretype.runtime.export import export_onnx
from foretype.runtime.graph import ALIGNMENT
from foretype.runtime.layout import WEIGHTS_FILE, Bits, Precision
from foretype.runtime.quantize import Matrix, Quantized, dequantize, quantize
from foretype.runtime.reference import reference_log_probs

TOKENS = [0, 40, 41, 99, 200, 7, 7, 260]

SHAPES = {
    "grouped": {},
    "multi-head": {"num_key_value_heads": 4},
    "multi-query": {"num_key_value_heads": 1},
    "untied": {"tie_word_embeddings": False},
    "own head size": {"head_dim": 32},
    "odd hidden size": {"hidden_size": 80, "head_dim": 16},
    "stretched": {"rope_scaling": {"rope_type": "linear", "factor": 2.0}},
}


@pytest.mark.parametrize("changes", SHAPES.values(), ids=SHAPES.keys())
def test_the_float_graph_equals_the_numpy_forward_pass(tmp_path: Path, changes: dict[str, Any]) -> None:
    checkpoint = make(tmp_path, changes)
    np.testing.assert_allclose(
        exported(checkpoint, tmp_path, 32), reference_log_probs(checkpoint, TOKENS), atol=2e-4
    )


@pytest.mark.parametrize("changes", SHAPES.values(), ids=SHAPES.keys())
@pytest.mark.parametrize(("bits", "bound"), [(8, 0.02), (4, 1.0)])
def test_a_quantised_graph_stays_near_the_float_one(
    tmp_path: Path, changes: dict[str, Any], bits: Bits, bound: float
) -> None:
    checkpoint = make(tmp_path, changes)
    wanted, found = reference_log_probs(checkpoint, TOKENS), exported(checkpoint, tmp_path, bits)
    assert np.mean(np.sum(np.exp(wanted) * (wanted - found), axis=1)) < bound


def test_rows_are_probabilities(tmp_path: Path) -> None:
    checkpoint = make(tmp_path, {})
    for bits in (4, 8, 32):
        assert np.exp(exported(checkpoint, tmp_path, bits)).sum(axis=1) == pytest.approx(1.0, abs=1e-4)


def test_a_tied_head_of_the_small_precision_shares_the_embedding_bytes(tmp_path: Path) -> None:
    sizes = []
    for tied in (True, False):
        exported(make(tmp_path / str(tied), {"tie_word_embeddings": tied}), tmp_path, 4)
        sizes.append((tmp_path / WEIGHTS_FILE).stat().st_size)
    assert sizes[1] - sizes[0] >= len(tiny_llama.vocabulary()) * 64


@pytest.mark.parametrize("changes", SHAPES.values(), ids=SHAPES.keys())
def test_codes_that_were_rounded_before_are_stored_as_they_are(
    tmp_path: Path, changes: dict[str, Any]
) -> None:
    checkpoint = make(tmp_path, changes)
    rounded = {
        name: quantize(checkpoint.weight(name), bits=bits_of(name), block_size=32, symmetric=True)
        for name, shape in expected_shapes(checkpoint.architecture)
        if len(shape) == 2
    }
    exact = replace(checkpoint, weight=lambda name: weight_of(checkpoint, rounded, name))
    export_onnx(checkpoint, tmp_path, precision=Precision(4, table_bits=4), rounded=rounded)
    wanted, found = reference_log_probs(exact, TOKENS), answers(checkpoint, tmp_path)
    assert np.mean(np.sum(np.exp(wanted) * (wanted - found), axis=1)) < 0.005, "activations are rounded too"


def bits_of(name: str) -> Literal[4, 8]:
    """A mixture: one kind of matrix keeps eight bits."""
    return 8 if "down_proj" in name else 4


def weight_of(checkpoint: Checkpoint, rounded: Mapping[str, Quantized], name: str) -> Matrix:
    return dequantize(rounded[name]) if name in rounded else checkpoint.weight(name)


def test_four_bits_in_the_table_take_half_the_room_of_eight(tmp_path: Path) -> None:
    checkpoint, sizes = make(tmp_path, {"hidden_size": 128}), []
    for table_bits in (4, 8):
        export_onnx(checkpoint, tmp_path, precision=Precision(4, table_bits=table_bits))
        sizes.append((tmp_path / WEIGHTS_FILE).stat().st_size)
    assert sizes[1] - sizes[0] == pytest.approx(len(tiny_llama.vocabulary()) * 64, abs=2 * ALIGNMENT)


def make(folder: Path, changes: dict[str, Any]) -> Checkpoint:
    shape = tiny_llama.config(**changes)
    return read_checkpoint(tiny_llama.write_folder(folder / "checkpoint", shape, tiny_llama.weights(shape)))


def exported(checkpoint: Checkpoint, folder: Path, bits: Bits) -> np.ndarray[Any, np.dtype[np.float32]]:
    export_onnx(checkpoint, folder, precision=Precision(bits))
    return answers(checkpoint, folder)


def answers(checkpoint: Checkpoint, folder: Path) -> np.ndarray[Any, np.dtype[np.float32]]:
    engine = Engine(folder, checkpoint.architecture)
    rows = list(range(len(TOKENS)))
    return engine.run(Cache(engine, capacity=16), chain_pass(TOKENS, num_past=0, wanted=rows))
