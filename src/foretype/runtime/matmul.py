"""How a weight matrix is stored and multiplied: float32, blocks of 4 or 8 bits, or rows of 7 bits.

Three kernels of onnxruntime, each where it measured best (docs/why/runtime.md). It does not know what a
matrix is for, only whether its input has heavy tails.
"""

from __future__ import annotations

import numpy as np

from foretype.runtime.graph import GraphWriter
from foretype.runtime.layout import Precision
from foretype.runtime.quantize import Matrix, Quantized, quantize, quantize_rows

ACCURACY_INT8 = 4  # MatMulNBits multiplies int8 activations: the fast kernels
TABLE_BLOCK = 32
SMALL_BLOCK = 32  # 4 bits: 64 gains no time (docs/why/runtime.md)
LARGE_BLOCK = 128  # 8 bits: as good as 32, and a third faster


class MatrixWriter:
    """Writes matrices into a graph at one precision."""

    def __init__(self, graph: GraphWriter, precision: Precision) -> None:
        self._graph = graph
        self._bits = precision.bits

    def product(self, hidden: str, matrix: Matrix, output: str, *, heavy_tails: bool = False) -> str:
        """hidden @ matrix.T; `matrix` has shape (rows out, columns in).

        `heavy_tails`: single values of `hidden` dwarf the others, so each block of it needs a scale of its
        own.
        """
        if self._bits == 32:
            weight = self._graph.weight(f"{output}.weight", matrix.T)
            return self._graph.node("MatMul", [hidden, weight], output)
        if self._bits == 4:
            return self._blocks(
                hidden, quantize(matrix, bits=4, block_size=SMALL_BLOCK, symmetric=False), output
            )
        if heavy_tails:
            return self._blocks(
                hidden, quantize(matrix, bits=8, block_size=LARGE_BLOCK, symmetric=True), output
            )
        return self._rows(hidden, matrix, output)

    def head(self, hidden: str, matrix: Matrix, output: str) -> str:
        """The product with the vocabulary. 4 bits lose most here, so the small precision keeps 8: with a tied
        embedding these are the very bytes of its table, stored once.
        """
        if self._bits == 4:
            return self._blocks(hidden, _table_blocks(matrix), output)
        return self.product(hidden, matrix, output)

    def table(self, matrix: Matrix, indices: str, output: str) -> str:
        """Rows of `matrix` (vocab, hidden) at `indices` (batch, new), unpacked one by one."""
        graph = self._graph
        if self._bits == 32:
            return graph.node("Gather", [graph.weight(f"{output}.table", matrix), indices], output)
        stored = _table_blocks(matrix)
        table = graph.weight(f"{output}.table", stored.packed)
        scales = graph.weight(f"{output}.scales", stored.scales[:, :, None])
        layout = {"bits": 8, "block_size": TABLE_BLOCK, "gather_axis": 0, "quantize_axis": 2}
        blocks = graph.node("GatherBlockQuantized", [table, indices, scales], f"{output}.blocks", **layout)
        shape = graph.weight(f"{output}.shape", np.array([0, 0, -1], dtype=np.int64))
        padded = graph.node("Reshape", [blocks, shape], f"{output}.padded")
        return self._without_padding(padded, matrix.shape[1], output)

    def _without_padding(self, padded: str, num_columns: int, output: str) -> str:
        bounds = [
            self._graph.weight(f"{output}.{part}", np.array([value], dtype=np.int64))
            for part, value in (("start", 0), ("stop", num_columns), ("axis", 2))
        ]
        return self._graph.node("Slice", [padded, *bounds], output)

    def _blocks(self, hidden: str, stored: Quantized, output: str) -> str:
        graph = self._graph
        inputs = [
            graph.weight(f"{output}.weight", stored.packed),
            graph.weight(f"{output}.scales", stored.scales),
        ]
        if stored.zero_points is not None:
            inputs.append(graph.weight(f"{output}.zeros", stored.zero_points))
        sizes = {"K": stored.num_columns, "N": stored.scales.shape[0]}
        layout = {"bits": stored.bits, "block_size": stored.block_size, "accuracy_level": ACCURACY_INT8}
        return graph.node("MatMulNBits", [hidden, *inputs], output, **sizes, **layout)

    def _rows(self, hidden: str, matrix: Matrix, output: str) -> str:
        graph = self._graph
        codes, scales = quantize_rows(matrix)
        inputs = [graph.weight(f"{output}.weight", codes.T), graph.weight(f"{output}.scales", scales)]
        inputs.append(graph.weight(f"{output}.zeros", np.zeros(len(scales), dtype=np.int8)))
        return graph.node("DynamicQuantizeMatMul", [hidden, *inputs], output)


def _table_blocks(matrix: Matrix) -> Quantized:
    return quantize(matrix, bits=8, block_size=TABLE_BLOCK, symmetric=True)
