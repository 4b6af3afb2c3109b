"""Training against the rounding to come: weights are used as 4-bit blocks will hold them, and learned as floats.

The grid is runtime/quantize.py's, so a network trained this way loses nothing when it is stored. Gradients pass the
rounding as if it were not there (Bengio et al. 2013, arXiv:1308.3432). It does not know files.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.func import functional_call

from foretype.lm.objective import Learner, Loss
from foretype.runtime.quantize import SCALE_LEVELS, SLACK

LEVELS = 15  # of 4 bits, counted from zero
SMALLEST_SCALE = 1e-12  # a row of zeros


@dataclass(frozen=True, slots=True)
class Grid:
    """How a matrix will be stored: columns that share a scale, and whether zero lies anywhere or in the middle."""

    block_size: int
    symmetric: bool


class QuantAware(nn.Module):
    """A learner that computes with rounded matrices from `begin` on; what is learned, and kept, are the floats.

    Its parameters are the learner's own: rounding twice is not rounding once where zero lies anywhere, so the floats
    are what has to be stored.
    """

    def __init__(self, learner: Learner, *, block_size: int) -> None:
        super().__init__()
        self.learner = learner
        self.is_rounding = False
        self._grids = dict(_grids(learner, block_size))

    def begin(self) -> None:
        """From now on the network computes with rounded matrices."""
        self.is_rounding = True

    def forward(self, batch: Any) -> Loss:
        if not self.is_rounding:
            found: Loss = self.learner(batch)
            return found
        # not as parametrisations: a compiler would take every layer for a class of its own
        loss: Loss = functional_call(self.learner, self._rounded(), (batch,))
        return loss

    def _rounded(self) -> dict[str, Tensor]:
        """Every matrix's nearest points of its grid, with the gradient of the matrix itself."""
        weights = dict(self.learner.named_parameters())
        alike: dict[tuple[Grid, int], list[str]] = defaultdict(list)
        for name, grid in self._grids.items():
            alike[grid, weights[name].shape[1]].append(name)
        found: dict[str, Tensor] = {}
        for (grid, _), names in alike.items():  # rows do not know one another: one pass for all
            heights = [len(weights[name]) for name in names]
            whole = torch.cat([weights[name].detach().float() for name in names])
            found |= zip(names, rounded(whole, grid).split(heights), strict=True)
        return {name: weights[name] + (value - weights[name].detach()) for name, value in found.items()}


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


def round_in_place(network: nn.Module, *, block_size: int) -> None:
    """Give every matrix the values that its 4-bit blocks would give back: to measure what rounding costs."""
    with torch.no_grad():
        for name, grid in _grids(network, block_size):
            weight = network.get_parameter(name)
            weight.copy_(rounded(weight.float(), grid))


def _grids(network: nn.Module, block_size: int) -> Iterator[tuple[str, Grid]]:
    """Names of the matrices that are stored as blocks; an embedding's grid is symmetric."""
    for name, module in network.named_modules():
        if isinstance(module, nn.Linear | nn.Embedding):
            grid = Grid(block_size, symmetric=isinstance(module, nn.Embedding))
            yield f"{name}.weight", grid


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
