"""LoRA adapters for tiny Llamas, written as peft saves them, without peft; and checkpoints with an adapter merged in.

Weights come from a seed and are large enough to change every answer.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save_file

from foretype.runtime.checkpoint import Checkpoint, expected_shapes

ALL = ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")


def config(**changes: Any) -> dict[str, Any]:
    """An adapter_config.json with the members that matter."""
    return {
        "peft_type": "LORA",
        "base_model_name_or_path": "tiny",
        "r": 4,
        "lora_alpha": 8,
        "lora_dropout": 0.0,
        "bias": "none",
        "use_rslora": False,
        "use_dora": False,
        "modules_to_save": None,
        "fan_in_fan_out": False,
        "init_lora_weights": True,
        "alpha_pattern": {},
    } | changes


def tensors(
    checkpoint: Checkpoint, *, rank: int = 4, seed: int = 0, projections: Sequence[str] = ALL
) -> dict[str, NDArray[np.float32]]:
    """Both sides of each chosen projection, by peft's names."""
    random = np.random.default_rng(seed)
    found: dict[str, NDArray[np.float32]] = {}
    for name, shape in expected_shapes(checkpoint.architecture):
        part = name.split(".")[-2]
        if part in projections:
            stem = f"base_model.model.{name.removesuffix('.weight')}"
            found[f"{stem}.lora_A.weight"] = random.normal(scale=0.2, size=(rank, shape[1])).astype("f4")
            found[f"{stem}.lora_B.weight"] = random.normal(scale=0.2, size=(shape[0], rank)).astype("f4")
    return found


def write(
    folder: Path, values: Mapping[str, NDArray[Any]], settings: Mapping[str, Any] | None = None
) -> Path:
    """The folder that `save_pretrained` would leave."""
    folder.mkdir(parents=True)
    (folder / "adapter_config.json").write_text(json.dumps(settings or config()), encoding="utf-8")
    save_file(dict(values), folder / "adapter_model.safetensors")
    return folder


def merged(checkpoint: Checkpoint, values: Mapping[str, NDArray[np.float32]], *, scale: float) -> Checkpoint:
    """The network whose weights hold the adapter."""

    def weight(name: str) -> NDArray[np.float32]:
        stem = f"base_model.model.{name.removesuffix('.weight')}"
        base = checkpoint.weight(name)
        if f"{stem}.lora_A.weight" not in values:
            return base
        change = values[f"{stem}.lora_B.weight"] @ values[f"{stem}.lora_A.weight"]
        return np.asarray(base + scale * change, dtype=np.float32)

    return replace(checkpoint, weight=weight)
