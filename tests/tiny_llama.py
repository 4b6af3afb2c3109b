"""Tiny random Llamas for tests, written to disk in both containers: a safetensors folder and a GGUF file.

Weights come from a seed; the tokenizer is byte-level BPE with a few merges. It knows nothing of foretype.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from gguf import GGMLQuantizationType, GGUFWriter, TokenType
from gguf.quants import quantize
from numpy.typing import NDArray

Weights = dict[str, NDArray[np.float32]]

MERGES = ("t h", "th e", "Ġ the", "i n", "Ġ a", "e r")
CONTROL = ("<|endoftext|>", "<|im_start|>")
MARKER_PARTS = ("start", "email", "chat", "note", "previous", "subject", "text", "end")
MARKERS = tuple(f"<|{name}|>" for name in MARKER_PARTS)


def config(**changes: Any) -> dict[str, Any]:
    """A config.json of two layers, grouped query heads and a tied head."""
    return {
        "architectures": ["LlamaForCausalLM"],
        "model_type": "llama",
        "hidden_act": "silu",
        "vocab_size": len(vocabulary()),
        "hidden_size": 64,
        "intermediate_size": 96,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "max_position_embeddings": 512,
        "rms_norm_eps": 2.0**-16,  # exact in the float32 that a GGUF file keeps
        "rope_theta": 10_000.0,
        "tie_word_embeddings": True,
        "bos_token_id": 0,
    } | changes


def vocabulary() -> list[str]:
    """Control tokens, the 256 byte characters, and one token for each merge."""
    visible = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    characters = [chr(byte) for byte in visible] + [chr(256 + rank) for rank in range(256 - len(visible))]
    return [*CONTROL, *characters, *(merge.replace(" ", "") for merge in MERGES)]


def weights(shape: Mapping[str, Any], *, seed: int = 0) -> Weights:
    """Random matrices of a size that keeps the logits lively."""
    random = np.random.default_rng(seed)
    hidden, mlp = shape["hidden_size"], shape["intermediate_size"]
    head = shape.get("head_dim") or hidden // shape["num_attention_heads"]
    query, kv = head * shape["num_attention_heads"], head * shape["num_key_value_heads"]

    def matrix(rows: int, columns: int) -> NDArray[np.float32]:
        values: NDArray[np.float32] = random.normal(
            scale=1.5 / np.sqrt(columns), size=(rows, columns)
        ).astype("f4")
        return values

    def gain() -> NDArray[np.float32]:
        return np.asarray(random.uniform(0.5, 1.5, size=hidden), dtype=np.float32)

    found = {"model.embed_tokens.weight": matrix(shape["vocab_size"], hidden), "model.norm.weight": gain()}
    if not shape["tie_word_embeddings"]:
        found["lm_head.weight"] = matrix(shape["vocab_size"], hidden)
    for layer in range(shape["num_hidden_layers"]):
        parts = {
            "input_layernorm": gain(),
            "self_attn.q_proj": matrix(query, hidden),
            "self_attn.k_proj": matrix(kv, hidden),
            "self_attn.v_proj": matrix(kv, hidden),
            "self_attn.o_proj": matrix(hidden, query),
            "post_attention_layernorm": gain(),
            "mlp.gate_proj": matrix(mlp, hidden),
            "mlp.up_proj": matrix(mlp, hidden),
            "mlp.down_proj": matrix(hidden, mlp),
        }
        found |= {f"model.layers.{layer}.{part}.weight": values for part, values in parts.items()}
    return found


def write_folder(
    folder: Path,
    shape: Mapping[str, Any],
    values: Weights,
    *,
    num_shards: int = 1,
    dtype: str = "F32",
    more_tokens: Sequence[str] = (),
) -> Path:
    """A Hugging Face folder, in one file or in shards."""
    folder.mkdir(parents=True)
    (folder / "config.json").write_text(json.dumps(shape), encoding="utf-8")
    (folder / "tokenizer.json").write_bytes(tokenizer_json(more=more_tokens))
    names = list(values)
    for shard in range(num_shards):
        chosen = {name: _encoded(values[name], dtype) for name in names[shard::num_shards]}
        name = (
            "model.safetensors" if num_shards == 1 else f"model-{shard + 1:05}-of-{num_shards:05}.safetensors"
        )
        (folder / name).write_bytes(_safetensors(chosen, dtype))
    return folder


def _encoded(values: NDArray[np.float32], dtype: str) -> NDArray[Any]:
    if dtype == "BF16":
        return (values.view(np.uint32) >> 16).astype(np.uint16)
    return values.astype({"F32": np.float32, "F16": np.float16}[dtype])


def _safetensors(tensors: Mapping[str, NDArray[Any]], dtype: str) -> bytes:
    """The format by hand (length of a JSON header, header, bytes); the package writes no bf16 from numpy."""
    header, offset = {}, 0
    for name, values in tensors.items():
        place = [offset, offset + values.nbytes]
        header[name] = {"dtype": dtype, "shape": list(values.shape), "data_offsets": place}
        offset += values.nbytes
    text = json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + b"".join(values.tobytes() for values in tensors.values())


def tokenizer_json(*, more: Sequence[str] = ()) -> bytes:
    """Byte-level BPE; `more` are special tokens behind the vocabulary, such as MARKERS."""
    level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True}
    added = [
        {"id": index, "content": token, "special": True}
        | dict.fromkeys(("single_word", "lstrip", "rstrip", "normalized"), False)
        for index, token in [*enumerate(CONTROL), *enumerate(more, start=len(vocabulary()))]
    ]
    model = {
        "type": "BPE",
        "vocab": {token: index for index, token in enumerate(vocabulary())},
        "merges": [merge.split(" ") for merge in MERGES],
    }
    document = {
        "version": "1.0",
        "added_tokens": added,
        "pre_tokenizer": level,
        "decoder": level,
        "model": model,
    }
    return json.dumps(document).encode()


def write_gguf(
    path: Path,
    shape: Mapping[str, Any],
    values: Weights,
    *,
    kind: GGMLQuantizationType = GGMLQuantizationType.F32,
    architecture: str = "llama",
) -> Path:
    """A GGUF file as llama.cpp's converter writes it: rotary partners of query and key side by side."""
    writer = GGUFWriter(path, architecture)
    _add_metadata(writer, shape)
    for name, matrix in values.items():
        heads = {"q_proj": "num_attention_heads", "k_proj": "num_key_value_heads"}.get(name.split(".")[-2])
        stored = matrix if heads is None else _pairs_from_halves(matrix, shape[heads])
        is_plain = stored.ndim == 1 or kind == GGMLQuantizationType.F32
        if is_plain:
            writer.add_tensor(_gguf_name(name), stored)
        else:
            writer.add_tensor(_gguf_name(name), quantize(stored, kind), raw_dtype=kind)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def _add_metadata(writer: GGUFWriter, shape: Mapping[str, Any]) -> None:
    writer.add_license("apache-2.0")
    writer.add_context_length(shape["max_position_embeddings"])
    writer.add_embedding_length(shape["hidden_size"])
    writer.add_block_count(shape["num_hidden_layers"])
    writer.add_feed_forward_length(shape["intermediate_size"])
    writer.add_head_count(shape["num_attention_heads"])
    writer.add_head_count_kv(shape["num_key_value_heads"])
    writer.add_layer_norm_rms_eps(shape["rms_norm_eps"])
    writer.add_rope_freq_base(shape["rope_theta"])
    writer.add_vocab_size(shape["vocab_size"])
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-2")
    writer.add_token_list(vocabulary())
    writer.add_token_types([TokenType.CONTROL if t in CONTROL else TokenType.NORMAL for t in vocabulary()])
    writer.add_token_merges(list(MERGES))
    writer.add_bos_token_id(0)
    writer.add_eos_token_id(0)
    writer.add_add_bos_token(True)


def _pairs_from_halves(rows: NDArray[np.float32], num_heads: int) -> NDArray[np.float32]:
    halves = rows.reshape(num_heads, 2, rows.shape[0] // num_heads // 2, rows.shape[1])
    return np.ascontiguousarray(halves.swapaxes(1, 2)).reshape(rows.shape)


def _gguf_name(name: str) -> str:
    top = {"model.embed_tokens": "token_embd", "model.norm": "output_norm", "lm_head": "output"}
    stem = name.removesuffix(".weight")
    if stem in top:
        return f"{top[stem]}.weight"
    _, _, layer, *part = stem.split(".")
    parts = {
        "q_proj": "attn_q",
        "k_proj": "attn_k",
        "v_proj": "attn_v",
        "o_proj": "attn_output",
        "gate_proj": "ffn_gate",
        "up_proj": "ffn_up",
        "down_proj": "ffn_down",
        "input_layernorm": "attn_norm",
        "post_attention_layernorm": "ffn_norm",
    }
    return f"blk.{layer}.{parts[part[-1]]}.weight"
