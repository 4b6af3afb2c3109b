"""A Llama-type checkpoint as an ONNX graph for onnxruntime, without torch.

The graph reads `input_ids` (batch, new), appends their keys and values in place to caches that the caller owns, and
gives natural-log probabilities of what follows the asked rows only: `wanted` counts rows of the flattened
(batch * new). `positions` and `hidden_from` let one row hold several branches of a tree. It does not know sessions;
engine.py binds the buffers.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from onnx import TensorProto

from foretype.runtime.architecture import Architecture
from foretype.runtime.checkpoint import EMBEDDING, FINAL_NORM, HEAD, Checkpoint, layer_weight
from foretype.runtime.graph import GraphWriter
from foretype.runtime.quantize import Bits, Matrix, Quantized, quantize

MAX_POSITIONS = 8192  # rotary tables beyond this would only cost memory; no message is longer
ACCURACY_INT8 = 4  # MatMulNBits multiplies int8 activations: the fast kernels
HIDDEN = -1e9  # added to an attention score, it leaves a weight of exactly zero
ATTENTION_INPUTS = ("last_cells", "total_length", "cosines", "sines", "positions", "hidden_from")
MODEL_FILE = "model.onnx"
WEIGHTS_FILE = "model.onnx.data"


@dataclass(frozen=True, slots=True)
class Precision:
    """How weights are stored: None is float32. The defaults are the measured choice of docs/why/runtime.md."""

    layer_bits: Bits | None = 4
    head_bits: Bits | None = 8
    block_size: int = 32
    symmetric: bool = False


def export_onnx(
    checkpoint: Checkpoint,
    folder: Path,
    *,
    precision: Precision,
    progress: Callable[[float], None] = lambda share: None,
) -> None:
    """Write model.onnx and its weights into `folder`; `progress` hears the share done, 0 to 1."""
    with (folder / WEIGHTS_FILE).open("wb") as weights:
        writer = GraphWriter(weights, weights_name=WEIGHTS_FILE)
        _LlamaGraph(checkpoint, writer, precision).write(progress)
    writer.save(folder / MODEL_FILE, producer="foretype")


class _LlamaGraph:
    """Writes one network, from tokens to log probabilities, in the order it runs."""

    def __init__(self, checkpoint: Checkpoint, writer: GraphWriter, precision: Precision) -> None:
        self._arch: Architecture = checkpoint.architecture
        self._read = checkpoint.weight
        self._graph = writer
        self._precision = precision

    def write(self, progress: Callable[[float], None]) -> None:
        self._declare_inputs()
        embedding = self._read(EMBEDDING)
        stored = self._stored(embedding, bits=self._precision.head_bits)
        hidden = self._embed(embedding, stored)
        hidden = self._norm(hidden, layer_weight(0, "input_layernorm"), "layer.0.normed")
        residual = "embedded"
        for layer in range(self._arch.num_layers):
            residual, hidden = self._layer(layer, residual=residual, hidden=hidden)
            progress((layer + 1) / (self._arch.num_layers + 1))
        self._head(residual, hidden, tied=(embedding, stored))
        progress(1.0)

    def _declare_inputs(self) -> None:
        graph, arch = self._graph, self._arch
        graph.input("input_ids", TensorProto.INT64, ["batch", "new"])
        graph.input("positions", TensorProto.INT64, ["batch", "new"])  # for the rotation; a tree repeats some
        graph.input("hidden_from", TensorProto.FLOAT, ["batch", 1, "new", "total"])  # 0, or HIDDEN for other branches
        graph.input("last_cells", TensorProto.INT32, ["batch"])  # cache cell of each row's newest token
        graph.input("total_length", TensorProto.INT32, [])
        graph.input("wanted", TensorProto.INT64, ["wanted"])
        cache_shape: list[int | str] = ["batch", arch.num_kv_heads, "window", arch.head_size]
        for name in cache_names(arch):
            graph.input(f"past.{name}", TensorProto.FLOAT, cache_shape)
        graph.output("log_probs", TensorProto.FLOAT, ["wanted", arch.vocab_size])
        for name in cache_names(arch):
            graph.output(f"present.{name}", TensorProto.FLOAT, cache_shape)
        angles = np.outer(np.arange(num_positions(arch), dtype=np.float32), arch.inverse_frequencies())
        graph.weight("cosines", np.cos(angles).astype(np.float32))
        graph.weight("sines", np.sin(angles).astype(np.float32))

    def _embed(self, embedding: Matrix, stored: Quantized | None) -> str:
        """Token rows, read out of the (quantised) table without unpacking the rest."""
        graph = self._graph
        if stored is None:
            return graph.node("Gather", [graph.weight("embedding", embedding), "input_ids"], "embedded")
        # One block a row of the inner axis, so that the head's matrix product can read the same bytes.
        table = graph.weight("embedding", stored.packed)
        scales = graph.weight("embedding.scales", stored.scales[:, :, None])
        rows = graph.node(
            "GatherBlockQuantized",
            [table, "input_ids", scales],
            "embedded.blocks",
            bits=8,
            block_size=stored.block_size,
            gather_axis=0,
            quantize_axis=2,
        )
        shape = graph.weight("hidden_shape", np.array([0, 0, self._arch.hidden_size], dtype=np.int64))
        return graph.node("Reshape", [rows, shape], "embedded")

    def _layer(self, layer: int, *, residual: str, hidden: str) -> tuple[str, str]:
        """One block; `hidden` comes in normed and leaves normed for the next layer (or for the head)."""
        name = f"layer.{layer}"
        attended = self._attention(layer, hidden)
        output = self._linear(attended, [layer_weight(layer, "self_attn.o_proj")], f"{name}.attention")
        residual, hidden = self._add_and_norm(
            output, residual, layer_weight(layer, "post_attention_layernorm"), f"{name}.middle"
        )
        output = self._mlp(layer, hidden)
        is_last = layer + 1 == self._arch.num_layers
        if is_last:
            return residual, output
        return self._add_and_norm(output, residual, layer_weight(layer + 1, "input_layernorm"), f"layer.{layer + 1}")

    def _attention(self, layer: int, hidden: str) -> str:
        parts = [layer_weight(layer, f"self_attn.{part}_proj") for part in "qkv"]
        packed = self._linear(hidden, parts, f"layer.{layer}.qkv")
        caches = (f"key.{layer}", f"value.{layer}")
        return self._graph.node(
            "GroupQueryAttention",
            [packed, "", "", *(f"past.{cache}" for cache in caches), *ATTENTION_INPUTS],
            [f"layer.{layer}.attended", *(f"present.{c}" for c in caches)],
            num_heads=self._arch.num_heads,
            kv_num_heads=self._arch.num_kv_heads,
            do_rotary=1,
        )

    def _mlp(self, layer: int, hidden: str) -> str:
        graph, name = self._graph, f"layer.{layer}"
        parts = [layer_weight(layer, "mlp.gate_proj"), layer_weight(layer, "mlp.up_proj")]
        both = self._linear(hidden, parts, f"{name}.gate_up")
        graph.node("Split", [both], [f"{name}.gate", f"{name}.up"], axis=-1)
        graph.node("QuickGelu", [f"{name}.gate"], f"{name}.activated", alpha=1.0)  # alpha 1 is SiLU
        product = graph.node("Mul", [f"{name}.activated", f"{name}.up"], f"{name}.product")
        return self._linear(product, [layer_weight(layer, "mlp.down_proj")], f"{name}.mlp")

    def _head(self, residual: str, hidden: str, *, tied: tuple[Matrix, Quantized | None]) -> None:
        """Only the asked rows are normed and meet the vocabulary."""
        graph = self._graph
        total = graph.node("Add", [residual, hidden], "final")
        shape = graph.weight("flat_shape", np.array([-1, self._arch.hidden_size], dtype=np.int64))
        rows = graph.node("Reshape", [total, shape], "final.rows")
        asked = graph.node("Gather", [rows, "wanted"], "asked", axis=0)
        normed = self._norm(asked, FINAL_NORM, "asked.normed")
        logits = self._tied_head(normed, *tied) if self._arch.tied_head else self._untied_head(normed)
        graph.node("LogSoftmax", [logits], "log_probs", axis=-1)

    def _tied_head(self, hidden: str, embedding: Matrix, stored: Quantized | None) -> str:
        if stored is None:
            return self._graph.node("MatMul", [hidden, self._graph.weight("head", embedding.T)], "logits")
        scales = self._graph.weight("head.scales", stored.scales)
        return self._product(hidden, ["embedding", scales], stored, "logits")

    def _untied_head(self, hidden: str) -> str:
        matrix = self._read(HEAD)
        return self._matrix_product(hidden, matrix, self._stored(matrix, bits=self._precision.head_bits), "logits")

    def _linear(self, hidden: str, names: list[str], output: str) -> str:
        """Matrices that read the same input are stacked into one product."""
        matrix = np.concatenate([self._read(name) for name in names])
        return self._matrix_product(hidden, matrix, self._stored(matrix, bits=self._precision.layer_bits), output)

    def _matrix_product(self, hidden: str, matrix: Matrix, stored: Quantized | None, output: str) -> str:
        graph = self._graph
        if stored is None:
            return graph.node("MatMul", [hidden, graph.weight(f"{output}.weight", matrix.T)], output)
        inputs = [graph.weight(f"{output}.weight", stored.packed), graph.weight(f"{output}.scales", stored.scales)]
        if stored.zero_points is not None:
            inputs.append(graph.weight(f"{output}.zeros", stored.zero_points))
        return self._product(hidden, inputs, stored, output)

    def _product(self, hidden: str, weights: list[str], stored: Quantized, output: str) -> str:
        return self._graph.node(
            "MatMulNBits",
            [hidden, *weights],
            output,
            K=stored.num_columns,
            N=stored.scales.shape[0],
            bits=stored.bits,
            block_size=stored.block_size,
            accuracy_level=ACCURACY_INT8,
        )

    def _stored(self, matrix: Matrix, *, bits: Bits | None) -> Quantized | None:
        if bits is None:
            return None
        symmetric = self._precision.symmetric or bits == 8
        return quantize(matrix, bits=bits, block_size=self._precision.block_size, symmetric=symmetric)

    def _norm(self, hidden: str, weight: str, output: str) -> str:
        gain = self._graph.weight(weight, self._read(weight))
        return self._graph.node(
            "SimplifiedLayerNormalization", [hidden, gain], output, axis=-1, epsilon=self._arch.norm_epsilon
        )

    def _add_and_norm(self, hidden: str, residual: str, weight: str, name: str) -> tuple[str, str]:
        gain = self._graph.weight(weight, self._read(weight))
        outputs = [f"{name}.normed", "", "", f"{name}.residual"]
        self._graph.node(
            "SkipSimplifiedLayerNormalization", [hidden, residual, gain], outputs, epsilon=self._arch.norm_epsilon
        )
        return outputs[3], outputs[0]


def cache_names(arch: Architecture) -> list[str]:
    """Keys and values of every layer, in the order of the graph's inputs: key.0, value.0, key.1, ..."""
    return [f"{kind}.{layer}" for layer in range(arch.num_layers) for kind in ("key", "value")]


def num_positions(arch: Architecture) -> int:
    """Tokens a session of this network can hold at most."""
    return min(arch.context_length, MAX_POSITIONS)
