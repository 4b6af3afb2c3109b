"""A LoRA adapter as peft saves it: adapter_config.json and adapter_model.safetensors, read without torch.

Plain LoRA on a Llama's projections, of any rank. Variants that the graph cannot compute are refused by name, and a tensor
that is not known is refused, so nothing of an adapter is ever left out silently. It does not know where adapters are kept.
"""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from foretype.errors import ModelError
from foretype.runtime.adapter import Adapter, LowRank, Matrix, pack
from foretype.runtime.architecture import Architecture
from foretype.runtime.checkpoint import expected_shapes
from foretype.runtime.safetensors_folder import Tensors, read_json

CONFIG_FILE = "adapter_config.json"
WEIGHTS_FILE = "adapter_model.safetensors"

# What peft's LoRA can also do, by the setting that asks for it; absent, null, false and empty mean that it does not.
VARIANTS = (
    *("use_dora", "lora_bias", "modules_to_save", "fan_in_fan_out", "alpha_pattern", "layer_replication"),
    *(
        "trainable_token_indices",
        "target_parameters",
        "use_qalora",
        "megatron_config",
        "alora_invocation_tokens",
    ),
)
# Ways to begin training that leave the base as it is; others save an adapter for a changed base.
BEGINNINGS = (True, False, None, "gaussian", "eva", "orthogonal")

_TENSOR = re.compile(r"(?:base_model\.model\.)?(?P<weight>.+)\.lora_(?P<side>[AB])(?:\.default)?\.weight")


def read_adapter(folder: Path, arch: Architecture, *, name: str) -> Adapter:
    """The adapter in `folder` for a network of this architecture.

    Raises ModelError for files that are missing or damaged, for variants of LoRA, for projections or shapes that the
    network does not have, and for weights that are no numbers.
    """
    config = read_json(folder / CONFIG_FILE)
    _refuse_variants(config, where=folder / CONFIG_FILE)
    changes = dict(_changes(folder, config, arch))
    return Adapter(
        name,
        digest=adapter_digest(folder),
        rank=max(len(change.down) for change in changes.values()),
        inputs=pack(changes, arch),
    )


def adapter_digest(folder: Path) -> str:
    """SHA-256 over both files."""
    found = hashlib.sha256()
    for name in (CONFIG_FILE, WEIGHTS_FILE):
        found.update((folder / name).read_bytes())
    return found.hexdigest()


def _refuse_variants(config: Mapping[str, Any], *, where: Path) -> None:
    if config.get("peft_type") != "LORA":
        raise ModelError(
            f"{where}: found peft_type {config.get('peft_type')!r}, wanted 'LORA'; train a LoRA adapter"
        )
    for key in VARIANTS:
        if config.get(key):
            raise ModelError(
                f"{where}: found {key} {config[key]!r}, wanted plain LoRA; train again without it"
            )
    if config.get("bias", "none") != "none":
        raise ModelError(f"{where}: found bias {config['bias']!r}, wanted 'none'; train again without biases")
    if config.get("init_lora_weights") not in BEGINNINGS:
        raise ModelError(
            f"{where}: found init_lora_weights {config['init_lora_weights']!r}, which changes the base as well; "
            "convert the adapter to plain LoRA when saving it, or train again"
        )


def _changes(folder: Path, config: Mapping[str, Any], arch: Architecture) -> Iterator[tuple[str, LowRank]]:
    """Each changed weight by name, checked and scaled."""
    sides = _sides(folder / WEIGHTS_FILE)
    shapes = {name: shape for name, shape in expected_shapes(arch) if "_proj." in name}
    for name, found in sides.items():
        if name not in shapes:
            raise ModelError(
                f"{folder}: it changes {name}, which this network of {arch.num_layers} layers has not; "
                "it was trained for another network"
            )
        yield name, _low_rank(found, shapes[name], config, where=f"{folder}: {name}")
    if not sides:
        raise ModelError(f"{folder / WEIGHTS_FILE}: there is no LoRA tensor in it; save the adapter again")


def _sides(file: Path) -> dict[str, dict[str, Matrix]]:
    """Tensors "A" (rank, columns) and "B" (rows, rank) of each weight."""
    if not file.is_file():
        raise ModelError(
            f"{file}: there is no such file; wanted a folder as peft's save_pretrained() writes it"
        )
    tensors = Tensors([file])
    found: dict[str, dict[str, Matrix]] = {}
    for name in tensors.names:
        match = _TENSOR.fullmatch(name)
        if match is None:
            raise ModelError(
                f"{file}: tensor {name} is no part of plain LoRA; train again without what made it"
            )
        found.setdefault(f"{match['weight']}.weight", {})[match["side"]] = tensors.read(name)
    return found


def _low_rank(
    sides: Mapping[str, Matrix], shape: tuple[int, ...], config: Mapping[str, Any], *, where: str
) -> LowRank:
    if set(sides) != {"A", "B"}:
        raise ModelError(f"{where}: only lora_{''.join(sides)} is there; save the adapter again")
    down, up = sides["A"], sides["B"]
    rank = len(down)
    if rank == 0 or down.shape != (rank, shape[1]) or up.shape != (shape[0], rank):
        raise ModelError(
            f"{where}: found A {down.shape} and B {up.shape}, wanted (rank, {shape[1]}) and ({shape[0]}, rank); "
            "it was trained for another network"
        )
    if not (np.isfinite(down).all() and np.isfinite(up).all()):
        raise ModelError(f"{where}: some weights are no numbers; train again")
    return LowRank(down, up * np.float32(_scale(config, rank, where=where)))


def _scale(config: Mapping[str, Any], rank: int, *, where: str) -> float:
    alpha = config.get("lora_alpha")
    if isinstance(alpha, bool) or not isinstance(alpha, int | float):
        raise ModelError(f"{where}: found lora_alpha {alpha!r}, wanted a number; save the adapter again")
    return float(alpha) / (math.sqrt(rank) if config.get("use_rslora") else rank)
