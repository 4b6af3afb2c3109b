"""The exported graph against the slow numpy twin, for every shape of Llama and every precision."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tiny_llama
from foretype.runtime.checkpoint import Checkpoint
from foretype.runtime.containers import read_checkpoint
from foretype.runtime.engine import Cache, Engine, chain_pass
from foretype.runtime.export import export_onnx
from foretype.runtime.layout import WEIGHTS_FILE, Bits, Precision
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


def make(folder: Path, changes: dict[str, Any]) -> Checkpoint:
    shape = tiny_llama.config(**changes)
    return read_checkpoint(tiny_llama.write_folder(folder / "checkpoint", shape, tiny_llama.weights(shape)))


def exported(checkpoint: Checkpoint, folder: Path, bits: Bits) -> np.ndarray[Any, np.dtype[np.float32]]:
    export_onnx(checkpoint, folder, precision=Precision(bits))
    engine = Engine(folder, checkpoint.architecture)
    rows = list(range(len(TOKENS)))
    return engine.run(Cache(engine, capacity=16), chain_pass(TOKENS, num_past=0, wanted=rows))
