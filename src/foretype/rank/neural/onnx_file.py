"""A rank network as one ONNX model that onnxruntime runs: features and state in, raw logits out.

Rows go in as schema.FEATURES has them: choosing, clipping and scaling columns are in the graph. It does not know training.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor, nn

from foretype.rank.bundle import INPUT
from foretype.rank.neural.network import Cross, RankNetwork
from foretype.rank.neural.onnx_run import STATE
from foretype.rank.schema import FEATURES

OPSET = 17
IR_VERSION = 10  # as the language model's graph


def network_to_onnx(network: RankNetwork) -> bytes:
    """The network as an ONNX model.

    Inputs: features (n, F) and, for a network that reads states, `state` (1, hidden), the key's; output: raw logits (n, 1),
    as bundle.py wants them.
    """
    graph = _Graph()
    inputs = [helper.make_tensor_value_info(INPUT, TensorProto.FLOAT, ["n", len(FEATURES)])]
    if network.shape.state is not None:
        inputs.append(helper.make_tensor_value_info(STATE, TensorProto.FLOAT, [1, network.shape.state]))
    _write(graph, network)
    output = helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["n", 1])
    body = helper.make_graph(graph.nodes, "ranker", inputs, [output], graph.weights)
    model = helper.make_model(
        body, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR_VERSION, producer_name="foretype"
    )
    onnx.checker.check_model(model)
    serialised: bytes = model.SerializeToString()
    return serialised


class _Graph:
    """Nodes in the order they run; every value is named by its number."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.weights: list[onnx.TensorProto] = []

    def node(self, operator: str, *inputs: str, output: str | None = None, **attributes: Any) -> str:
        name = output or f"v{len(self.nodes)}"
        self.nodes.append(helper.make_node(operator, list(inputs), [name], **attributes))
        return name

    def weight(self, values: Tensor | NDArray[Any]) -> str:
        found = values if isinstance(values, np.ndarray) else values.detach().numpy()
        name = f"w{len(self.weights)}"
        self.weights.append(numpy_helper.from_array(np.ascontiguousarray(found), name))
        return name

    def indices(self, *values: int) -> str:
        return self.weight(np.array(values, np.int64))

    def linear(self, value: str, layer: nn.Linear) -> str:
        found = self.node("MatMul", value, self.weight(layer.weight.T))
        return found if layer.bias is None else self.node("Add", found, self.weight(layer.bias))


def _write(graph: _Graph, network: RankNetwork) -> None:
    first = crossed = _inputs(graph, network)
    for cross in network.crosses:
        assert isinstance(cross, Cross)
        mixed = graph.linear(graph.linear(crossed, cross.down), cross.up)
        crossed = graph.node("Add", graph.node("Mul", first, mixed), crossed)
    found = graph.node("Relu", graph.linear(crossed, network.narrow))
    mixed = graph.node("Relu", _mixed(graph, network, found))
    last = graph.node("MatMul", mixed, graph.weight(network.out.weight.T))
    graph.node("Add", last, graph.weight(network.out.bias), output="logits")


def _mixed(graph: _Graph, network: RankNetwork, found: str) -> str:
    """Both branches through the layer that mixes them; the state's part is computed once for all rows of a key."""
    if network.state is None:
        return graph.linear(found, network.mix)
    norm, width = network.state.norm, network.shape.width
    scaled = graph.node(
        "LayerNormalization", STATE, graph.weight(norm.weight), graph.weight(norm.bias), epsilon=norm.eps
    )
    state = graph.node("Relu", graph.linear(scaled, network.state.narrow))
    of_rows = graph.node("MatMul", found, graph.weight(network.mix.weight[:, :width].T))
    of_key = graph.node("MatMul", state, graph.weight(network.mix.weight[:, width:].T))
    return graph.node("Add", of_rows, graph.node("Add", of_key, graph.weight(network.mix.bias)))


def _inputs(graph: _Graph, network: RankNetwork) -> str:
    inputs, columns = network.inputs, network.columns
    parts = [_periodic(graph, network)]
    if columns.flags:
        parts.append(graph.node("Gather", INPUT, graph.indices(*columns.flags), axis=1))
    for at, table in zip(columns.categories, inputs.tables, strict=True):
        assert isinstance(table, nn.Embedding)
        column = graph.node("Gather", INPUT, graph.indices(at), axis=1)
        code = graph.node("Cast", column, to=TensorProto.INT64)
        embedded = graph.node("Gather", graph.weight(table.weight), code)  # (n, 1, category)
        parts.append(graph.node("Flatten", embedded, axis=1))
    return graph.node("Concat", *parts, axis=1)


def _periodic(graph: _Graph, network: RankNetwork) -> str:
    """Numbers, clipped and scaled, as rectified sums of their sines and cosines; each number has weights of its own."""
    inputs, columns = network.inputs, network.columns
    numbers = graph.node("Gather", INPUT, graph.indices(*columns.numbers), axis=1)
    numbers = graph.node("Max", numbers, graph.weight(inputs.low))
    numbers = graph.node("Min", numbers, graph.weight(inputs.high))
    numbers = graph.node(
        "Div", graph.node("Sub", numbers, graph.weight(inputs.mean)), graph.weight(inputs.std)
    )
    turns = 2 * math.pi * inputs.periodic.periodic.weight
    angles = graph.node("Mul", graph.node("Unsqueeze", numbers, graph.indices(2)), graph.weight(turns))
    waves = graph.node("Concat", graph.node("Cos", angles), graph.node("Sin", angles), axis=2)
    by_number = graph.node("Transpose", waves, perm=[1, 0, 2])
    linear = inputs.periodic.linear
    summed = graph.node("MatMul", by_number, graph.weight(linear.weight))
    summed = graph.node("Transpose", summed, perm=[1, 0, 2])
    summed = graph.node("Relu", graph.node("Add", summed, graph.weight(linear.bias)))
    return graph.node("Flatten", summed, axis=1)
