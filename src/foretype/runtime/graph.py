"""A small builder of ONNX graphs: nodes by their operator, weights into one external file.

It knows names and tensors, not networks.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper

OPSET = 17
MICROSOFT = "com.microsoft"  # onnxruntime's own operators
MICROSOFT_OPERATORS = frozenset(
    {
        "DynamicQuantizeMatMul",
        "GatherBlockQuantized",
        "GroupQueryAttention",
        "MatMulNBits",
        "QuickGelu",
        "SkipSimplifiedLayerNormalization",
    }
)
PAGE = 4096  # onnxruntime maps external weights at page boundaries
PAGE_WORTH = (
    64  # pages that a weight must fill to begin at one: else padding takes more than a hundredth of it
)
ALIGNMENT = 64  # bytes, of smaller weights: a cache line
SMALL_BYTES = 1024  # smaller tensors stay inside model.onnx: shapes must be known while loading


class GraphWriter:
    """Collects nodes in the order they run and streams weights to `weights` as they come."""

    def __init__(self, weights: BinaryIO, *, weights_name: str) -> None:
        self._weights = weights
        self._weights_name = weights_name
        self._offset = 0
        self._places: dict[bytes, int] = {}  # where equal bytes lie, whatever their shape
        self._names: dict[tuple[bytes, int, tuple[int, ...]], str] = {}
        self._nodes: list[onnx.NodeProto] = []
        self._initializers: list[TensorProto] = []
        self._inputs: list[onnx.ValueInfoProto] = []
        self._outputs: list[onnx.ValueInfoProto] = []

    def input(self, name: str, element: int, shape: list[int | str]) -> str:
        self._inputs.append(helper.make_tensor_value_info(name, element, shape))
        return name

    def output(self, name: str, element: int, shape: list[int | str]) -> str:
        self._outputs.append(helper.make_tensor_value_info(name, element, shape))
        return name

    def weight(self, name: str, values: NDArray[Any]) -> str:
        """A constant, or the equal one written before; large ones go to the external file."""
        element = helper.np_dtype_to_tensor_dtype(values.dtype)
        raw = np.ascontiguousarray(values)
        digest = hashlib.sha256(raw.tobytes()).digest()
        key = digest, element, raw.shape
        if key in self._names:
            return self._names[key]
        self._names[key] = name
        if raw.nbytes < SMALL_BYTES:
            self._initializers.append(
                helper.make_tensor(name, element, values.shape, raw.tobytes(), raw=True)
            )
        else:
            self._initializers.append(self._external(name, element, raw, place=self._place(digest, raw)))
        return name

    def node(self, operator: str, inputs: list[str], output: str | list[str], **attributes: Any) -> str:
        """Append a node; returns its first output's name."""
        outputs = [output] if isinstance(output, str) else output
        domain = MICROSOFT if operator in MICROSOFT_OPERATORS else ""
        name = outputs[0] or operator
        self._nodes.append(
            helper.make_node(operator, inputs, outputs, name=name, domain=domain, **attributes)
        )
        return outputs[0]

    def save(self, path: Path, *, producer: str, without: str | None = None) -> None:
        """Write the graph, all of it or without one optional input; weights have been written already."""
        nodes = [_without(node, without) for node in self._nodes]
        inputs = [declared for declared in self._inputs if declared.name != without]
        graph = helper.make_graph(nodes, "llama", inputs, self._outputs, self._initializers)
        opsets = [helper.make_opsetid("", OPSET), helper.make_opsetid(MICROSOFT, 1)]
        model = helper.make_model(graph, opset_imports=opsets, producer_name=producer, ir_version=9)
        path.write_bytes(model.SerializeToString())

    def _place(self, digest: bytes, raw: NDArray[Any]) -> int:
        """Offset of these bytes in the external file, written now unless they are there."""
        if digest not in self._places:
            alignment = PAGE if raw.nbytes >= PAGE * PAGE_WORTH else ALIGNMENT
            padding = -self._offset % alignment
            self._weights.write(bytes(padding))
            self._weights.write(raw.tobytes())
            self._places[digest] = self._offset + padding
            self._offset += padding + raw.nbytes
        return self._places[digest]

    def _external(self, name: str, element: int, raw: NDArray[Any], *, place: int) -> TensorProto:
        tensor = TensorProto(name=name, data_type=element, dims=list(raw.shape))
        tensor.data_location = TensorProto.EXTERNAL
        where = {"location": self._weights_name, "offset": place, "length": raw.nbytes}
        for key, value in where.items():
            tensor.external_data.add(key=key, value=str(value))
        return tensor


def _without(node: onnx.NodeProto, name: str | None) -> onnx.NodeProto:
    """The node, or a copy that lacks its last input and the gaps before it."""
    inputs = list(node.input)
    if not inputs or inputs[-1] != name:
        return node
    while inputs[-1] in (name, ""):
        inputs.pop()
    trimmed = onnx.NodeProto()
    trimmed.CopyFrom(node)
    del trimmed.input[:]
    trimmed.input.extend(inputs)
    return trimmed
