"""The browser's ranker file: the same trees as the network that onnxruntime runs, or a refusal. It knows no TypeScript."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx import TensorProto, helper

from foretype import assemble
from foretype.edge.ranker_trees import ranker_json, trees_of
from foretype.edge.wire import fields_of, message_in, varints
from foretype.errors import ModelError
from foretype.rank.bundle import OnnxScorer, load_bundle, save_bundle
from foretype.rank.schema import FEATURES

PACKAGED = Path(assemble.__file__).parent / "data" / assemble.RANKER_FOLDER


def slow_logit(trees: Mapping[str, Sequence[float]], row: Sequence[np.float32]) -> np.float32:
    """The sum of one leaf a root, walked node by node."""
    total = np.float32(0)
    for root in trees["roots"]:
        node = int(root)
        while node >= 0:
            goes_left = row[int(trees["features"][node])] <= np.float32(trees["splits"][node])
            node = int(trees["left" if goes_left else "right"][node])
        total += np.float32(trees["leaves"][~node])
    return total


@settings(deadline=None)  # a busy machine is no slow function
@given(seed=st.integers(0, 2**32 - 1), num_rows=st.integers(1, 4))
def test_the_written_trees_say_what_onnxruntime_says_of_the_network_to_the_last_bit(
    seed: int, num_rows: int
) -> None:
    bundle = load_bundle(PACKAGED)
    trees: Any = trees_of(bundle.network)
    rows = np.random.default_rng(seed).normal(0, 3, (num_rows, len(FEATURES))).astype(np.float32)
    wanted = OnnxScorer(bundle.network, bundle.calibration).raw_logits(rows)
    assert [slow_logit(trees, row) for row in rows] == wanted.tolist()


def test_the_file_holds_all_that_decides() -> None:
    found = json.loads(ranker_json(PACKAGED))
    bundle = load_bundle(PACKAGED)
    assert found["version"] == bundle.version
    assert found["coverage"] == bundle.coverage
    assert [turn["coverage"] for turn in found["turns"]] == [turn.coverage for turn in bundle.turns]
    assert tuple(found["calibration"]["raw"]) == bundle.calibration.raw


def test_a_ranker_that_is_no_trees_is_refused_with_what_to_do(tmp_path: Path) -> None:
    graph = helper.make_graph(
        [helper.make_node("Identity", ["features"], ["logits"])],
        "other",
        [helper.make_tensor_value_info("features", TensorProto.FLOAT, ["n", len(FEATURES)])],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["n", len(FEATURES)])],
    )
    network = helper.make_model(graph).SerializeToString()
    save_bundle(tmp_path / "other", replace(load_bundle(PACKAGED), network=network))
    with pytest.raises(ModelError, match=r"found no sum of trees .*Identity.* or build with the fixed gate"):
        ranker_json(tmp_path / "other")


def test_a_folder_without_a_ranker_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no whole ranker"):
        ranker_json(tmp_path)


@given(numbers=st.lists(st.integers(0, 2**63 - 1)), text=st.text(st.characters(codec="utf-8")))
def test_fields_read_back_what_protobuf_wrote(numbers: list[int], text: str) -> None:
    attribute = onnx.AttributeProto(name=text, f=1.5, ints=numbers)
    found = fields_of(onnx.NodeProto(attribute=[attribute]).SerializeToString())
    inner = message_in(found, 5)
    assert varints(inner.get(8, [])) == numbers
    assert inner.get(1, [b""]) == [text.encode()]
    assert inner[2] == [np.float32(1.5).tobytes()]


@pytest.mark.parametrize("damaged", [b"\x08", b"\x12\x05hi", b"\x0b", b"\x08" + b"\xff" * 3])
def test_bytes_that_are_no_message_are_refused(damaged: bytes) -> None:
    with pytest.raises(ValueError, match=r"field|number"):
        fields_of(damaged)
