"""The rank network does what its papers say, and its ONNX twin says the same within 1e-4, one key at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foretype.rank.neural.columns import fitted_columns
from foretype.rank.schema import FEATURES, NAMES
from read_rows import invented

pytestmark = pytest.mark.train
torch = pytest.importorskip("torch")
pytest.importorskip("rtdl_num_embeddings")

if TYPE_CHECKING:
    from foretype.rank.neural.network import RankNetwork

HIDDEN = 24


def network_of(*, state: int | None, seed: int = 3) -> RankNetwork:
    """A network with random weights, its categories' tables included."""
    from foretype.rank.neural.network import RankNetwork, Shape

    torch.manual_seed(seed)
    rows, _ = invented(10)
    network = RankNetwork(fitted_columns(rows.features), Shape(state=state)).eval()
    with torch.no_grad():
        for weight in network.parameters():
            weight.add_(torch.randn_like(weight) * 0.1)
    return network


@pytest.mark.parametrize("state", [None, HIDDEN])
@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), num_rows=st.integers(1, 12))
def test_the_onnx_network_says_the_same(state: int | None, seed: int, num_rows: int) -> None:
    from foretype.rank.neural.onnx_file import network_to_onnx
    from foretype.rank.neural.onnx_run import RankSession

    network, chance = network_of(state=state), np.random.default_rng(seed)
    features = chance.normal(0, 3, (num_rows, len(FEATURES))).astype(np.float32)  # beyond the range, too
    features[:, NAMES.index("kind")] = chance.integers(0, 3, num_rows)
    key = chance.normal(0, 2, HIDDEN).astype(np.float32)
    with torch.inference_mode():
        states = torch.from_numpy(np.tile(key, (num_rows, 1))) if state else None
        said = network(torch.from_numpy(features), states).numpy()
    found = RankSession(network_to_onnx(network)).log_odds(features, key if state else None)
    assert np.abs(found - said).max() < 1e-4


def test_a_cross_layer_is_the_product_that_the_paper_has() -> None:
    from foretype.rank.neural.network import Cross

    torch.manual_seed(1)
    cross = Cross(5, 2)
    first, found = torch.randn(3, 5), torch.randn(3, 5)
    matrix = cross.up.weight @ cross.down.weight
    wanted = first * (found @ matrix.T + cross.up.bias) + found
    assert torch.allclose(cross(first, found), wanted, atol=1e-6)


def test_what_lies_beyond_training_counts_as_its_end() -> None:
    network, at = network_of(state=None), NAMES.index("typed")
    rows, _ = invented(10)
    high, higher = rows.features[:4].copy(), rows.features[:4].copy()
    high[:, at], higher[:, at] = rows.features[:, at].max(), 1000
    with torch.inference_mode():
        assert torch.equal(network(torch.from_numpy(high)), network(torch.from_numpy(higher)))


def test_columns_that_were_constant_change_nothing() -> None:
    network = network_of(state=None)
    rows, _ = invented(10)
    changed = rows.features[:4].copy()
    changed[:, NAMES.index("tenant_share")] = 0.7
    with torch.inference_mode():
        assert torch.equal(network(torch.from_numpy(rows.features[:4])), network(torch.from_numpy(changed)))
