"""Changing a network's matrices one layer after another, each on what the changed layers below it give for some texts.

It does not know how a matrix is changed, only what the matrix reads.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, TypeAlias

import torch
from torch import Tensor, nn

from foretype.errors import InputError
from foretype.lm.gpt import Gpt
from foretype.runtime.checkpoint import layer_weight

Change: TypeAlias = Callable[
    [str, nn.Module, Tensor], None
]  # weight's name, its module, moments of its input
Moments: TypeAlias = dict[str, Tensor]  # of each part, the sum of x x' over its inputs

# Parts that read the same input are measured once.
SAME_INPUT: Mapping[str, tuple[str, ...]] = {
    "self_attn.q_proj": ("self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj"),
    "self_attn.o_proj": ("self_attn.o_proj",),
    "mlp.gate_proj": ("mlp.gate_proj", "mlp.up_proj"),
    "mlp.down_proj": ("mlp.down_proj",),
}


@torch.no_grad()
def change_layers(
    gpt: Gpt,
    texts: Sequence[Tensor],
    change: Change,
    *,
    progress: Callable[[float], None] = lambda share: None,
) -> None:
    """Have `change` alter every matrix of every layer, in place, from the first layer on.

    `texts` are token ids (rows, length) without padding, such as the model will read. Raises InputError without any.
    """
    if not texts:
        raise InputError("layers: found no texts to measure activations on, wanted some; name a corpus file")
    gpt.eval()
    passes = _first_inputs(gpt, texts)
    for number, layer in enumerate(gpt.model.layers):
        moments = _moments(layer, passes)
        for measured, parts in SAME_INPUT.items():
            for part in parts:
                change(layer_weight(number, part), layer.get_submodule(part), moments[measured])
        passes = [(layer(*inputs), *inputs[1:]) for inputs in passes]
        progress((number + 1) / gpt.arch.num_layers)


def _first_inputs(gpt: Gpt, texts: Sequence[Tensor]) -> list[tuple[Any, ...]]:
    """What the first layer is given for each text: states, rotations, mask."""
    found: list[tuple[Any, ...]] = []
    handle = gpt.model.layers[0].register_forward_pre_hook(lambda module, inputs: found.append(inputs))
    try:
        for text in texts:
            gpt.hidden(text)
    finally:
        handle.remove()
    return found


def _moments(layer: nn.Module, passes: Sequence[tuple[Any, ...]]) -> Moments:
    with _measured(layer) as moments:
        for inputs in passes:
            layer(*inputs)
    return moments


@contextmanager
def _measured(layer: nn.Module) -> Iterator[Moments]:
    """While open, the inputs of the layer's parts are added up."""
    moments: Moments = defaultdict(lambda: torch.zeros(()))

    def listener(part: str) -> Callable[[nn.Module, tuple[Tensor, ...]], None]:
        def listen(module: nn.Module, inputs: tuple[Tensor, ...]) -> None:
            rows = inputs[0].flatten(0, -2)
            moments[part] = moments[part] + rows.T @ rows

        return listen

    handles = [layer.get_submodule(part).register_forward_pre_hook(listener(part)) for part in SAME_INPUT]
    try:
        yield moments
    finally:
        for handle in handles:
            handle.remove()
