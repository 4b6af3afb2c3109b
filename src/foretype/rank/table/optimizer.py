"""Steps on rows: the first columns are the vector, the rest is what the optimizer remembers of it.

It does not know where rows are kept, nor which loss the gradients are of.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from foretype.rank.table.entries import Rows

EPSILON = np.float32(1e-8)


class Optimizer(Protocol):
    """A rule for sparse steps. A fresh row is all zeros, so a new id says what an unknown one says."""

    def num_slots(self, dim: int) -> int:
        """Floats a row that it keeps behind the vector."""
        ...

    def step(self, rows: Rows, gradients: Rows) -> Rows:
        """Rows (n, dim + slots) after one step against gradients (n, dim); the given ones are not changed."""
        ...


@dataclass(frozen=True, slots=True)
class Sgd:
    """Plain steps: nothing is remembered.

    >>> Sgd(rate=0.5).step(np.zeros((1, 2), np.float32), np.array([[1.0, -2.0]], np.float32)).tolist()
    [[-0.5, 1.0]]
    """

    rate: float

    def num_slots(self, dim: int) -> int:
        return 0

    def step(self, rows: Rows, gradients: Rows) -> Rows:
        return rows - np.float32(self.rate) * gradients


@dataclass(frozen=True, slots=True)
class Adagrad:
    """Each coordinate's rate falls with the squares it has seen (Duchi, Hazan and Singer, JMLR 2011)."""

    rate: float

    def num_slots(self, dim: int) -> int:
        return dim

    def step(self, rows: Rows, gradients: Rows) -> Rows:
        dim = gradients.shape[1]
        sums = rows[:, dim:] + gradients**2
        steps = np.float32(self.rate) * gradients / (np.sqrt(sums) + EPSILON)
        return np.concatenate([rows[:, :dim] - steps, sums], axis=1)


@dataclass(frozen=True, slots=True)
class RowAdagrad:
    """Adagrad with one sum for a whole row, of the mean square: four bytes an id instead of four a coordinate."""

    rate: float

    def num_slots(self, dim: int) -> int:
        return 1

    def step(self, rows: Rows, gradients: Rows) -> Rows:
        dim = gradients.shape[1]
        sums = rows[:, dim:] + np.mean(gradients**2, axis=1, keepdims=True)
        steps = np.float32(self.rate) * gradients / (np.sqrt(sums) + EPSILON)
        return np.concatenate([rows[:, :dim] - steps, sums], axis=1)
