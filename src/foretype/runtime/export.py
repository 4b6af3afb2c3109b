"""A Llama-type checkpoint as an ONNX graph for onnxruntime, without torch.

The graph reads `input_ids` (batch, new), appends their keys and values in place to caches that the caller
owns, and gives natural-log probabilities of what follows the asked rows only: `wanted` counts rows of the
flattened (batch * new). `positions` and `hidden_from` let one row hold several branches of a tree; a sliding
window is part of `hidden_from` too. It does not know sessions; engine.py binds the buffers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

import numpy as np
from onnx import TensorProto

from foretype.runtime.architecture import Architecture
from foretype.runtime.checkpoint import EMBEDDING, FINAL_NORM, HEAD, Checkpoint, layer_weight
from foretype.runtime.graph import GraphWriter
from foretype.runtime.layout import (
    BATCH_FILE,
    MODEL_FILE,
    NUM_NEW,
    WEIGHTS_FILE,
    Precision,
    cache_names,
    num_positions,
)
from foretype.runtime.matmul import MatrixWriter
from foretype.runtime.quantize import Matrix, Quantized, stack

NOTHING: Mapping[str, Quantized] = MappingProxyType({})
NO_INPUTS = ("",) * 5  # sinks, scales of quantised caches, norms of queries and keys: not in a Llama
ATTENTION_INPUTS = (
    *("last_cells", "total_length", "cosines", "sines", "positions", "hidden_from"),
    *NO_INPUTS,
    NUM_NEW,
)


def export_onnx(
    checkpoint: Checkpoint,
    folder: Path,
    *,
    precision: Precision,
    rounded: Mapping[str, Quantized] = NOTHING,
    progress: Callable[[float], None] = lambda share: None,
) -> None:
    """Write both graphs and their weights into `folder`; `progress` hears the share done, 0 to 1.

    Matrices that are in `rounded` are stored as these codes, all others as `precision` says.
    """
    with (folder / WEIGHTS_FILE).open("wb") as weights:
        writer = GraphWriter(weights, weights_name=WEIGHTS_FILE)
        _LlamaGraph(checkpoint, writer, precision, rounded).write(progress)
    writer.save(folder / MODEL_FILE, producer="foretype", without=NUM_NEW)
    writer.save(folder / BATCH_FILE, producer="foretype")


class _LlamaGraph:
    """Writes one network, from tokens to log probabilities, in the order it runs."""

    def __init__(
        self,
        checkpoint: Checkpoint,
        writer: GraphWriter,
        precision: Precision,
        rounded: Mapping[str, Quantized],
    ) -> None:
        self._arch: Architecture = checkpoint.architecture
        self._read = checkpoint.weight
        self._rounded = rounded
        self._graph = writer
        self._matrices = MatrixWriter(writer, precision)

    def write(self, progress: Callable[[float], None]) -> None:
        self._declare_inputs()
        embedded = self._matrices.table(self._matrix([EMBEDDING]), "input_ids", "embedded")
        hidden = self._norm(embedded, layer_weight(0, "input_layernorm"), "layer.0.normed")
        residual = embedded
        for layer in range(self._arch.num_layers):
            residual, hidden = self._layer(layer, residual=residual, hidden=hidden)
            progress((layer + 1) / (self._arch.num_layers + 1))
        self._head(residual, hidden)
        progress(1.0)

    def _declare_inputs(self) -> None:
        graph, arch = self._graph, self._arch
        graph.input("input_ids", TensorProto.INT64, ["batch", "new"])
        graph.input("positions", TensorProto.INT64, ["batch", "new"])  # for the rotation; a tree repeats some
        graph.input(
            "hidden_from", TensorProto.FLOAT, ["batch", 1, "new", "total"]
        )  # 0, or HIDDEN for other branches
        graph.input("last_cells", TensorProto.INT32, ["batch"])  # cache cell of each row's newest token
        graph.input("total_length", TensorProto.INT32, [])
        graph.input(NUM_NEW, TensorProto.INT32, ["batch"])
        graph.input("wanted", TensorProto.INT64, ["wanted"])
        cache_shape: list[int | str] = ["batch", arch.num_kv_heads, "window", arch.head_size]
        for name in cache_names(arch):
            graph.input(f"past.{name}", TensorProto.FLOAT, cache_shape)
        graph.output("log_probs", TensorProto.FLOAT, ["wanted", arch.vocab_size])
        for name in cache_names(arch):
            graph.output(f"present.{name}", TensorProto.FLOAT, cache_shape)
        self._declare_rotations()

    def _declare_rotations(self) -> None:
        """Cosines and sines of every position; onnxruntime computes them once while it loads."""
        graph, arch = self._graph, self._arch
        positions = np.arange(num_positions(arch), dtype=np.float32)[:, None]
        frequencies = graph.weight("frequencies", arch.inverse_frequencies()[None, :])
        angles = graph.node("Mul", [graph.weight("places", positions), frequencies], "angles")
        graph.node("Cos", [angles], "cosines")
        graph.node("Sin", [angles], "sines")

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
        return self._add_and_norm(
            output, residual, layer_weight(layer + 1, "input_layernorm"), f"layer.{layer + 1}"
        )

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
            do_rotary=int(self._arch.rotary),
        )

    def _mlp(self, layer: int, hidden: str) -> str:
        graph, name = self._graph, f"layer.{layer}"
        parts = [layer_weight(layer, "mlp.gate_proj"), layer_weight(layer, "mlp.up_proj")]
        both = self._linear(hidden, parts, f"{name}.gate_up")
        graph.node("Split", [both], [f"{name}.gate", f"{name}.up"], axis=-1)
        graph.node("QuickGelu", [f"{name}.gate"], f"{name}.activated", alpha=1.0)  # alpha 1 is SiLU
        product = graph.node("Mul", [f"{name}.activated", f"{name}.up"], f"{name}.product")
        down = [layer_weight(layer, "mlp.down_proj")]
        return self._linear(product, down, f"{name}.mlp", heavy_tails=True)

    def _head(self, residual: str, hidden: str) -> None:
        """Only the asked rows are normed and meet the vocabulary."""
        graph = self._graph
        total = graph.node("Add", [residual, hidden], "final")
        shape = graph.weight("flat_shape", np.array([-1, self._arch.hidden_size], dtype=np.int64))
        rows = graph.node("Reshape", [total, shape], "final.rows")
        asked = graph.node("Gather", [rows, "wanted"], "asked", axis=0)
        normed = self._norm(asked, FINAL_NORM, "asked.normed")
        matrix = self._matrix([EMBEDDING if self._arch.tied_head else HEAD])
        logits = self._matrices.head(normed, matrix, "logits")
        graph.node("LogSoftmax", [logits], "log_probs", axis=-1)

    def _linear(self, hidden: str, names: list[str], output: str, *, heavy_tails: bool = False) -> str:
        """Matrices that read the same input are stacked into one product."""
        return self._matrices.product(hidden, self._matrix(names), output, heavy_tails=heavy_tails)

    def _matrix(self, names: list[str]) -> Matrix | Quantized:
        """The matrices below each other, as codes where all of them were rounded before."""
        if all(name in self._rounded for name in names):
            return stack([self._rounded[name] for name in names])
        return np.concatenate([self._read(name) for name in names])

    def _norm(self, hidden: str, weight: str, output: str) -> str:
        gain = self._graph.weight(weight, self._read(weight))
        return self._graph.node(
            "SimplifiedLayerNormalization", [hidden, gain], output, axis=-1, epsilon=self._arch.norm_epsilon
        )

    def _add_and_norm(self, hidden: str, residual: str, weight: str, name: str) -> tuple[str, str]:
        gain = self._graph.weight(weight, self._read(weight))
        outputs = [f"{name}.normed", "", "", f"{name}.residual"]
        self._graph.node(
            "SkipSimplifiedLayerNormalization",
            [hidden, residual, gain],
            outputs,
            epsilon=self._arch.norm_epsilon,
        )
        return outputs[3], outputs[0]
