"""Weights set to zero where they matter least: a share of each row, or two of every four.

What matters is a weight's size times the energy of what it multiplies (Sun et al. 2023, arXiv:2306.11695). It does not make
anything faster: onnxruntime has no kernel that skips zeros, so benchmarks/bench_sparsity.py tells what it would take.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from foretype.errors import InputError
from foretype.lm.compress.layerwise import change_layers
from foretype.lm.gpt import Gpt


@dataclass(frozen=True, slots=True)
class Pattern:
    """`num_kept` of every `group` neighbours in a row stay; `group` None: of a hundred, anywhere in the row.

    >>> Pattern(50).kept_share, Pattern(2, 4).kept_share
    (0.5, 0.5)
    """

    num_kept: int
    group: int | None = None

    def __post_init__(self) -> None:
        if not 0 < self.num_kept <= (self.group or 100):
            raise InputError(
                f"sparsity: found {self.num_kept} kept of {self.group or 100}, wanted at least 1 and no more"
            )

    @property
    def kept_share(self) -> float:
        return self.num_kept / (self.group or 100)

    def bits_a_weight(self, value_bits: float) -> float:
        """Bits that a weight of the whole matrix takes on disk: values that stay, and where they stand.

        Two of four take two bits of place each; any other pattern one bit for every weight.

        >>> Pattern(2, 4).bits_a_weight(4), Pattern(25).bits_a_weight(4)
        (3.0, 2.0)
        """
        places = 2 * self.kept_share if (self.num_kept, self.group) == (2, 4) else 1.0
        return value_bits * self.kept_share + places


def sparsify(matrix: Tensor, energy: Tensor, pattern: Pattern) -> Tensor:
    """The matrix (rows, columns) with zeros; `energy` (columns,) is the mean square of each input."""
    scores = matrix.abs() * energy.sqrt()
    width = matrix.shape[1] if pattern.group is None else pattern.group
    if matrix.shape[1] % width:
        raise InputError(
            f"sparsity: found rows of {matrix.shape[1]}, wanted whole groups of {width}; keep a share instead"
        )
    groups = scores.unflatten(1, (-1, width))
    num_kept = max(1, round(width * pattern.kept_share))
    kept = torch.zeros_like(groups, dtype=torch.bool).scatter(2, groups.topk(num_kept, dim=2).indices, True)
    return matrix * kept.flatten(1)


def sparsify_layers(
    gpt: Gpt,
    texts: Sequence[Tensor],
    pattern: Pattern,
    *,
    progress: Callable[[float], None] = lambda share: None,
) -> None:
    """Every matrix of every layer, in place; embedding and head stay whole. Raises InputError without texts."""

    def change(name: str, module: nn.Module, moments: Tensor) -> None:
        weight = module.get_parameter("weight")
        weight.data = sparsify(weight.data, moments.diagonal(), pattern)

    change_layers(gpt, texts, change, progress=progress)
