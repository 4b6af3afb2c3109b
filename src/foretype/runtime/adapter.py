"""A LoRA adapter as the adapted graph reads it: two thin matrices beside each product of a layer.

A network with an adapter computes hidden @ base + (hidden @ low) @ high. Matrices that the exporter stacked into one
product share one pair. It does not know files (adapter_folder.py) nor who is answered with it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from foretype.runtime.architecture import Architecture
from foretype.runtime.checkpoint import expected_shapes, layer_weight

Matrix = NDArray[np.float32]

# The exporter's products of one layer, and the projections stacked in each, in this order (export.py).
PRODUCTS: Mapping[str, tuple[str, ...]] = {
    "qkv": ("self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj"),
    "attention": ("self_attn.o_proj",),
    "gate_up": ("mlp.gate_proj", "mlp.up_proj"),
    "mlp": ("mlp.down_proj",),
}


@dataclass(frozen=True, slots=True)
class LowRank:
    """A projection's change, (rows out, columns in): `up` (rows, rank) @ `down` (rank, columns), scale included."""

    down: Matrix
    up: Matrix


@dataclass(frozen=True, slots=True, eq=False)
class Adapter:
    """Inputs of the adapted graph by name, float32. Loaded twice it is two: no cache is shared between them."""

    name: str
    digest: str  # of the files it was read from
    rank: int  # the largest of its projections
    inputs: Mapping[str, Matrix]

    @property
    def num_bytes(self) -> int:
        """Memory that it takes while it is loaded."""
        return sum(matrix.nbytes for matrix in self.inputs.values())


def products(num_layers: int) -> Iterator[tuple[str, int, Sequence[str]]]:
    """Every product that an adapter may change: its name in the graph, its layer, its projections.

    >>> next(products(1))
    ('layer.0.qkv', 0, ('self_attn.q_proj', 'self_attn.k_proj', 'self_attn.v_proj'))
    """
    for layer in range(num_layers):
        for product, parts in PRODUCTS.items():
            yield f"layer.{layer}.{product}", layer, parts


def input_names(product: str) -> tuple[str, str]:
    """What the adapted graph calls the two matrices beside a product.

    >>> input_names("layer.0.qkv")
    ('layer.0.qkv.low', 'layer.0.qkv.high')
    """
    return f"{product}.low", f"{product}.high"


def pack(changes: Mapping[str, LowRank], arch: Architecture) -> dict[str, Matrix]:
    """The graph's inputs for changes by weight name. Products that nothing changes get one column of zeros:
    onnxruntime has not always multiplied matrices without any.
    """
    shapes = dict(expected_shapes(arch))
    found: dict[str, Matrix] = {}
    for product, layer, parts in products(arch.num_layers):
        names = [layer_weight(layer, part) for part in parts]
        low, high = input_names(product)
        found[low], found[high] = _stacked([(changes.get(name), shapes[name]) for name in names])
    return found


def _stacked(parts: Sequence[tuple[LowRank | None, tuple[int, ...]]]) -> tuple[Matrix, Matrix]:
    """(columns, sum of ranks) and (sum of ranks, sum of rows): each projection's ranks reach its own rows alone."""
    rank = max(1, sum(len(change.down) for change, _ in parts if change is not None))
    low = np.zeros((parts[0][1][1], rank), dtype=np.float32)
    high = np.zeros((rank, sum(shape[0] for _, shape in parts)), dtype=np.float32)
    first_rank = first_row = 0
    for change, shape in parts:
        if change is not None:
            last_rank = first_rank + len(change.down)
            low[:, first_rank:last_rank] = change.down.T
            high[first_rank:last_rank, first_row : first_row + shape[0]] = change.up.T
            first_rank = last_rank
        first_row += shape[0]
    return low, high
