"""Rows with the language model's states, split by author: what rankers are trained, stopped and calibrated on.

It does not know any ranker.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from foretype.rank.rows import OutcomeRows
from foretype.rank.training import kept_aside


@dataclass(frozen=True, slots=True)
class Examples:
    """Rows, and the state at each place: `states[rows.place]` are those of the rows."""

    rows: OutcomeRows
    states: NDArray[np.float16]  # (places, hidden)

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def labels(self) -> NDArray[np.float32]:
        """1 where all of a proposal is what the author wrote."""
        return self.rows.is_right.astype(np.float32)

    def chosen(self, which: NDArray[np.bool_]) -> Examples:
        """The rows that a mask picks out; places keep their numbers."""
        return Examples(self.rows.chosen(which), self.states)


@dataclass(frozen=True, slots=True)
class Split:
    """Two parts without an author in common: one trains, the other stops the training and calibrates."""

    train: Examples
    aside: Examples


def split_by_author(examples: Examples) -> Split:
    """The same authors as `rank train` keeps aside. Raises InputError where there are too few."""
    aside = kept_aside(examples.rows)
    return Split(examples.chosen(~aside), examples.chosen(aside))
