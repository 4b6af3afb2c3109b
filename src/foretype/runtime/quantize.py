"""Block quantisation of weight matrices, in the layout of onnxruntime's MatMulNBits.

Each row is cut into blocks of `block_size` columns; a block has one float scale and, if asymmetric, one zero
point. It does not know which matrix deserves how many bits: matmul.py does.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

Bits: TypeAlias = Literal[4, 8]
Matrix: TypeAlias = NDArray[np.float32]

ROW_LEVELS = 63


@dataclass(frozen=True, slots=True)
class Quantized:
    """A matrix of `bits`-wide integers: value = (packed - zero point) * scale.

    `packed` is uint8, shape (rows, blocks, block_size * bits / 8), low nibble first; `scales` float32, (rows,
    blocks);
    `zero_points` uint8, packed like the weights along blocks, or None for 2^(bits - 1) everywhere.
    """

    packed: NDArray[np.uint8]
    scales: Matrix
    zero_points: NDArray[np.uint8] | None
    bits: Bits
    block_size: int
    num_columns: int


def quantize(matrix: Matrix, *, bits: Bits, block_size: int, symmetric: bool) -> Quantized:
    """The matrix in blocks whose levels span their extremes.

    Clipping the extremes lowers the squared error, yet mail became less predictable: nothing is clipped.
    """
    blocks = _in_blocks(matrix, block_size)  # (rows, blocks, block_size)
    levels = (1 << bits) - 1
    scale, zero = _symmetric_grid(blocks, levels) if symmetric else _asymmetric_grid(blocks, levels)
    codes = np.clip(np.rint(blocks / scale[:, :, None]) + zero[:, :, None], 0, levels).astype(np.uint8)
    return Quantized(
        packed=codes if bits == 8 else _pack_nibbles(codes),
        scales=scale,
        zero_points=None if symmetric else _pack_zero_points(zero.astype(np.uint8), bits=bits),
        bits=bits,
        block_size=block_size,
        num_columns=matrix.shape[1],
    )


def quantize_rows(matrix: Matrix) -> tuple[NDArray[np.int8], Matrix]:
    """Codes of the matrix's shape and one scale a row; 7 bits, so that no pair of products overflows 16 bits.

    Processors without VNNI add pairs of 8-bit products in 16 bits, saturating; -63..63 cannot.
    """
    scales = _safe(np.abs(matrix).max(axis=1) / ROW_LEVELS)
    return np.rint(matrix / scales[:, None]).astype(np.int8), scales


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


def _symmetric_grid(blocks: Matrix, levels: int) -> tuple[Matrix, Matrix]:
    """Scale and zero point of each block, both (rows, blocks).

    The side with one more level goes to the value of largest magnitude, so the scale carries its sign.
    """
    zero = np.full(blocks.shape[:2], (levels + 1) // 2, dtype=np.float32)
    extreme = np.take_along_axis(blocks, np.abs(blocks).argmax(axis=2)[:, :, None], axis=2)[:, :, 0]
    return _safe(-extreme / zero), zero


def _asymmetric_grid(blocks: Matrix, levels: int) -> tuple[Matrix, Matrix]:
    low, high = np.minimum(blocks.min(axis=2), 0.0), np.maximum(blocks.max(axis=2), 0.0)
    scale = _safe((high - low) / levels)
    return scale, np.clip(np.rint(-low / scale), 0, levels)


def _safe(scale: Matrix) -> Matrix:
    return np.asarray(np.where(np.abs(scale) < 1e-12, 1.0, scale), dtype=np.float32)


def _pack_nibbles(codes: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return (codes[..., 0::2] | (codes[..., 1::2] << 4)).astype(np.uint8)


def _unpack_nibbles(packed: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return np.stack([packed & 15, packed >> 4], axis=-1).reshape(*packed.shape[:-1], -1)


def _pack_zero_points(zero: NDArray[np.uint8], *, bits: Bits) -> NDArray[np.uint8]:
    if bits == 8:
        return zero
    return _pack_nibbles(np.pad(zero, ((0, 0), (0, zero.shape[1] % 2))))
