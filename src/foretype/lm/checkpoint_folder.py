"""A network as a Hugging Face folder: config.json, model.safetensors, tokenizer.json; written and read.

`foretype model add FOLDER` exports what is written here, without torch. It does not know how the network was trained.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file
from torch import Tensor

from foretype.errors import ModelError, StoreError
from foretype.lm.gpt import Gpt
from foretype.runtime.architecture import Architecture, RopeScaling
from foretype.runtime.checkpoint import Checkpoint, expected_shapes
from foretype.runtime.containers import read_checkpoint
from foretype.runtime.vocabulary import special_tokens
from foretype.runtime.whole_folder import whole_folder
from foretype.text.prompt import find_markers


def save_folder(
    gpt: Gpt,
    tokenizer_json: bytes,
    folder: Path,
    *,
    licence: str | None,
    data_card: str,
    dtype: torch.dtype = torch.float32,
) -> Path:
    """Write the network into `folder`, which appears whole or not at all and replaces what was there.

    `data_card` says in words what it was trained on. Raises StoreError when the disk is full.
    """
    config = config_of(gpt.arch, tokenizer_json) | {"licence": licence, "data_card": data_card}
    config["torch_dtype"] = str(dtype).removeprefix("torch.")
    try:
        with whole_folder(folder) as building:
            (building / "config.json").write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")
            (building / "tokenizer.json").write_bytes(tokenizer_json)
            save_file(_weights(gpt, dtype), building / "model.safetensors", metadata={"format": "pt"})
    except (
        OSError,
        RuntimeError,
    ) as error:  # safetensors' own error is a RuntimeError's sibling in some versions
        raise StoreError(
            f"{folder}: the network could not be written ({error}); free some space and save it again"
        ) from error
    return folder


def load_gpt(path: Path) -> tuple[Gpt, bytes]:
    """The network and its tokenizer.json, from a folder or a GGUF file; weights are float32.

    Raises ModelError for what is missing, damaged or not of the Llama type.
    """
    checkpoint = read_checkpoint(path)
    return gpt_of(checkpoint), checkpoint.tokenizer_json


def gpt_of(checkpoint: Checkpoint) -> Gpt:
    """The network with the checkpoint's weights, in float32."""
    with torch.device("meta"):  # no time for random weights that are replaced at once
        gpt = Gpt(checkpoint.architecture)
    shapes = expected_shapes(checkpoint.architecture)
    weights = {name: torch.from_numpy(checkpoint.weight(name).copy()) for name, _ in shapes}
    gpt.load_state_dict(weights, assign=True)
    return gpt.requires_grad_(True)


def config_of(arch: Architecture, tokenizer_json: bytes) -> dict[str, Any]:
    """config.json of a network: what transformers reads, and our own `rotary` and `sliding_window`."""
    specials = special_tokens(tokenizer_json, where="tokenizer.json")
    markers = find_markers(specials)
    if specials and max(specials.values()) >= arch.vocab_size:
        raise ModelError(
            f"tokenizer.json: found token {max(specials.values())}, wanted below {arch.vocab_size}, "
            "the network's vocabulary; take the tokenizer that the network was made for"
        )
    return {
        "architectures": ["LlamaForCausalLM"],
        "model_type": "llama",
        "vocab_size": arch.vocab_size,
        "hidden_size": arch.hidden_size,
        "intermediate_size": arch.mlp_size,
        "num_hidden_layers": arch.num_layers,
        "num_attention_heads": arch.num_heads,
        "num_key_value_heads": arch.num_kv_heads,
        "head_dim": arch.head_size,
        "max_position_embeddings": arch.context_length,
        "rms_norm_eps": arch.norm_epsilon,
        "rope_theta": arch.rope_theta,
        "rope_scaling": _scaling(arch.rope_scaling),
        "tie_word_embeddings": arch.tied_head,
        "hidden_act": "silu",
        "attention_bias": False,
        "mlp_bias": False,
        "rotary": arch.rotary,
        "sliding_window": arch.sliding_window,
        "bos_token_id": markers and markers.start,
        "eos_token_id": markers and markers.end,
    }


def _scaling(scaling: RopeScaling | None) -> dict[str, Any] | None:
    if scaling is None:
        return None
    if scaling.original_context == 0:
        return {"rope_type": "linear", "factor": scaling.factor}
    return {
        "rope_type": "llama3",
        "factor": scaling.factor,
        "low_freq_factor": scaling.low_freq_factor,
        "high_freq_factor": scaling.high_freq_factor,
        "original_max_position_embeddings": scaling.original_context,
    }


def _weights(gpt: Gpt, dtype: torch.dtype) -> dict[str, Tensor]:
    """The tensors by name; a tied head is the embedding and is not written twice."""
    return {name: value.detach().to("cpu", dtype).contiguous() for name, value in gpt.state_dict().items()}
