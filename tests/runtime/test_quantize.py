"""Block and row quantisation: errors stay within half a step, and packing is undone exactly."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from foretype.runtime.quantize import Bits, Matrix, dequantize, pack_scales, quantize, quantize_rows, stack

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
    steps = np.repeat(np.abs(stored.scales.values), block_size, axis=1)[:, : matrix.shape[1]]
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


@given(wanted=MATRICES)
def test_stored_scales_reach_as_far_as_wanted_and_hardly_further(wanted: Matrix) -> None:
    found, row = pack_scales(wanted).values, np.abs(wanted).max(axis=1, keepdims=True)
    assert np.all(np.abs(found) >= np.abs(wanted) * 0.999 - row * 1e-4)
    assert np.all(np.abs(found) <= np.abs(wanted) + np.maximum(row, 127) / 126)
    assert np.all(found * np.sign(wanted) >= 0) and np.all(found != 0)


@given(matrix=MATRICES, bits=st.sampled_from((4, 8)), symmetric=st.booleans())
def test_stacked_matrices_stand_for_the_same_rows(matrix: Matrix, bits: Bits, symmetric: bool) -> None:
    parts = [
        quantize(part, bits=bits, block_size=16, symmetric=symmetric) for part in (matrix, -2 * matrix[:1])
    ]
    both = np.concatenate([dequantize(part) for part in parts])
    np.testing.assert_array_equal(dequantize(stack(parts)), both)
