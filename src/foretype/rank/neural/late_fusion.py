"""Late fusion: LightGBM on the columns and on the language model's frozen state, made narrow.

The same trees as those that ship, and more of them. It does not know networks.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from foretype.rank.neural.columns import fitted_columns
from foretype.rank.neural.examples import Examples, Split
from foretype.rank.trees import TreeOptions, fit_trees

NUM_AXES = 32
PLACES_FOR_AXES = 20_000  # more do not move the axes


@dataclass(frozen=True, slots=True)
class Axes:
    """Directions along which states of training places differ most."""

    mean: NDArray[np.float32]
    directions: NDArray[np.float32]  # (hidden, axes)

    def narrow(self, states: NDArray[np.float16]) -> NDArray[np.float32]:
        """Shape (places, axes)."""
        centred: NDArray[np.float32] = states.astype(np.float32) - self.mean
        return centred @ self.directions


@dataclass(frozen=True, slots=True)
class LateFusion:
    """Boosted trees over the columns that vary, and over the state along `axes` where there are any."""

    booster: Any
    used: tuple[int, ...]
    axes: Axes | None

    def log_odds(self, examples: Examples) -> NDArray[np.float32]:
        """Shape (rows,)."""
        found = self.booster.predict(self.inputs(examples), raw_score=True, num_threads=1)
        return np.asarray(found, np.float32)

    def inputs(self, examples: Examples) -> NDArray[np.float32]:
        """What the trees read of every row."""
        rows = examples.rows
        columns = rows.features[:, self.used]
        if self.axes is None:
            return columns
        return np.concatenate([columns, self.axes.narrow(examples.states)[rows.place]], axis=1)


def fit_fusion(split: Split, options: TreeOptions, *, num_axes: int | None = NUM_AXES) -> LateFusion:
    """Train on the columns and so many axes of the state; None: on the columns alone."""
    axes = None if num_axes is None else principal_axes(split.train, num_axes)
    untrained = LateFusion(None, fitted_columns(split.train.rows.features).used, axes)
    inputs = untrained.inputs(split.train)
    booster = fit_trees(inputs, split.train.rows.is_right, used=range(inputs.shape[1]), options=options)
    return LateFusion(booster, untrained.used, axes)


def principal_axes(examples: Examples, num_axes: int) -> Axes:
    """The first axes of the states at the examples' places, by variance."""
    places = np.unique(examples.rows.place)
    states = examples.states[places[:: -(-len(places) // PLACES_FOR_AXES)]].astype(np.float32)
    mean = states.mean(axis=0, dtype=np.float32)
    variances, vectors = np.linalg.eigh((states - mean).T @ (states - mean))
    return Axes(mean, vectors[:, np.argsort(-variances)[:num_axes]].astype(np.float32))
