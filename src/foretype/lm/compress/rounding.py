"""A whole network rounded with feedback, layer by layer, each on what the rounded layers below it give for some texts.

    rounded = round_network(gpt, texts, precision)
    store_checkpoint(checkpoint, folder, precision=precision, rounded=rounded, ...)

It does not know how one matrix is rounded (feedback.py) nor how codes are stored (runtime/).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, TypeAlias

import torch
from torch import Tensor, nn

from foretype.errors import InputError
from foretype.lm.compress.feedback import round_with_feedback
from foretype.lm.gpt import Gpt
from foretype.runtime.checkpoint import EMBEDDING, HEAD, layer_weight
from foretype.runtime.layout import Precision
from foretype.runtime.quantize import Quantized, dequantize

Moments: TypeAlias = dict[str, Tensor]  # of each part, the sum of x x' over its inputs

# Parts that read the same input are measured once.
SAME_INPUT: Mapping[str, tuple[str, ...]] = {
    "self_attn.q_proj": ("self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj"),
    "self_attn.o_proj": ("self_attn.o_proj",),
    "mlp.gate_proj": ("mlp.gate_proj", "mlp.up_proj"),
    "mlp.down_proj": ("mlp.down_proj",),
}


@torch.no_grad()
def round_network(
    gpt: Gpt,
    texts: Sequence[Tensor],
    precision: Precision,
    *,
    progress: Callable[[float], None] = lambda share: None,
) -> dict[str, Quantized]:
    """Codes of every matrix; afterwards the network computes with the rounded weights.

    `texts` are token ids (rows, length) without padding, such as the model will read; 8,000 tokens do. Raises InputError
    without any, ModelError where activations are no numbers.
    """
    if not texts:
        raise InputError(
            "rounding: found no texts to measure activations on, wanted some; name a corpus file"
        )
    bits: Any = precision.bits
    table_bits: Any = precision.table_bits if precision.bits == 4 else 8
    gpt.eval()
    rounded = _tables(gpt, texts, bits=table_bits, block_size=precision.block_size)
    passes = _first_inputs(gpt, texts)
    for number, layer in enumerate(gpt.model.layers):
        moments = _moments(layer, passes)
        for measured, parts in SAME_INPUT.items():
            for part in parts:
                module = layer.get_submodule(part)
                codes = _round(module, moments[measured], bits=bits, block_size=precision.block_size)
                rounded[layer_weight(number, part)] = codes
        passes = [(layer(*inputs), *inputs[1:]) for inputs in passes]
        progress((number + 1) / gpt.arch.num_layers)
    return rounded


def _tables(gpt: Gpt, texts: Sequence[Tensor], *, bits: Any, block_size: int) -> dict[str, Quantized]:
    """Head and embedding, first of all: the layers then see the embedding that they will be given."""
    states = torch.cat([gpt.hidden(text).flatten(0, 1) for text in texts])
    moments = states.T @ states
    embedding = gpt.model.embed_tokens
    if gpt.lm_head is None:
        return {EMBEDDING: _round(embedding, moments, bits=bits, block_size=block_size)}
    plain = torch.eye(gpt.arch.hidden_size)  # looked up, never multiplied: the nearest code is best
    return {
        EMBEDDING: _round(embedding, plain, bits=bits, block_size=block_size),
        HEAD: _round(gpt.lm_head, moments, bits=bits, block_size=block_size),
    }


def _round(module: nn.Module, moments: Tensor, *, bits: Any, block_size: int) -> Quantized:
    """The codes of the module's weight, which becomes what they stand for."""
    weight = module.get_parameter("weight")
    codes = round_with_feedback(weight.data, moments, bits=bits, block_size=block_size)
    weight.data = torch.from_numpy(dequantize(codes))
    return codes


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
