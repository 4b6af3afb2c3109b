"""The graph that reads adapters, made from a stored model's graph: every product of a layer gets a side road.

Made in memory when the first adapter is loaded, so that a model without adapters pays nothing: neither the 120 side
roads of a 30-layer network (0.5 of 6 ms a token even when they carry nothing) nor a file. The weights are read from the
model's own file. It does not know what an adapter holds.
"""

from __future__ import annotations

from pathlib import Path

import onnx
from onnx import TensorProto, helper

from foretype.errors import ModelError
from foretype.runtime.adapter import input_names, products


def adapted_graph(file: Path, *, num_layers: int) -> bytes:
    """The model in `file` with inputs `<product>.low` and `<product>.high` for each product of its layers.

    Raises ModelError for a graph that cannot be read or has no such products.
    """
    try:
        model = onnx.load(str(file), load_external_data=False)
    except Exception as error:  # protobuf's errors have no types
        raise ModelError(f"{file}: the graph cannot be read ({error}); add the model again") from error
    wanted = {product for product, *_ in products(num_layers)}
    nodes: list[onnx.NodeProto] = []
    for node in model.graph.node:
        nodes.append(node)
        if node.output[0] in wanted:
            wanted.discard(node.output[0])
            nodes += _side_road(node, model.graph)
    if wanted:
        raise ModelError(
            f"{file}: there is no product {min(wanted)} for an adapter to change; add the model again"
        )
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    return bytes(model.SerializeToString())


def _side_road(node: onnx.NodeProto, graph: onnx.GraphProto) -> list[onnx.NodeProto]:
    """Nodes that add the adapter's part to the product, which keeps its name for whoever reads the sum."""
    product, hidden = node.output[0], node.input[0]
    low, high = input_names(product)
    for name in (low, high):
        graph.input.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, None))
    node.output[0] = f"{product}.base"
    return [
        helper.make_node("MatMul", [hidden, low], [f"{product}.narrow"], name=f"{product}.narrow"),
        helper.make_node(
            "MatMul", [f"{product}.narrow", high], [f"{product}.change"], name=f"{product}.change"
        ),
        helper.make_node("Add", [node.output[0], f"{product}.change"], [product], name=f"{product}.sum"),
    ]
