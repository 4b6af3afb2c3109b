"""Rounding one matrix so that later columns make up for the errors of earlier ones, given what it multiplies.

Column by column, the loudest input first: each is rounded, and what that does to the product is taken back by columns not
yet rounded (Frantar et al. 2022, arXiv:2210.17323). The grid is runtime/quantize.py's, symmetric blocks, chosen before;
scales may clip where inputs are quiet. It does not know the network.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from foretype.errors import ModelError
from foretype.runtime.quantize import SCALE_LEVELS, Quantized, Scales, in_blocks, pack, pack_scales

SHRINKS = (1.0, 0.95, 0.9, 0.85, 0.8, 0.75, 0.7, 0.65)  # of a block's span, tried for its scale
DAMPING = 0.01  # of the mean input energy, added to every input: the sample of texts is small
LAZY_COLUMNS = 128  # rounded before the columns behind them hear of it: time, not result


def round_with_feedback(
    matrix: Tensor, moments: Tensor, *, bits: Literal[4, 8], block_size: int
) -> Quantized:
    """`matrix` (rows, columns) as codes; `moments` (columns, columns) is the sum of x x' over its inputs.

    Raises ModelError where the moments are no finite numbers.
    """
    if not torch.isfinite(moments).all():
        raise ModelError(
            "rounding: found activations that are no numbers, wanted finite ones; the checkpoint is damaged"
        )
    energy = moments.diagonal()
    scales = _best_scales(matrix, energy, bits=bits, block_size=block_size)
    steps = torch.from_numpy(scales.values).repeat_interleave(block_size, dim=1)[:, : matrix.shape[1]]
    order = torch.argsort(energy, descending=True, stable=True)
    factor = _factor(moments[order][:, order])
    codes = torch.empty_like(matrix)
    codes[:, order] = _walk(matrix[:, order].clone(), steps[:, order], factor, half=1 << (bits - 1))
    blocks = in_blocks(codes.numpy(), block_size)
    num_filled = -matrix.shape[1] % block_size
    if num_filled:
        blocks[:, -1, -num_filled:] = 1 << (bits - 1)  # zero
    return pack(blocks.astype(np.uint8), scales, None, bits=bits, num_columns=matrix.shape[1])


def _walk(left: Tensor, steps: Tensor, factor: Tensor, *, half: int) -> Tensor:
    """Codes of the columns in their order; `left` is what remains to be rounded and is used up."""
    codes = torch.empty_like(left)
    for start in range(0, left.shape[1], LAZY_COLUMNS):
        stop = min(start + LAZY_COLUMNS, left.shape[1])
        errors = torch.empty_like(left[:, start:stop])
        for at in range(start, stop):
            column, step = left[:, at], steps[:, at]
            codes[:, at] = ((column / step).round() + half).clamp(0, 2 * half - 1)
            error = (column - (codes[:, at] - half) * step) / factor[at, at]
            left[:, at + 1 : stop] -= torch.outer(error, factor[at, at + 1 : stop])
            errors[:, at - start] = error
        left[:, stop:] -= errors @ factor[start:stop, stop:]
    return codes


def _factor(moments: Tensor) -> Tensor:
    """Upper Cholesky factor of the inverse of the damped moments: row i tells how columns behind i make up for i."""
    damped = moments.double()
    damped.diagonal().add_(DAMPING * damped.diagonal().mean().clamp(min=1e-12))
    inverse = torch.cholesky_inverse(torch.linalg.cholesky(damped))
    return torch.linalg.cholesky(inverse, upper=True).float()


def _best_scales(matrix: Tensor, energy: Tensor, *, bits: int, block_size: int) -> Scales:
    """Of each block the span with the smallest error, weighed by the energy of its inputs."""
    half = 1 << (bits - 1)
    filled = -matrix.shape[1] % block_size
    blocks = functional.pad(matrix, (0, filled)).unflatten(1, (-1, block_size))  # (rows, blocks, block_size)
    weights = functional.pad(energy, (0, filled)).unflatten(0, (-1, block_size))
    at = blocks.abs().argmax(dim=2, keepdim=True)
    full = pack_scales((-blocks.gather(2, at).squeeze(2) / half).numpy())
    best, least = torch.from_numpy(full.codes), torch.full(blocks.shape[:2], torch.inf)
    for shrink in SHRINKS:
        codes = _shrunk(torch.from_numpy(full.codes), shrink)
        steps = (codes * torch.from_numpy(full.rows))[:, :, None]
        levels = (blocks / steps).round().clamp(-half, half - 1)
        error = ((levels * steps - blocks).square() * weights).sum(dim=2)
        best, least = torch.where(error < least, codes, best), torch.minimum(error, least)
    return Scales(best.to(torch.int8).numpy(), full.rows)


def _shrunk(codes: Tensor, shrink: float) -> Tensor:
    sizes = (codes.float().abs() * shrink).ceil().clamp(1, SCALE_LEVELS)
    return torch.where(codes < 0, -sizes, sizes)
