"""Block quantisation of weight matrices, in the layout of onnxruntime's MatMulNBits.

Each row is cut into blocks of `block_size` columns. A block has one scale and, if asymmetric, one zero point; scales
are 8-bit codes times one float a row, which the graph multiplies out while it loads. It does not know which matrix
deserves how many bits: matmul.py does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

Bits: TypeAlias = Literal[4, 8]
Matrix: TypeAlias = NDArray[np.float32]

ROW_LEVELS = 63
SCALE_LEVELS = 127
SLACK = 1e-3  # of a scale's step: rounding of floats must not raise a scale by a whole one


@dataclass(frozen=True, slots=True)
class Scales:
    """One scale a block: `codes` (rows, blocks) times `rows` (rows, 1). A negative one turns its block round."""

    codes: NDArray[np.int8]
    rows: Matrix

    @property
    def values(self) -> Matrix:
        """float32, (rows, blocks): the very numbers that the graph computes with."""
        return self.codes.astype(np.float32) * self.rows


@dataclass(frozen=True, slots=True)
class Quantized:
    """A matrix of `bits`-wide integers: value = (packed - zero point) * scale.

    `packed` is uint8, shape (rows, blocks, block_size * bits / 8), low nibble first; `zero_points` uint8, packed
    like the weights along blocks, or None for 2^(bits - 1) everywhere.
    """

    packed: NDArray[np.uint8]
    scales: Scales
    zero_points: NDArray[np.uint8] | None
    bits: Bits
    block_size: int
    num_columns: int


def quantize(matrix: Matrix, *, bits: Bits, block_size: int, symmetric: bool) -> Quantized:
    """The matrix in blocks whose levels span their extremes, each value at the nearest level.

    Clipping the extremes lowers the squared error, yet mail became less predictable: nothing is clipped.
    """
    blocks = in_blocks(matrix, block_size)  # (rows, blocks, block_size)
    levels = (1 << bits) - 1
    span = _symmetric_span(blocks, levels) if symmetric else _asymmetric_span(blocks, levels)
    scales = pack_scales(span)
    step = scales.values
    zero = np.full_like(step, (levels + 1) // 2)
    if not symmetric:
        zero = np.clip(np.rint(-np.minimum(blocks.min(axis=2), 0.0) / step), 0, levels)
    codes = np.clip(np.rint(blocks / step[:, :, None]) + zero[:, :, None], 0, levels).astype(np.uint8)
    zero_codes = None if symmetric else zero.astype(np.uint8)
    return pack(codes, scales, zero_codes, bits=bits, num_columns=matrix.shape[1])


def pack(
    codes: NDArray[np.uint8],
    scales: Scales,
    zero_codes: NDArray[np.uint8] | None,
    *,
    bits: Bits,
    num_columns: int,
) -> Quantized:
    """Codes (rows, blocks, block_size) with their grid, as they are stored."""
    return Quantized(
        packed=codes if bits == 8 else _pack_nibbles(codes),
        scales=scales,
        zero_points=None if zero_codes is None else _pack_zero_points(zero_codes, bits=bits),
        bits=bits,
        block_size=codes.shape[2],
        num_columns=num_columns,
    )


def pack_scales(wanted: Matrix) -> Scales:
    """The smallest scales (rows, blocks) that can be stored and reach as far as these; none of them is zero.

    >>> pack_scales(np.array([[0.5, -1.0, 0.0]], np.float32)).codes
    array([[  64, -127,    1]], dtype=int8)
    """
    rows = np.abs(wanted).max(axis=1, keepdims=True) / SCALE_LEVELS
    rows = np.where(rows < 1e-12, 1.0, rows).astype(np.float32)
    sizes = np.clip(np.ceil(np.abs(wanted) / rows - SLACK), 1, SCALE_LEVELS)
    return Scales(np.where(wanted < 0, -sizes, sizes).astype(np.int8), rows)


def stack(parts: Sequence[Quantized]) -> Quantized:
    """The rows of several matrices below each other; they share bits, blocks and columns."""
    first = parts[0]
    if len(parts) == 1:
        return first
    zeros = [part.zero_points for part in parts if part.zero_points is not None]
    assert len(zeros) in (0, len(parts)), "one rule for all"
    return replace(
        first,
        packed=np.concatenate([part.packed for part in parts]),
        scales=Scales(
            np.concatenate([part.scales.codes for part in parts]),
            np.concatenate([part.scales.rows for part in parts]),
        ),
        zero_points=np.concatenate(zeros) if zeros else None,
    )


def quantize_rows(matrix: Matrix) -> tuple[NDArray[np.int8], Matrix]:
    """Codes of the matrix's shape and one scale a row; 7 bits, so that no pair of products overflows 16 bits.

    Processors without VNNI add pairs of 8-bit products in 16 bits, saturating; -63..63 cannot.
    """
    span = np.abs(matrix).max(axis=1) / ROW_LEVELS
    scales = np.where(span < 1e-12, 1.0, span).astype(np.float32)
    return np.rint(matrix / scales[:, None]).astype(np.int8), scales


def dequantize(quantized: Quantized) -> Matrix:
    """The matrix that `quantized` stands for; the slow twin of what the kernels do."""
    codes = quantized.packed if quantized.bits == 8 else _unpack_nibbles(quantized.packed)
    num_rows, num_blocks = quantized.scales.codes.shape
    zero: NDArray[np.float32] | float = float(1 << (quantized.bits - 1))
    if quantized.zero_points is not None:
        zero_codes = quantized.zero_points if quantized.bits == 8 else _unpack_nibbles(quantized.zero_points)
        zero = zero_codes[:, :num_blocks].astype(np.float32)[:, :, None]
    values = (codes.astype(np.float32) - zero) * quantized.scales.values[:, :, None]
    return np.asarray(values.reshape(num_rows, -1)[:, : quantized.num_columns], dtype=np.float32)


def in_blocks(matrix: Matrix, block_size: int) -> Matrix:
    """Rows cut into blocks, the last one filled up with zeros: (rows, blocks, block_size)."""
    rows, columns = matrix.shape
    padded = np.pad(matrix, ((0, 0), (0, -columns % block_size)))
    return padded.reshape(rows, -1, block_size)


def _symmetric_span(blocks: Matrix, levels: int) -> Matrix:
    """Scale of each block, (rows, blocks).

    The side with one more level goes to the value of largest magnitude, so the scale carries its sign.
    """
    extreme = np.take_along_axis(blocks, np.abs(blocks).argmax(axis=2)[:, :, None], axis=2)[:, :, 0]
    return np.asarray(-extreme / ((levels + 1) // 2), dtype=np.float32)


def _asymmetric_span(blocks: Matrix, levels: int) -> Matrix:
    low, high = np.minimum(blocks.min(axis=2), 0.0), np.maximum(blocks.max(axis=2), 0.0)
    return np.asarray((high - low) / levels, dtype=np.float32)


def _pack_nibbles(codes: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return (codes[..., 0::2] | (codes[..., 1::2] << 4)).astype(np.uint8)


def _unpack_nibbles(packed: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return np.stack([packed & 15, packed >> 4], axis=-1).reshape(*packed.shape[:-1], -1)


def _pack_zero_points(zero: NDArray[np.uint8], *, bits: Bits) -> NDArray[np.uint8]:
    if bits == 8:
        return zero
    return _pack_nibbles(np.pad(zero, ((0, 0), (0, zero.shape[1] % 2))))
