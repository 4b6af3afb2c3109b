"""DCNv2 with periodic embeddings of numbers, and a branch for the language model's state: how likely a proposal is right.

Cross layers: Wang et al. 2021 (arXiv:2008.13535), low rank; periodic embeddings: Gorishniy et al. 2022
(arXiv:2203.05556), through rtdl-num-embeddings; both branches together: nuFormer (arXiv:2507.23267). It does not know how
it is trained, nor where states come from.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from rtdl_num_embeddings import PeriodicEmbeddings
from torch import Tensor, nn

from foretype.rank.neural.columns import Columns
from foretype.rank.schema import CATEGORIES


@dataclass(frozen=True, slots=True)
class Shape:
    """Sizes, small enough for a decision in a tenth of a millisecond. `state`: of the language model, None without it."""

    embedding: int = 8  # of a number
    frequencies: int = 8  # of its sines and cosines
    category: int = 4
    crosses: int = 3
    rank: int = 48  # of a cross layer's matrix
    width: int = 96
    state: int | None = None
    state_width: int = 48
    dropout: float = 0.2


class RankNetwork(nn.Module):
    """`forward` gives the log odds that a proposal is right, shape (rows,)."""

    def __init__(self, columns: Columns, shape: Shape) -> None:
        super().__init__()
        self.columns, self.shape = columns, shape
        self.inputs = Inputs(columns, shape)
        self.crosses = nn.ModuleList(Cross(self.inputs.size, shape.rank) for _ in range(shape.crosses))
        self.narrow = nn.Linear(self.inputs.size, shape.width)
        self.state = None if shape.state is None else StateBranch(shape)
        joint = shape.width + (0 if shape.state is None else shape.state_width)
        self.mix = nn.Linear(joint, shape.width)
        self.out = nn.Linear(shape.width, 1)
        self.dropout = nn.Dropout(shape.dropout)

    def forward(self, features: Tensor, states: Tensor | None = None) -> Tensor:
        """Of features as in schema.FEATURES, (rows, features), and the state at each row's key, (rows, hidden)."""
        first = crossed = self.inputs(features)
        for cross in self.crosses:
            crossed = cross(first, crossed)
        found = torch.relu(self.narrow(crossed))
        if self.state is not None:
            found = torch.cat([found, self.state(states)], dim=1)
        mixed = torch.relu(self.mix(self.dropout(found)))
        log_odds: Tensor = self.out(mixed)[:, 0]
        return log_odds


class Inputs(nn.Module):
    """A row of features as one vector: numbers, flags and categories, each on its own way."""

    low: Tensor
    high: Tensor
    mean: Tensor
    std: Tensor

    def __init__(self, columns: Columns, shape: Shape) -> None:
        super().__init__()
        self._numbers, self._flags = list(columns.numbers), list(columns.flags)
        self._categories = columns.categories
        for name in ("low", "high", "mean", "std"):
            self.register_buffer(name, torch.from_numpy(getattr(columns, name)))
        self.periodic = PeriodicEmbeddings(
            len(columns.numbers), shape.embedding, n_frequencies=shape.frequencies, lite=False
        )
        tables = [nn.Embedding(CATEGORIES[at], shape.category) for at in columns.categories]
        for table in tables:
            nn.init.zeros_(table.weight)  # a level that training never met says nothing
        self.tables = nn.ModuleList(tables)
        numbers, categories = len(columns.numbers), len(columns.categories)
        self.size = numbers * shape.embedding + len(columns.flags) + categories * shape.category

    def forward(self, features: Tensor) -> Tensor:
        """Shape (rows, size)."""
        numbers = features[:, self._numbers].clamp(self.low, self.high)
        embedded = self.periodic((numbers - self.mean) / self.std).flatten(1)
        codes = [features[:, at].long() for at in self._categories]
        looked_up = [table(code) for table, code in zip(self.tables, codes, strict=True)]
        return torch.cat([embedded, features[:, self._flags], *looked_up], dim=1)


class Cross(nn.Module):
    """x0 * (U V x + b) + x: every layer raises by one the degree of what features make together."""

    def __init__(self, size: int, rank: int) -> None:
        super().__init__()
        self.down = nn.Linear(size, rank, bias=False)
        self.up = nn.Linear(rank, size)

    def forward(self, first: Tensor, found: Tensor) -> Tensor:
        crossed: Tensor = first * self.up(self.down(found)) + found
        return crossed


class StateBranch(nn.Module):
    """The language model's state, brought to one scale and made narrow."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        assert shape.state is not None
        self.norm = nn.LayerNorm(shape.state)
        self.narrow = nn.Linear(shape.state, shape.state_width)
        self.dropout = nn.Dropout(shape.dropout)

    def forward(self, states: Tensor) -> Tensor:
        narrow: Tensor = torch.relu(self.narrow(self.dropout(self.norm(states))))
        return narrow
