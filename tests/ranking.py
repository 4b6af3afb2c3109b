"""Rows and boosters for tests of rankers: made up, with a known truth. It does not know LightGBM."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from foretype.rank.rows import COLUMNS, OutcomeRows
from foretype.rank.schema import FEATURES, NAMES

SIGNAL = ("log_prob", "margin", "user_share")


def made_rows(num_keys: int = 3000, *, seed: int = 0, authors: int = 40) -> OutcomeRows:
    """Three proposals a key, of one, two and three words; each is right with a probability that SIGNAL tells."""
    draw = np.random.default_rng(seed)
    count = 3 * num_keys
    features = draw.normal(size=(count, len(FEATURES))).astype(np.float32)
    length = np.tile([1, 2, 3], num_keys)
    log_prob = -np.abs(draw.normal(size=count)) * length
    features[:, NAMES.index("log_prob")] = log_prob
    is_right = draw.random(count) < true_probs(features)
    columns: dict[str, NDArray[Any]] = {
        "features": features,
        "place": np.repeat(np.arange(num_keys), 3),
        "message": np.repeat(np.arange(num_keys) // 30, 3),
        "author": np.repeat(np.arange(num_keys) // 30 % authors, 3),
        "inserted": 4 * length,
        "right_chars": np.where(is_right, 4 * length, 0),
        "right_words": np.where(is_right, length, 0),
        "agreed": np.where(is_right, 4 * length, 0),
        "is_right": is_right,
        "by_gate": np.tile([True, False, False], num_keys),
    }
    given = {name: columns.get(name, np.zeros(count)) for name in COLUMNS}
    return OutcomeRows(**{name: value.astype(COLUMNS[name]) for name, value in given.items()})


def true_probs(features: NDArray[np.float32]) -> NDArray[np.float64]:
    log_prob, margin, share = (features[:, NAMES.index(name)].astype(np.float64) for name in SIGNAL)
    return 1 / (1 + np.exp(-(1.0 + 1.5 * log_prob + 0.8 * margin + 0.6 * share)))


class MadeBooster:
    """A booster of drawn trees, told as LightGBM tells its own."""

    def __init__(
        self, *, num_trees: int = 7, depth: int = 4, num_features: int = len(FEATURES), seed: int = 0
    ):
        self._draw = np.random.default_rng(seed)
        self._num_features = num_features
        self.trees = [self._tree(depth) for _ in range(num_trees)]

    def dump_model(self) -> dict[str, Any]:
        return {"tree_info": [{"tree_structure": tree} for tree in self.trees]}

    def predict(self, features: NDArray[np.float32]) -> NDArray[np.float64]:
        """Raw scores, one comparison after the other."""
        return np.array([sum(_leaf(tree, row) for tree in self.trees) for row in features])

    def _tree(self, depth: int) -> dict[str, Any]:
        if depth == 0 or self._draw.random() < 0.15:
            return {"leaf_value": float(self._draw.normal() / 5)}
        return {
            "threshold": float(self._draw.normal()),
            "split_feature": int(self._draw.integers(self._num_features)),
            "left_child": self._tree(depth - 1),
            "right_child": self._tree(depth - 1),
        }


def _leaf(tree: dict[str, Any], row: NDArray[np.float32]) -> float:
    while "leaf_value" not in tree:
        goes_left = float(row[tree["split_feature"]]) <= tree["threshold"]
        tree = tree["left_child" if goes_left else "right_child"]
    return float(tree["leaf_value"])
