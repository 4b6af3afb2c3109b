"""A GGUF file of llama.cpp: metadata, quantised tensors, tokenizer, all in one.

Tensors are dequantised one at a time. It does not know what the weights are for.
"""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

import numpy as np
from gguf import GGUFReader, ReaderTensor
from gguf.quants import dequantize
from numpy.typing import NDArray

from foretype.errors import ModelError
from foretype.runtime.architecture import Architecture, RopeScaling
from foretype.runtime.checkpoint import EMBEDDING, FINAL_NORM, HEAD, Checkpoint
from foretype.runtime.gguf_tokenizer import tokenizer_json_of

TOP_NAMES = {EMBEDDING: "token_embd.weight", FINAL_NORM: "output_norm.weight", HEAD: "output.weight"}
LAYER_NAMES = {
    "input_layernorm": "attn_norm",
    "self_attn.q_proj": "attn_q",
    "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output",
    "post_attention_layernorm": "ffn_norm",
    "mlp.gate_proj": "ffn_gate",
    "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",
}


def read_gguf(path: Path) -> Checkpoint:
    """The checkpoint in a GGUF file; ModelError when it is truncated or not a Llama."""
    metadata, tensors = _open(path)
    architecture = _architecture(metadata, tensors, where=path)
    weights = _Weights(path, tensors, architecture)
    tokenizer_json, prelude = tokenizer_json_of(metadata, where=str(path))
    return Checkpoint(
        name=path.stem,
        architecture=architecture,
        weight=weights.read,
        tokenizer_json=tokenizer_json,
        prelude=prelude,
        licence=metadata.get("general.license"),
    )


class _Weights:
    """Weights by their Hugging Face names, with llama.cpp's reordering of query and key rows undone."""

    def __init__(self, path: Path, tensors: dict[str, ReaderTensor], architecture: Architecture) -> None:
        self._path = path
        self._tensors = tensors
        self._num_heads = {"attn_q": architecture.num_heads, "attn_k": architecture.num_kv_heads}

    def read(self, name: str) -> NDArray[np.float32]:
        gguf_name = gguf_name_of(name)
        tensor = self._tensors.get(gguf_name)
        if tensor is None:
            raise ModelError(f"{self._path}: there is no tensor {gguf_name}; fetch the file again")
        values = self._dequantised(tensor)
        num_heads = self._num_heads.get(gguf_name.split(".")[-2])
        return values if num_heads is None else halves_from_pairs(values, num_heads=num_heads)

    def _dequantised(self, tensor: ReaderTensor) -> NDArray[np.float32]:
        try:
            values = np.asarray(dequantize(tensor.data, tensor.tensor_type), dtype=np.float32)
        except NotImplementedError as error:
            raise ModelError(
                f"{self._path}: {tensor.name} is {tensor.tensor_type.name}, which cannot be read; "
                "use Q4, Q5, Q6, Q8 or F16"
            ) from error
        return values.reshape([int(size) for size in tensor.shape[::-1]])


def gguf_name_of(name: str) -> str:
    """
    >>> gguf_name_of("model.layers.3.self_attn.q_proj.weight")
    'blk.3.attn_q.weight'
    """
    if name in TOP_NAMES:
        return TOP_NAMES[name]
    _, _, layer, *part, _ = name.split(".")
    return f"blk.{layer}.{LAYER_NAMES['.'.join(part)]}.weight"


def halves_from_pairs(rows: NDArray[np.float32], *, num_heads: int) -> NDArray[np.float32]:
    """Rows of query or key as the network was trained: rotary partners half a head apart.

    llama.cpp stores partners side by side; this is the inverse of its conversion.
    """
    pairs = rows.reshape(num_heads, rows.shape[0] // num_heads // 2, 2, *rows.shape[1:])
    return np.ascontiguousarray(pairs.swapaxes(1, 2)).reshape(rows.shape)


def _open(path: Path) -> tuple[dict[str, Any], dict[str, ReaderTensor]]:
    try:
        reader = GGUFReader(path)
        metadata = {name: field.contents() for name, field in reader.fields.items()}
    except (ValueError, KeyError, IndexError, struct.error, OverflowError) as error:
        raise ModelError(
            f"{path}: this GGUF file cannot be read ({error}); it is truncated or damaged, fetch it again"
        ) from error
    return metadata, {tensor.name: tensor for tensor in reader.tensors}


def _architecture(metadata: dict[str, Any], tensors: dict[str, ReaderTensor], *, where: Path) -> Architecture:
    kind = metadata.get("general.architecture")
    if kind != "llama":
        raise ModelError(
            f"{where}: found architecture {kind!r}, wanted 'llama'; only Llama-type networks can be exported"
        )
    if any(name.endswith(".bias") or "ffn_gate_inp" in name for name in tensors):
        raise ModelError(
            f"{where}: found biases or experts, wanted a plain Llama; this variant cannot be exported"
        )
    try:
        return _from_metadata(metadata, tensors, where=where)
    except KeyError as error:
        raise ModelError(f"{where}: metadata {error} is missing; fetch the file again") from error


def _from_metadata(
    metadata: dict[str, Any], tensors: dict[str, ReaderTensor], *, where: Path
) -> Architecture:
    heads = int(metadata["llama.attention.head_count"])
    hidden = int(metadata["llama.embedding_length"])
    return Architecture(
        vocab_size=int(tensors["token_embd.weight"].shape[1]),
        hidden_size=hidden,
        mlp_size=int(metadata["llama.feed_forward_length"]),
        num_layers=int(metadata["llama.block_count"]),
        num_heads=heads,
        num_kv_heads=int(metadata.get("llama.attention.head_count_kv", heads)),
        head_size=int(metadata.get("llama.attention.key_length", hidden // heads)),
        context_length=int(metadata["llama.context_length"]),
        norm_epsilon=float(metadata["llama.attention.layer_norm_rms_epsilon"]),
        rope_theta=float(metadata.get("llama.rope.freq_base", 10_000.0)),
        rope_scaling=_rope_scaling(metadata, tensors, where=where),
        tied_head="output.weight" not in tensors,
    )


def _rope_scaling(
    metadata: dict[str, Any], tensors: dict[str, ReaderTensor], *, where: Path
) -> RopeScaling | None:
    kind = metadata.get("llama.rope.scaling.type", "none")
    if "rope_freqs.weight" in tensors or kind not in ("none", "linear"):
        raise ModelError(
            f"{where}: found stretched rotary frequencies ({kind}), wanted none or linear; "
            "use the safetensors folder of this model"
        )
    return RopeScaling(factor=float(metadata["llama.rope.scaling.factor"])) if kind == "linear" else None
