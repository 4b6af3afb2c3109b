"""Training against rounding: the grid is the one that is stored, and what was learned stays in floats."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

torch = pytest.importorskip("torch")
from foretype.lm.fake_quant import Grid, QuantAware, round_in_place, rounded  # noqa: E402
from foretype.lm.gpt import Gpt  # noqa: E402
from foretype.lm.objective import Learner, NextToken  # noqa: E402
from foretype.lm.rows import Batch  # noqa: E402
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


def learner_and_batch() -> tuple[Learner, Batch]:
    torch.manual_seed(0)
    gpt, ids = Gpt(SMALL), torch.arange(11)[None]
    with torch.no_grad():
        gpt.model.embed_tokens.weight.mul_(20.0)
    parts = (ids[:, :-1], ids[:, 1:], torch.zeros_like(ids[:, 1:]), torch.arange(10))
    return Learner(gpt, NextToken()), Batch(*parts)


def test_a_network_computes_with_rounded_weights_and_learns_the_floats() -> None:
    learner, batch = learner_and_batch()
    before = {name: weight.clone() for name, weight in learner.state_dict().items()}
    aware = QuantAware(learner, block_size=32)
    plain = aware(batch).mean
    assert torch.equal(plain, learner(batch).mean)
    aware.begin()
    coarse = aware(batch).mean
    assert not torch.isclose(plain, coarse, atol=1e-6)
    coarse.backward()
    assert all(weight.grad is not None for weight in learner.parameters())
    assert all(torch.equal(weight, before[name]) for name, weight in learner.state_dict().items())


def test_rounding_on_the_way_is_rounding_in_place() -> None:
    learner, batch = learner_and_batch()
    aware = QuantAware(learner, block_size=32)
    aware.begin()
    coarse = aware(batch).mean
    round_in_place(learner, block_size=32)
    assert torch.isclose(coarse, learner(batch).mean, atol=1e-6)
