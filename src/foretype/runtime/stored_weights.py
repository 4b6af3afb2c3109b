"""A stored model read back as a checkpoint: float32 weights under Hugging Face's names, by the kernels that serve it.

Each matrix is what its part of the graph makes of the identity, so every precision and every layout can be read, also
those that do not exist yet. It does not know how anything was quantised.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import onnx
import onnxruntime as ort  # type: ignore[import-untyped]
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from foretype.errors import ModelError
from foretype.runtime.architecture import Architecture
from foretype.runtime.checkpoint import EMBEDDING, FINAL_NORM, HEAD, Checkpoint, layer_weight
from foretype.runtime.layout import MODEL_FILE, WEIGHTS_FILE
from foretype.runtime.model_dir import open_model_dir

Matrix: TypeAlias = NDArray[np.float32]

ROUNDED = "accuracy_level"  # of MatMulNBits: lets it round activations, which the identity must be spared


@dataclass(frozen=True, slots=True)
class _Part:
    """A product in the graph: from the activations `hidden`, `width` of them, to `output`.

    `names` are the weights that are stacked in it, with their numbers of rows.
    """

    hidden: str
    output: str
    width: int
    names: Mapping[str, int]


def read_model_dir(directory: Path) -> Checkpoint:
    """The network in a model directory, exactly as it serves. Raises ModelError for a directory that is none, or damaged.

    Reading a matrix takes a moment each time: keep what is needed twice.
    """
    opened = open_model_dir(directory)
    graph = _Graph(directory / MODEL_FILE)
    parts = {name: part for part in _parts(opened.card.architecture) for name in part.names}

    def weight(name: str) -> Matrix:
        if name == EMBEDDING:
            return graph.rows(opened.card.architecture.vocab_size)
        return graph.matrix(parts[name], name) if name in parts else graph.gain(_normed_by(name))

    return Checkpoint(
        name=opened.card.name,
        architecture=opened.card.architecture,
        weight=weight,
        tokenizer_json=opened.tokenizer_json,
        prelude=opened.card.prelude,
        licence=opened.card.licence,
        markers=opened.card.markers,
        data_card=opened.card.data_card,
    )


def _parts(arch: Architecture) -> Iterator[_Part]:
    """Names of activations as export.py gives them."""
    for layer in range(arch.num_layers):
        at = f"layer.{layer}"
        attention, mlp = (f"{part}_proj" for part in ("self_attn.{}", "mlp.{}"))
        qkv = {"q": arch.query_size, "k": arch.kv_size, "v": arch.kv_size}
        yield _Part(
            f"{at}.normed",
            f"{at}.qkv",
            arch.hidden_size,
            {layer_weight(layer, attention.format(part)): rows for part, rows in qkv.items()},
        )
        output = {layer_weight(layer, attention.format("o")): arch.hidden_size}
        yield _Part(f"{at}.attended", f"{at}.attention", arch.query_size, output)
        opened = {layer_weight(layer, mlp.format(part)): arch.mlp_size for part in ("gate", "up")}
        yield _Part(f"{at}.middle.normed", f"{at}.gate_up", arch.hidden_size, opened)
        down = {layer_weight(layer, mlp.format("down")): arch.hidden_size}
        yield _Part(f"{at}.product", f"{at}.mlp", arch.mlp_size, down)
    if not arch.tied_head:
        yield _Part("asked.normed", "logits", arch.hidden_size, {HEAD: arch.vocab_size})


def _normed_by(name: str) -> str:
    """The activations that a gain makes.

    >>> _normed_by("model.layers.3.post_attention_layernorm.weight"), _normed_by("model.norm.weight")
    ('layer.3.middle.normed', 'asked.normed')
    """
    if name == FINAL_NORM:
        return "asked.normed"
    layer, norm = name.split(".")[2:4]
    return f"layer.{layer}.middle.normed" if norm.startswith("post") else f"layer.{layer}.normed"


class _Graph:
    """model.onnx, parts of which can be run by themselves."""

    def __init__(self, file: Path) -> None:
        self._file = file
        try:
            self._model = onnx.load(str(file), load_external_data=False)
        except Exception as error:  # protobuf's errors share no base of their own
            raise ModelError(f"{file}: cannot be read ({error}); add the model again") from error
        self._makers = {output: node for node in self._model.graph.node for output in node.output}
        self._constants = {tensor.name: tensor for tensor in self._model.graph.initializer}

    def gain(self, output: str) -> Matrix:
        """What a norm multiplies by. Equal gains are stored once, under one of their names."""
        name = self._makers[output].input[-1] if output in self._makers else output
        if name not in self._constants:
            raise self._lacks(name)
        return np.asarray(numpy_helper.to_array(self._loaded(name)), dtype=np.float32)

    def rows(self, vocab_size: int) -> Matrix:
        """The table that tokens are looked up in; shape (vocab, hidden)."""
        ids = np.arange(vocab_size, dtype=np.int64)[None]
        table: Matrix = self._run("input_ids", "embedded", ids)[0]
        return table

    def matrix(self, part: _Part, name: str) -> Matrix:
        """One of a part's weights, shape (rows out, columns in)."""
        stacked = self._run(part.hidden, part.output, np.eye(part.width, dtype=np.float32)[None])[0].T
        start = 0
        for each, num_rows in part.names.items():
            if each == name:
                break
            start += num_rows
        return np.ascontiguousarray(stacked[start : start + part.names[name]])

    def _run(self, source: str, output: str, values: NDArray[Any]) -> Matrix:
        try:
            session = ort.InferenceSession(
                self._cut_out(source, output, values), providers=["CPUExecutionProvider"]
            )
            found: Matrix = session.run([output], {source: values})[0]
        except ModelError:
            raise
        except Exception as error:  # onnxruntime's errors share no base of their own
            raise ModelError(
                f"{self._file}: {output} cannot be read ({error}); add the model again"
            ) from error
        return found

    def _cut_out(self, source: str, output: str, values: NDArray[Any]) -> bytes:
        """A model of the nodes between two activations, weights included."""
        nodes: list[onnx.NodeProto] = []
        constants: dict[str, TensorProto] = {}
        self._collect(output, source, nodes, constants)
        kind = helper.np_dtype_to_tensor_dtype(values.dtype)
        graph = helper.make_graph(
            [_exact(node) for node in nodes],
            "part",
            [helper.make_tensor_value_info(source, kind, list(values.shape))],
            [helper.make_tensor_value_info(output, TensorProto.FLOAT, None)],
            list(constants.values()),
        )
        model = helper.make_model(
            graph, opset_imports=self._model.opset_import, ir_version=self._model.ir_version
        )
        raw: bytes = model.SerializeToString()
        return raw

    def _collect(
        self, name: str, source: str, nodes: list[onnx.NodeProto], constants: dict[str, TensorProto]
    ) -> None:
        """All that `name` is made of, back to `source`, in the order it runs."""
        if name in ("", source) or name in constants or any(name in node.output for node in nodes):
            return
        if name in self._constants:
            constants[name] = self._loaded(name)
            return
        if name not in self._makers:
            raise self._lacks(name)
        for needed in self._makers[name].input:
            self._collect(needed, source, nodes, constants)
        nodes.append(self._makers[name])

    def _loaded(self, name: str) -> TensorProto:
        """The constant with its values in it."""
        tensor = TensorProto()
        tensor.CopyFrom(self._constants[name])
        if tensor.data_location == TensorProto.EXTERNAL:
            tensor.raw_data = self._stored({entry.key: entry.value for entry in tensor.external_data})
            tensor.ClearField("external_data")
            tensor.data_location = TensorProto.DEFAULT
        return tensor

    def _stored(self, place: Mapping[str, str]) -> bytes:
        """Bytes of the weights file; the card has vouched for its size. onnx's own reader refuses linked files."""
        with self._file.with_name(WEIGHTS_FILE).open("rb") as weights:
            weights.seek(int(place["offset"]))
            return weights.read(int(place["length"]))

    def _lacks(self, name: str) -> ModelError:
        return ModelError(
            f"{self._file}: found no {name}, wanted a graph of this version; add the model again"
        )


def _exact(node: onnx.NodeProto) -> onnx.NodeProto:
    """The node without leave to round what it is given."""
    exact = onnx.NodeProto()
    exact.CopyFrom(node)
    del exact.attribute[:]
    exact.attribute.extend(attribute for attribute in node.attribute if attribute.name != ROUNDED)
    return exact
