"""A ranker of trees as one JSON file for the browser, which evaluates it without onnxruntime.

The network of a bundle is one TreeEnsemble node; its arrays are read out of the ONNX bytes and written as numbers that any
language reads, with the calibration and the dial beside them:

    {"format": "foretype-trees", "format_version": 1, "version", "schema", "coverage", "turns", "calibration",
     "trees": {"roots", "features", "splits", "left", "right", "leaves"}}

A node sends a row left where row[feature] <= split; a child is a node's number, or ~n for leaf n; the logit is the sum of
one leaf a root. clients/edge/src/rank reads it. It does not know how trees are learned.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from foretype.edge.wire import Fields, Value, fields_of, message_in, varints
from foretype.errors import ModelError
from foretype.rank.bundle import load_bundle
from foretype.rank.schema import SCHEMA

Trees: TypeAlias = Mapping[str, list[int] | list[float]]

FORMAT = "foretype-trees"
FORMAT_VERSION = 1
NODE_KIND = "TreeEnsemble"
LESS_OR_EQUAL = 0  # of nodes_modes
GRAPH, NODE, OP_TYPE, ATTRIBUTE = 7, 1, 4, 5  # fields of onnx.proto: ModelProto, GraphProto, NodeProto twice
NAME, TENSOR, INTS = 1, 5, 8  # of AttributeProto
RAW_DATA = 9  # of TensorProto


def ranker_json(folder: Path) -> bytes:
    """The ranker in `folder` as the browser reads it. Raises ModelError for one that cannot be read, or is no trees."""
    bundle = load_bundle(folder)
    try:
        trees = trees_of(bundle.network)
    except (ValueError, KeyError) as error:
        raise ModelError(
            f"{folder}: found no sum of trees ({error}), which is all that a browser evaluates; name a ranker that "
            "`foretype rank train` made, or build with the fixed gate"
        ) from error
    found: dict[str, Any] = {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "version": bundle.version,
        "schema": SCHEMA,
        "coverage": bundle.coverage,
        "turns": [asdict(turn) for turn in bundle.turns],
        "calibration": asdict(bundle.calibration),
        "trees": trees,
    }
    return json.dumps(found, separators=(",", ":")).encode()


def trees_of(network: bytes) -> Trees:
    """The trees of an ONNX model that is one TreeEnsemble of comparisons. Raises ValueError or KeyError for another."""
    node = message_in(message_in(fields_of(network), GRAPH), NODE)
    if node.get(OP_TYPE) != [NODE_KIND.encode()]:
        raise ValueError(f"a node of kind {node.get(OP_TYPE)!r}, wanted {NODE_KIND}")
    attributes = _attributes(node)
    modes = np.frombuffer(_raw(attributes["nodes_modes"]), np.uint8)
    if (modes != LESS_OR_EQUAL).any():
        raise ValueError("comparisons other than <=")
    return {
        "roots": varints(attributes["tree_roots"][INTS]),
        "features": varints(attributes["nodes_featureids"][INTS]),
        "splits": _floats(attributes["nodes_splits"]),
        "left": _children(attributes, "true"),
        "right": _children(attributes, "false"),
        "leaves": _floats(attributes["leaf_weights"]),
    }


def _attributes(node: Fields) -> dict[str, Fields]:
    found = [fields_of(_bytes(value)) for value in node[ATTRIBUTE]]
    return {_bytes(attribute[NAME][0]).decode(): attribute for attribute in found}


def _children(attributes: Mapping[str, Fields], side: str) -> list[int]:
    """The child of each node: a node's number, or ~n for leaf n."""
    ids = varints(attributes[f"nodes_{side}nodeids"][INTS])
    are_leaves: Sequence[int] = varints(attributes[f"nodes_{side}leafs"][INTS])
    return [~id if is_leaf else id for id, is_leaf in zip(ids, are_leaves, strict=True)]


def _floats(attribute: Fields) -> list[float]:
    """Each as the shortest number that is the same 32-bit float."""
    floats: NDArray[np.float32] = np.frombuffer(_raw(attribute), np.float32)
    return [float(str(each)) for each in floats]


def _raw(attribute: Fields) -> bytes:
    return _bytes(message_in(attribute, TENSOR)[RAW_DATA][0])


def _bytes(value: Value) -> bytes:
    if isinstance(value, bytes):
        return value
    raise ValueError(f"found the number {value}, wanted bytes")
