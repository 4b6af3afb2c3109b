"""Smaller shapes of a trained network, and what each would take on disk.

The layers that turn states least go first, then in each layer the neurons and the groups of heads that speak least. It does
not know how good a shape is: search.py asks.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product

import torch
from torch import Tensor

from foretype.lm.compress.prune import (
    group_importance,
    keep_groups,
    keep_layers,
    keep_neurons,
    layer_importance,
    neuron_importance,
    strongest,
)
from foretype.lm.gpt import Gpt
from foretype.runtime.architecture import Architecture
from foretype.runtime.checkpoint import EMBEDDING, HEAD, expected_shapes
from foretype.runtime.layout import Precision

LAYER_SHARES = (1.0, 5 / 6, 2 / 3, 1 / 2, 1 / 3)
MLP_SHARES = (1.0, 3 / 4, 1 / 2, 1 / 3)
GROUP_SHARES = (1.0, 2 / 3)  # of the key/value heads, each with the query heads that share it
WIDTH_STEP = 64  # of an MLP: whole blocks
PRECISIONS = (
    Precision(8),
    Precision(4, 64, 8, "compensated"),
    Precision(4, 64, 4, "compensated"),
)
GRAPH_BYTES_A_LAYER = 9_000  # both graphs together, SmolLM2-135M's
ROW_SCALE_BYTES = 4


@dataclass(frozen=True, slots=True)
class Cutter:
    """A network and what its parts are worth."""

    gpt: Gpt
    layers: Tensor  # (layers,)
    neurons: Sequence[Tensor]  # a layer each
    groups: Sequence[Tensor]  # a layer each

    def cut(self, arch: Architecture) -> Gpt:
        """A network of this shape, made of the most important parts."""
        weights = {name: value.detach() for name, value in self.gpt.state_dict().items()}
        whole = self.gpt.arch
        narrow, shape = keep_neurons(weights, whole, strongest(self.neurons, arch.mlp_size))
        narrow, shape = keep_groups(narrow, shape, strongest(self.groups, arch.num_kv_heads))
        kept, shape = keep_layers(narrow, shape, strongest([self.layers], arch.num_layers)[0])
        with torch.device("meta"):  # no time for random weights that are replaced at once
            small = Gpt(shape)
        small.load_state_dict({name: value.clone() for name, value in kept.items()}, assign=True)
        return small


def make_cutter(gpt: Gpt, batches: Sequence[Tensor]) -> Cutter:
    """Measure every part on token batches. InputError without any."""
    groups = group_importance(gpt, batches, gpt.arch)
    return Cutter(gpt, layer_importance(gpt, batches), neuron_importance(gpt, batches), groups)


def smaller_shapes(arch: Architecture) -> Iterator[Architecture]:
    """The network's own shape and smaller ones, each once.

    >>> from foretype.runtime.architecture import Architecture
    >>> arch = Architecture(300, 64, 192, 2, 4, 2, 16, 512, 1e-5, 1e4, None, True)
    >>> [(shape.num_layers, shape.mlp_size) for shape in smaller_shapes(arch) if shape.num_kv_heads == 2]
    [(2, 192), (2, 128), (2, 64), (1, 192), (1, 128), (1, 64)]
    >>> [(shape.num_heads, shape.num_kv_heads) for shape in smaller_shapes(arch)][:2]
    [(4, 2), (2, 1)]
    """
    found = {}
    for share, mlp_share, group_share in product(LAYER_SHARES, MLP_SHARES, GROUP_SHARES):
        layers = max(1, round(arch.num_layers * share))
        width = _width(arch, mlp_share)
        groups = max(1, round(arch.num_kv_heads * group_share))
        heads = groups * (arch.num_heads // arch.num_kv_heads)
        shape = replace(arch, num_layers=layers, mlp_size=width, num_heads=heads, num_kv_heads=groups)
        found[layers, width, groups] = shape
    yield from found.values()


def _width(arch: Architecture, share: float) -> int:
    """So much of the MLP, in whole steps."""
    if share == 1.0:
        return arch.mlp_size
    return max(min(WIDTH_STEP, arch.mlp_size), int(arch.mlp_size * share) // WIDTH_STEP * WIDTH_STEP)


def shape_name(arch: Architecture) -> str:
    """What tells a shape from others of the same network, as a folder's name.

    >>> shape_name(Architecture(300, 64, 192, 2, 4, 2, 16, 512, 1e-5, 1e4, None, True))
    '2-layers-192-neurons-2-groups'
    """
    return f"{arch.num_layers}-layers-{arch.mlp_size}-neurons-{arch.num_kv_heads}-groups"


def stored_mb(arch: Architecture, precision: Precision, *, tokenizer_bytes: int) -> float:
    """About what such a model takes on disk, in millions of bytes."""
    num_bytes = float(tokenizer_bytes + GRAPH_BYTES_A_LAYER * arch.num_layers)
    for name, shape in expected_shapes(arch):
        is_table = name in (EMBEDDING, HEAD)
        bits = precision.table_bits if is_table and precision.bits == 4 else precision.bits
        if len(shape) == 1:
            num_bytes += 4 * shape[0]
            continue
        num_bytes += shape[0] * _row_bytes(shape[1], bits=bits, block_size=precision.block_size)
        if (
            name == EMBEDDING and arch.tied_head and precision.bits == 8
        ):  # the head is stored as rows beside it
            num_bytes += shape[0] * (shape[1] + ROW_SCALE_BYTES)
    return num_bytes / 1e6


def _row_bytes(columns: int, *, bits: int, block_size: int) -> float:
    """Codes, a byte of scale a block, and the row's own scale."""
    blocks = -(-columns // block_size)
    return blocks * (block_size * bits / 8 + 1) + ROW_SCALE_BYTES
