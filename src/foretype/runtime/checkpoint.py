"""A checkpoint as the exporter sees it: an architecture, float32 weights by name, a tokenizer, a licence.

Weight names are those of Hugging Face's Llama files. It does not know the two containers:
safetensors_folder.py and gguf_file.py do, and read_checkpoint() chooses between them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from foretype.errors import ModelError
from foretype.runtime.architecture import Architecture

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


def read_checkpoint(path: Path) -> Checkpoint:
    """The checkpoint in a safetensors folder or a GGUF file; ModelError for anything else."""
    from foretype.runtime.gguf_file import read_gguf
    from foretype.runtime.safetensors_folder import read_folder

    if path.is_dir():
        return checked(read_folder(path), where=path)
    if not path.is_file():
        raise ModelError(f"{path}: there is nothing here; wanted a safetensors folder or a GGUF file")
    with path.open("rb") as stream:
        magic = stream.read(4)
    if magic != b"GGUF":
        raise ModelError(
            f"{path}: begins with {magic!r}, wanted b'GGUF'; give a GGUF file or a safetensors folder"
        )
    return checked(read_gguf(path), where=path)


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


def checked(checkpoint: Checkpoint, *, where: Path) -> Checkpoint:
    """The same checkpoint, whose weight() raises ModelError where a shape is not the network's."""
    shapes = dict(expected_shapes(checkpoint.architecture))

    def weight(name: str) -> NDArray[np.float32]:
        found = checkpoint.weight(name)
        if found.shape != shapes[name]:
            raise ModelError(
                f"{where}: {name} has shape {found.shape}, wanted {shapes[name]}; the file is damaged"
            )
        return found

    return Checkpoint(
        name=checkpoint.name,
        architecture=checkpoint.architecture,
        weight=weight,
        tokenizer_json=checkpoint.tokenizer_json,
        prelude=checkpoint.prelude,
        licence=checkpoint.licence,
    )
