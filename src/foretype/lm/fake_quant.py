"""Training against the rounding to come: weights are used as 4-bit blocks will hold them, and learned as floats.

The grid is runtime/quantize.py's, so a network trained this way loses nothing when it is stored. Gradients pass the
rounding as if it were not there (Bengio et al. 2013, arXiv:1308.3432). It does not know files.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn.utils import parametrize

from foretype.lm.gpt import Gpt
from foretype.runtime.quantize import SCALE_LEVELS, SLACK

LEVELS = 15  # of 4 bits, counted from zero
SMALLEST_SCALE = 1e-12  # a row of zeros


@dataclass(frozen=True, slots=True)
class Grid:
    """How a matrix will be stored: columns that share a scale, and whether zero lies anywhere or in the middle."""

    block_size: int
    symmetric: bool


class Rounded(nn.Module):
    """A parametrisation: the weight's nearest point of its grid, with the gradient of the weight itself."""

    def __init__(self, grid: Grid) -> None:
        super().__init__()
        self._grid = grid

    def forward(self, weight: Tensor) -> Tensor:
        return weight + (rounded(weight.detach().float(), self._grid) - weight.detach())


def rounded(matrix: Tensor, grid: Grid) -> Tensor:
    """The values that 4-bit blocks give back; torch twin of `dequantize(quantize(matrix))`, shape (rows, columns)."""
    num_columns = matrix.shape[1]
    padded = nn.functional.pad(matrix, (0, -num_columns % grid.block_size))
    blocks = padded.unflatten(1, (-1, grid.block_size))
    scale = _coded(_symmetric_span(blocks) if grid.symmetric else _span(blocks))
    zero = torch.full_like(scale, (LEVELS + 1) // 2)
    if not grid.symmetric:
        zero = (-blocks.amin(2).clamp(max=0) / scale).round().clamp(0, LEVELS)
    codes = ((blocks / scale[:, :, None]).round() + zero[:, :, None]).clamp(0, LEVELS)
    return ((codes - zero[:, :, None]) * scale[:, :, None]).flatten(1)[:, :num_columns]


def round_weights(gpt: Gpt, *, block_size: int) -> None:
    """From now on the network computes with rounded matrices; the embedding's grid is symmetric, as it is stored."""
    for module in gpt.modules():
        if isinstance(module, nn.Linear | nn.Embedding):
            grid = Grid(block_size, symmetric=isinstance(module, nn.Embedding))
            parametrize.register_parametrization(module, "weight", Rounded(grid))


def drop_rounding(gpt: Gpt) -> None:
    """The inverse of `round_weights`: plain weights again, those that rounding started from.

    Rounding twice is not rounding once where zero lies anywhere, so the floats are what has to be stored.
    """
    for module in gpt.modules():
        if parametrize.is_parametrized(module, "weight"):
            parametrize.remove_parametrizations(module, "weight", leave_parametrized=False)


def _span(blocks: Tensor) -> Tensor:
    return (blocks.amax(2).clamp(min=0) - blocks.amin(2).clamp(max=0)) / LEVELS


def _symmetric_span(blocks: Tensor) -> Tensor:
    """The side with one more level goes to the value of largest magnitude."""
    at = blocks.abs().argmax(2, keepdim=True)
    return -blocks.gather(2, at).squeeze(2) / ((LEVELS + 1) // 2)


def _coded(span: Tensor) -> Tensor:
    """Scales as 8-bit codes times one float a row hold them."""
    rows = span.abs().amax(1, keepdim=True) / SCALE_LEVELS
    rows = torch.where(rows < SMALLEST_SCALE, torch.ones_like(rows), rows)
    sizes = (span.abs() / rows - SLACK).ceil().clamp(1, SCALE_LEVELS)
    return torch.where(span < 0, -sizes, sizes) * rows
