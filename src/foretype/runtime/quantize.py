"""Block quantisation of weight matrices, in the layout of onnxruntime's MatMulNBits.

Each row is cut into blocks of `block_size` columns; a block has one float scale and, if asymmetric, one zero point.
It does not know which matrix deserves how many bits: export.py says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

Bits: TypeAlias = Literal[4, 8]
Matrix: TypeAlias = NDArray[np.float32]

SHRINKS = (1.0, 0.975, 0.95, 0.925, 0.9, 0.875, 0.85)  # clipping the extremes a little lowers the squared error


@dataclass(frozen=True, slots=True)
class Quantized:
    """A matrix of `bits`-wide integers: value = (packed - zero point) * scale.

    `packed` is uint8, shape (rows, blocks, block_size * bits / 8), low nibble first; `scales` float32, (rows, blocks);
    `zero_points` uint8, packed like the weights along blocks, or None for 2^(bits - 1) everywhere.
    """

    packed: NDArray[np.uint8]
    scales: Matrix
    zero_points: NDArray[np.uint8] | None
    bits: Bits
    block_size: int
    num_columns: int


def quantize(matrix: Matrix, *, bits: Bits, block_size: int, symmetric: bool) -> Quantized:
    """The matrix in blocks, each with the scale (and zero point) of the least squared error among SHRINKS."""
    blocks = _in_blocks(matrix, block_size)  # (rows, blocks, block_size)
    shrinks = SHRINKS if bits == 4 else SHRINKS[:1]
    levels = (1 << bits) - 1
    best_error = np.full(blocks.shape[:2], np.inf, dtype=np.float32)
    best_scale, best_zero = np.ones_like(best_error), np.full_like(best_error, 1 << (bits - 1))
    for shrink in shrinks:
        for scale, zero in _grids(blocks, levels=levels, shrink=shrink, symmetric=symmetric):
            error = _squared_error(blocks, scale, zero, levels=levels)
            better = error < best_error
            best_error = np.where(better, error, best_error)
            best_scale, best_zero = np.where(better, scale, best_scale), np.where(better, zero, best_zero)
    codes = _codes(blocks, best_scale, best_zero, levels=levels).astype(np.uint8)
    return Quantized(
        packed=codes if bits == 8 else _pack_nibbles(codes),
        scales=best_scale,
        zero_points=None if symmetric else _pack_zero_points(best_zero.astype(np.uint8), bits=bits),
        bits=bits,
        block_size=block_size,
        num_columns=matrix.shape[1],
    )


def dequantize(quantized: Quantized) -> Matrix:
    """The matrix that `quantized` stands for; the slow twin of what the kernels do."""
    codes = quantized.packed if quantized.bits == 8 else _unpack_nibbles(quantized.packed)
    num_rows, num_blocks = quantized.scales.shape
    zero: NDArray[np.float32] | float = float(1 << (quantized.bits - 1))
    if quantized.zero_points is not None:
        zero_codes = quantized.zero_points if quantized.bits == 8 else _unpack_nibbles(quantized.zero_points)
        zero = zero_codes[:, :num_blocks].astype(np.float32)[:, :, None]
    values = (codes.astype(np.float32) - zero) * quantized.scales[:, :, None]
    return np.asarray(values.reshape(num_rows, -1)[:, : quantized.num_columns], dtype=np.float32)


def _in_blocks(matrix: Matrix, block_size: int) -> Matrix:
    rows, columns = matrix.shape
    padded = np.pad(matrix, ((0, 0), (0, -columns % block_size)))
    return padded.reshape(rows, -1, block_size)


def _grids(blocks: Matrix, *, levels: int, shrink: float, symmetric: bool) -> list[tuple[Matrix, Matrix]]:
    """Candidate (scale, zero point) pairs a block, each of shape (rows, blocks)."""
    if symmetric:
        zero = np.full(blocks.shape[:2], (levels + 1) // 2, dtype=np.float32)
        # The side with one more level goes to the value of largest magnitude, so the scale carries its sign.
        extreme = np.take_along_axis(blocks, np.abs(blocks).argmax(axis=2)[:, :, None], axis=2)[:, :, 0]
        return [(_safe(-shrink * extreme / zero), zero)]
    low, high = np.minimum(blocks.min(axis=2), 0.0), np.maximum(blocks.max(axis=2), 0.0)
    scale = _safe(shrink * (high - low) / levels)
    exact = -low * shrink / scale
    return [(scale, np.clip(rounded(exact), 0, levels)) for rounded in (np.floor, np.ceil)]


def _safe(scale: Matrix) -> Matrix:
    return np.where(np.abs(scale) < 1e-12, np.float32(1.0), scale).astype(np.float32)


def _codes(blocks: Matrix, scale: Matrix, zero: Matrix, *, levels: int) -> Matrix:
    return np.clip(np.rint(blocks / scale[:, :, None]) + zero[:, :, None], 0, levels)


def _squared_error(blocks: Matrix, scale: Matrix, zero: Matrix, *, levels: int) -> Matrix:
    restored = (_codes(blocks, scale, zero, levels=levels) - zero[:, :, None]) * scale[:, :, None]
    return np.asarray(np.square(restored - blocks).sum(axis=2), dtype=np.float32)


def _pack_nibbles(codes: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return codes[..., 0::2] | (codes[..., 1::2] << 4)


def _unpack_nibbles(packed: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return np.stack([packed & 15, packed >> 4], axis=-1).reshape(*packed.shape[:-1], -1)


def _pack_zero_points(zero: NDArray[np.uint8], *, bits: Bits) -> NDArray[np.uint8]:
    if bits == 8:
        return zero
    return _pack_nibbles(np.pad(zero, ((0, 0), (0, zero.shape[1] % 2))))
