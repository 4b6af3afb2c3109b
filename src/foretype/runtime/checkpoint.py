"""A checkpoint as the exporter sees it: an architecture, float32 weights by name, a tokenizer, a licence.

Weight names are those of Hugging Face's Llama files. It does not know the two containers:
safetensors_folder.py and gguf_file.py do, and containers.py chooses between them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from foretype.runtime.architecture import Architecture
from foretype.text.prompt import Markers

EMBEDDING = "model.embed_tokens.weight"
FINAL_NORM = "model.norm.weight"
HEAD = "lm_head.weight"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A network that can be exported.

    `weight(name)` reads one matrix as float32, shape (rows out, columns in), so that only one is in memory at
    a time. `prelude` are the tokens that begin every document.
    """

    name: str
    architecture: Architecture
    weight: Callable[[str], NDArray[np.float32]]
    tokenizer_json: bytes
    prelude: tuple[int, ...]
    licence: str | None
    markers: Markers | None = None  # containers.py finds them in the tokenizer
    data_card: str | None = None  # what it was trained on, where the container says so


def layer_weight(layer: int, part: str) -> str:
    """
    >>> layer_weight(3, "self_attn.q_proj")
    'model.layers.3.self_attn.q_proj.weight'
    """
    return f"model.layers.{layer}.{part}.weight"


def expected_shapes(arch: Architecture) -> Iterator[tuple[str, tuple[int, ...]]]:
    """Every weight that the network needs, with its shape."""
    yield EMBEDDING, (arch.vocab_size, arch.hidden_size)
    yield FINAL_NORM, (arch.hidden_size,)
    if not arch.tied_head:
        yield HEAD, (arch.vocab_size, arch.hidden_size)
    for layer in range(arch.num_layers):
        yield layer_weight(layer, "input_layernorm"), (arch.hidden_size,)
        yield layer_weight(layer, "self_attn.q_proj"), (arch.query_size, arch.hidden_size)
        yield layer_weight(layer, "self_attn.k_proj"), (arch.kv_size, arch.hidden_size)
        yield layer_weight(layer, "self_attn.v_proj"), (arch.kv_size, arch.hidden_size)
        yield layer_weight(layer, "self_attn.o_proj"), (arch.hidden_size, arch.query_size)
        yield layer_weight(layer, "post_attention_layernorm"), (arch.hidden_size,)
        yield layer_weight(layer, "mlp.gate_proj"), (arch.mlp_size, arch.hidden_size)
        yield layer_weight(layer, "mlp.up_proj"), (arch.mlp_size, arch.hidden_size)
        yield layer_weight(layer, "mlp.down_proj"), (arch.hidden_size, arch.mlp_size)
