"""Training against rounding: the grid is the one that is stored, and what was learned stays in floats."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

torch = pytest.importorskip("torch")
from foretype.lm.fake_quant import Grid, drop_rounding, round_weights, rounded  # noqa: E402
from foretype.lm.gpt import Gpt  # noqa: E402
from foretype.runtime.architecture import Architecture  # noqa: E402
from foretype.runtime.quantize import dequantize, quantize  # noqa: E402

pytestmark = pytest.mark.train

SMALL = Architecture(64, 32, 48, 1, 2, 1, 16, 64, 1e-5, 10_000.0, None, True)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from([32, 64]), st.booleans(), st.integers(1, 100))
def test_rounded_weights_are_what_the_stored_blocks_give_back(
    seed: int, block_size: int, symmetric: bool, num_columns: int
) -> None:
    matrix = np.random.default_rng(seed).normal(size=(5, num_columns)).astype(np.float32)
    stored = dequantize(quantize(matrix, bits=4, block_size=block_size, symmetric=symmetric))
    found = rounded(torch.from_numpy(matrix), Grid(block_size, symmetric)).numpy()
    np.testing.assert_allclose(found, stored, atol=1e-6)


def test_a_network_computes_with_rounded_weights_and_learns_the_floats() -> None:
    torch.manual_seed(0)
    gpt, ids = Gpt(SMALL), torch.arange(10)[None]
    before = {name: weight.clone() for name, weight in gpt.state_dict().items()}
    plain = gpt(ids)
    round_weights(gpt, block_size=32)
    coarse = gpt(ids)
    assert not torch.allclose(plain, coarse, atol=1e-4)
    coarse.sum().backward()
    assert all(weight.grad is not None for weight in gpt.parameters())
    drop_rounding(gpt)
    assert all(torch.equal(weight, before[name]) for name, weight in gpt.state_dict().items())
