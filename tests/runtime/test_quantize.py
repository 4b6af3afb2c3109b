"""Block and row quantisation: errors stay within half a step, and packing is undone exactly."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from foretype.runtime.quantize import Bits, Matrix, dequantize, quantize, quantize_rows

MATRICES = arrays.arrays(
    np.float32,
    st.tuples(st.integers(1, 5), st.integers(1, 70)),
    elements=st.floats(-8, 8, width=32, allow_subnormal=False),
)


@given(
    matrix=MATRICES,
    bits=st.sampled_from((4, 8)),
    block_size=st.sampled_from((16, 32)),
    symmetric=st.booleans(),
)
def test_no_value_moves_by_more_than_a_step(
    matrix: Matrix, bits: Bits, block_size: int, symmetric: bool
) -> None:
    stored = quantize(matrix, bits=bits, block_size=block_size, symmetric=symmetric)
    steps = np.repeat(np.abs(stored.scales), block_size, axis=1)[:, : matrix.shape[1]]
    assert np.all(np.abs(dequantize(stored) - matrix) <= steps * 1.01 + 1e-6)


@pytest.mark.parametrize("symmetric", [True, False])
def test_values_on_the_grid_come_back_exactly(symmetric: bool) -> None:
    matrix = np.tile(np.arange(-8, 8, dtype=np.float32), (3, 4))
    stored = quantize(matrix, bits=4, block_size=16, symmetric=symmetric)
    np.testing.assert_allclose(dequantize(stored), matrix, atol=1e-6)


@given(matrix=MATRICES)
def test_rows_use_seven_bits_and_err_by_half_a_step(matrix: Matrix) -> None:
    codes, scales = quantize_rows(matrix)
    assert np.abs(codes).max() <= 63
    assert np.all(np.abs(codes * scales[:, None] - matrix) <= scales[:, None] * 0.51)
