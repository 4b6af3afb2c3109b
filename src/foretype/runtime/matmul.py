"""How a weight matrix is stored and multiplied: float32, blocks of 4 or 8 bits, or rows of 7 bits.

Three kernels of onnxruntime, each where it measured best (docs/why/runtime.md). It does not know what a
matrix is for, only whether its input has heavy tails.
"""

from __future__ import annotations

import numpy as np
from onnx import TensorProto

from foretype.runtime.graph import GraphWriter
from foretype.runtime.layout import Precision
from foretype.runtime.quantize import Matrix, Quantized, Scales, quantize, quantize_rows

ACCURACY_INT8 = 4  # MatMulNBits multiplies int8 activations: the fast kernels
TABLE_BLOCK = 32
LARGE_BLOCK = 128  # 8 bits: as good as 32, and a third faster


class MatrixWriter:
    """Writes matrices into a graph at one precision; those that come as codes already are written as they are."""

    def __init__(self, graph: GraphWriter, precision: Precision) -> None:
        self._graph = graph
        self._precision = precision

    def product(
        self, hidden: str, matrix: Matrix | Quantized, output: str, *, heavy_tails: bool = False
    ) -> str:
        """hidden @ matrix.T; `matrix` has shape (rows out, columns in).

        `heavy_tails`: single values of `hidden` dwarf the others, so each block of it needs a scale of its
        own.
        """
        if isinstance(matrix, Quantized):
            return self._blocks(hidden, matrix, output)
        if self._precision.bits == 32:
            weight = self._graph.weight(f"{output}.weight", matrix.T)
            return self._graph.node("MatMul", [hidden, weight], output)
        if self._precision.bits == 4:
            return self._blocks(hidden, self._small(matrix), output)
        if heavy_tails:
            return self._blocks(
                hidden, quantize(matrix, bits=8, block_size=LARGE_BLOCK, symmetric=True), output
            )
        return self._rows(hidden, matrix, output)

    def head(self, hidden: str, matrix: Matrix | Quantized, output: str) -> str:
        """The product with the vocabulary: with a tied embedding and 4-bit layers the very bytes of its table."""
        if self._precision.bits == 4:
            return self._blocks(hidden, self._table_blocks(matrix), output)
        return self.product(hidden, matrix, output)

    def table(self, matrix: Matrix | Quantized, indices: str, output: str) -> str:
        """Rows of `matrix` (vocab, hidden) at `indices` (batch, new), unpacked one by one."""
        graph = self._graph
        if self._precision.bits == 32 and not isinstance(matrix, Quantized):
            return graph.node("Gather", [graph.weight(f"{output}.table", matrix), indices], output)
        stored = self._table_blocks(matrix)
        table = graph.weight(f"{output}.table", stored.packed)
        scales = self._scales(stored.scales, f"{output}.scales", extra_axes=1)
        layout = {"bits": stored.bits, "block_size": stored.block_size, "gather_axis": 0, "quantize_axis": 2}
        blocks = graph.node("GatherBlockQuantized", [table, indices, scales], f"{output}.blocks", **layout)
        shape = graph.weight(f"{output}.shape", np.array([0, 0, -1], dtype=np.int64))
        padded = graph.node("Reshape", [blocks, shape], f"{output}.padded")
        return self._without_padding(padded, stored.num_columns, output)

    def _small(self, matrix: Matrix) -> Quantized:
        return quantize(matrix, bits=4, block_size=self._precision.block_size, symmetric=False)

    def _table_blocks(self, matrix: Matrix | Quantized) -> Quantized:
        """Symmetric: rows are looked up by an operator that takes zero points only as whole bytes."""
        if isinstance(matrix, Quantized):
            return matrix
        bits = self._precision.table_bits if self._precision.bits == 4 else 8
        block_size = self._precision.block_size if bits == 4 else TABLE_BLOCK
        return quantize(matrix, bits=bits, block_size=block_size, symmetric=True)

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
            self._scales(stored.scales, f"{output}.scales"),
        ]
        if stored.zero_points is not None:
            inputs.append(graph.weight(f"{output}.zeros", stored.zero_points))
        sizes = {"K": stored.num_columns, "N": len(stored.packed)}
        layout = {"bits": stored.bits, "block_size": stored.block_size, "accuracy_level": ACCURACY_INT8}
        return graph.node("MatMulNBits", [hidden, *inputs], output, **sizes, **layout)

    def _scales(self, scales: Scales, output: str, *, extra_axes: int = 0) -> str:
        """Codes times rows: onnxruntime folds it into a constant while it loads, so only disk and download gain."""
        graph = self._graph
        codes, rows = (
            values.reshape(*values.shape, *[1] * extra_axes) for values in (scales.codes, scales.rows)
        )
        wide = graph.node(
            "Cast", [graph.weight(f"{output}.codes", codes)], f"{output}.wide", to=TensorProto.FLOAT
        )
        return graph.node("Mul", [wide, graph.weight(f"{output}.rows", rows)], output)

    def _rows(self, hidden: str, matrix: Matrix, output: str) -> str:
        graph = self._graph
        codes, scales = quantize_rows(matrix)
        inputs = [graph.weight(f"{output}.weight", codes.T), graph.weight(f"{output}.scales", scales)]
        inputs.append(graph.weight(f"{output}.zeros", np.zeros(len(scales), dtype=np.int8)))
        return graph.node("DynamicQuantizeMatMul", [hidden, *inputs], output)
