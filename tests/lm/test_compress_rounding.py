"""Rounding with feedback: the same codes as its slow twin, and products that move less than by rounding to nearest."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

import tiny_llama
from foretype.errors import InputError, ModelError
from foretype.runtime.containers import read_checkpoint
from foretype.runtime.layout import Precision
from foretype.runtime.quantize import dequantize, quantize
from foretype.runtime.reference import reference_log_probs

pytestmark = pytest.mark.train
torch = pytest.importorskip("torch")

if TYPE_CHECKING:
    from torch import Tensor

    from foretype.lm.gpt import Gpt

Floats = NDArray[np.float64]


def correlated(rows: int, columns: int, *, seed: int) -> tuple[Tensor, Tensor]:
    """A matrix, and inputs (3 * columns, columns) that go together."""
    random = np.random.default_rng(seed)
    matrix = random.normal(size=(rows, columns)).astype(np.float32)
    mixed = random.normal(size=(3 * columns, columns)) @ random.normal(size=(columns, columns))
    inputs = mixed + random.normal(size=mixed.shape)
    return torch.from_numpy(matrix), torch.from_numpy(inputs.astype(np.float32))


def slow_twin(matrix: Tensor, moments: Tensor, steps: Tensor) -> Floats:
    """One column at a time, the inverse shrunk by each column that is done."""
    from foretype.lm.compress.feedback import DAMPING

    left, step = matrix.double().numpy().copy(), steps.numpy()
    inverse = np.linalg.inv(
        moments.double().numpy() + np.eye(len(moments)) * DAMPING * moments.diagonal().mean().item()
    )
    done = np.zeros(len(moments), bool)
    values = np.zeros_like(left)
    for at in torch.argsort(moments.diagonal(), descending=True, stable=True).tolist():
        values[:, at] = np.clip(np.rint(left[:, at] / step[:, at]), -8, 7) * step[:, at]
        error = (left[:, at] - values[:, at]) / inverse[at, at]
        done[at] = True
        left[:, ~done] -= np.outer(error, inverse[at, ~done])
        inverse -= np.outer(inverse[:, at], inverse[at]) / inverse[at, at]
    return values


@given(seed=st.integers(0, 1000), columns=st.sampled_from((8, 31, 160)))
@settings(max_examples=15, deadline=None)
def test_codes_are_those_of_the_slow_twin(seed: int, columns: int) -> None:
    from foretype.lm.compress.feedback import round_with_feedback

    matrix, inputs = correlated(5, columns, seed=seed)
    moments = inputs.T @ inputs
    found = round_with_feedback(matrix, moments, bits=4, block_size=16)
    steps = torch.from_numpy(found.scales.values).repeat_interleave(16, dim=1)[:, :columns]
    differ = np.abs(dequantize(found) - slow_twin(matrix, moments, steps)) > 1e-4
    assert differ.mean() < 0.02, "a value halfway between two levels may go either way"


@pytest.mark.parametrize("bits", [4, 8])
@pytest.mark.parametrize("columns", [96, 160])
def test_products_move_less_than_by_rounding_to_nearest(bits: Any, columns: int) -> None:
    from foretype.lm.compress.feedback import round_with_feedback

    matrix, inputs = correlated(40, columns, seed=1)
    nearest = dequantize(quantize(matrix.numpy(), bits=bits, block_size=64, symmetric=True))
    ours = dequantize(round_with_feedback(matrix, inputs.T @ inputs, bits=bits, block_size=64))
    moved = [(inputs @ (torch.from_numpy(each) - matrix).T).square().mean() for each in (ours, nearest)]
    assert moved[0] < 0.7 * moved[1]


def test_inputs_that_never_speak_cost_nothing() -> None:
    from foretype.lm.compress.feedback import round_with_feedback

    matrix, _ = correlated(3, 32, seed=2)
    found = dequantize(round_with_feedback(matrix, torch.zeros(32, 32), bits=4, block_size=16))
    assert np.isfinite(found).all()


def test_a_rounded_network_stays_nearer_than_one_rounded_to_nearest(tmp_path: Path) -> None:
    gpt, texts, checkpoint = tiny(tmp_path)
    before = log_probs(gpt, texts)
    from foretype.lm.compress.rounding import round_network

    rounded = round_network(gpt, texts, Precision(4, 32, 4, "compensated"))
    nearest = replace(
        checkpoint,
        weight=lambda name: (
            dequantize(quantize(checkpoint.weight(name), bits=4, block_size=32, symmetric=True))
            if name in rounded
            else checkpoint.weight(name)
        ),
    )
    plain = torch.from_numpy(np.stack([reference_log_probs(nearest, text[0].tolist()) for text in texts]))
    far = [(before.exp() * (before - after)).sum(-1).mean() for after in (log_probs(gpt, texts), plain)]
    assert far[0] < 0.8 * far[1]
    for name, codes in rounded.items():
        np.testing.assert_array_equal(dequantize(codes), gpt.get_parameter(name).detach().numpy())


def test_every_matrix_is_rounded_a_free_head_too(tmp_path: Path) -> None:
    from foretype.lm.compress.rounding import round_network

    gpt, texts, _ = tiny(tmp_path, tie_word_embeddings=False)
    rounded = round_network(gpt, texts, Precision(4, 32, 8, "compensated"))
    assert {name for name, value in gpt.state_dict().items() if value.ndim == 2} == set(rounded)
    assert {name: codes.bits for name, codes in rounded.items() if codes.bits == 8} == dict.fromkeys(
        ("model.embed_tokens.weight", "lm_head.weight"), 8
    )


def test_activations_that_are_no_numbers_and_missing_texts_are_refused(tmp_path: Path) -> None:
    from foretype.lm.compress.rounding import round_network

    gpt, texts, _ = tiny(tmp_path)
    with pytest.raises(InputError, match="found no texts"):
        round_network(gpt, [], Precision(4))
    gpt.model.norm.weight.data[3] = torch.nan
    with pytest.raises(ModelError, match="activations that are no numbers"):
        round_network(gpt, texts, Precision(4))


def tiny(folder: Path, **changes: Any) -> tuple[Gpt, list[Tensor], Any]:
    from foretype.lm.checkpoint_folder import load_gpt

    shape = tiny_llama.config(**changes)
    weights = tiny_llama.weights(shape)
    random = np.random.default_rng(4)
    table = random.normal(size=(shape["vocab_size"], 8)) @ random.normal(size=(8, shape["hidden_size"]))
    weights["model.embed_tokens.weight"] = (table / 16).astype(np.float32)  # as in texts, inputs go together
    path = tiny_llama.write_folder(folder / "tiny", shape, weights)
    texts = torch.randint(2, 264, (24, 1, 30), generator=torch.Generator().manual_seed(3))
    return load_gpt(path)[0], list(texts), read_checkpoint(path)


@torch.no_grad()
def log_probs(gpt: Gpt, texts: list[Tensor]) -> Tensor:
    return torch.stack([gpt(text)[0].log_softmax(-1) for text in texts])
