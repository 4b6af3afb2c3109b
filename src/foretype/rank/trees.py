"""Boosted trees of LightGBM: fitted to rows, and written as one ONNX node that needs no LightGBM to run.

Thresholds are lowered to the next float32, so every comparison comes out as LightGBM's on float32 features. It does not
know what the rows are about.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from foretype.rank.bundle import INPUT

ML_OPSET = 5  # ai.onnx.ml: the first with TreeEnsemble
OPSET = 18
LESS_OR_EQUAL = 0  # of nodes_modes
SUM = 1  # of aggregate_function


@dataclass(frozen=True, slots=True)
class TreeOptions:
    """Chosen on held-out authors (experiments/LOG.md): twice as many trees gain 0.001 of AUC."""

    num_trees: int = 120
    num_leaves: int = 24
    learning_rate: float = 0.12
    min_rows: int = 200  # of a leaf
    seed: int = 0


def fit_trees(
    features: NDArray[np.float32],
    is_right: NDArray[np.bool_],
    *,
    used: Sequence[int],
    options: TreeOptions | None = None,
) -> Any:
    """A LightGBM booster over the columns `used`; the others are hidden from it, numbers of columns stay."""
    import lightgbm  # the train extra

    options = options or TreeOptions()
    seen = np.zeros_like(features)
    seen[:, list(used)] = features[:, list(used)]
    parameters = {
        "objective": "binary",
        "learning_rate": options.learning_rate,
        "num_leaves": options.num_leaves,
        "min_data_in_leaf": options.min_rows,
        "feature_fraction": 0.6,
        "bagging_fraction": 0.8,
        "bagging_freq": 1,
        "lambda_l2": 5.0,
        "seed": options.seed,
        "deterministic": True,
        "num_threads": 1,
        "verbose": -1,
    }
    return lightgbm.train(parameters, lightgbm.Dataset(seen, is_right), options.num_trees)


@dataclass
class _Nodes:
    """The ensemble's arrays, growing."""

    splits: list[float] = field(default_factory=list)
    features: list[int] = field(default_factory=list)
    true_ids: list[int] = field(default_factory=list)
    false_ids: list[int] = field(default_factory=list)
    true_leafs: list[int] = field(default_factory=list)
    false_leafs: list[int] = field(default_factory=list)
    leafs: list[float] = field(default_factory=list)

    def add(self, tree: dict[str, Any]) -> tuple[int, int]:
        """Id of a subtree's root, and whether it is a leaf."""
        if "leaf_value" in tree:
            self.leafs.append(tree["leaf_value"])
            return len(self.leafs) - 1, 1
        at = len(self.splits)
        self.splits.append(float32_below(tree["threshold"]))
        self.features.append(tree["split_feature"])
        for ids in (self.true_ids, self.false_ids, self.true_leafs, self.false_leafs):
            ids.append(0)
        self.true_ids[at], self.true_leafs[at] = self.add(tree["left_child"])
        self.false_ids[at], self.false_leafs[at] = self.add(tree["right_child"])
        return at, 0


def trees_to_onnx(booster: Any, *, num_features: int) -> bytes:
    """The booster's raw scores as an ONNX model: features (n, num_features) float32 to logits (n, 1)."""
    nodes, roots = _Nodes(), []
    for info in booster.dump_model()["tree_info"]:
        tree = info["tree_structure"]
        if "leaf_value" in tree:  # a tree that found nothing to split: two equal leaves
            leaf = {"leaf_value": tree["leaf_value"]}
            tree = {"threshold": 0.0, "split_feature": 0, "left_child": leaf, "right_child": leaf}
        roots.append(nodes.add(tree)[0])
    floats = [numpy_helper.from_array(np.array(each, np.float32)) for each in (nodes.splits, nodes.leafs)]
    modes = numpy_helper.from_array(np.full(len(nodes.splits), LESS_OR_EQUAL, np.uint8))
    node = helper.make_node(
        "TreeEnsemble",
        [INPUT],
        ["logits"],
        domain="ai.onnx.ml",
        aggregate_function=SUM,
        post_transform=0,
        n_targets=1,
        tree_roots=roots,
        nodes_splits=floats[0],
        nodes_featureids=nodes.features,
        nodes_modes=modes,
        nodes_truenodeids=nodes.true_ids,
        nodes_falsenodeids=nodes.false_ids,
        nodes_trueleafs=nodes.true_leafs,
        nodes_falseleafs=nodes.false_leafs,
        leaf_targetids=[0] * len(nodes.leafs),
        leaf_weights=floats[1],
    )
    serialised: bytes = _model(node, num_features).SerializeToString()
    return serialised


def float32_below(threshold: float) -> float:
    """The largest float32 that is not above: for a float32 x, x <= threshold and x <= this are the same.

    >>> float32_below(0.1) <= 0.1, float32_below(0.5)
    (True, 0.5)
    """
    nearest = np.float32(threshold)
    return float(nearest if float(nearest) <= threshold else np.nextafter(nearest, np.float32(-np.inf)))


def _model(node: onnx.NodeProto, num_features: int) -> onnx.ModelProto:
    graph = helper.make_graph(
        [node],
        "ranker",
        [helper.make_tensor_value_info(INPUT, TensorProto.FLOAT, ["n", num_features])],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["n", 1])],
    )
    opsets = [helper.make_opsetid("", OPSET), helper.make_opsetid("ai.onnx.ml", ML_OPSET)]
    model = helper.make_model(graph, opset_imports=opsets, ir_version=10)
    onnx.checker.check_model(model)
    return model
