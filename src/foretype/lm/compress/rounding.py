"""A whole network rounded with feedback.

    rounded = round_network(gpt, texts, precision)
    store_checkpoint(checkpoint, folder, precision=precision, rounded=rounded, ...)

It does not know how one matrix is rounded (feedback.py) nor how codes are stored (runtime/).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from foretype.errors import InputError
from foretype.lm.compress.feedback import round_with_feedback
from foretype.lm.compress.layerwise import change_layers
from foretype.lm.gpt import Gpt
from foretype.runtime.checkpoint import EMBEDDING, HEAD
from foretype.runtime.layout import Precision
from foretype.runtime.quantize import Quantized, dequantize


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

    def change(name: str, module: nn.Module, moments: Tensor) -> None:
        rounded[name] = _round(module, moments, bits=bits, block_size=precision.block_size)

    change_layers(gpt, texts, change, progress=progress)
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
