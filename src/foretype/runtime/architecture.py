"""The shape of a Llama-type network, and the two dialects that describe it: config.json and GGUF metadata.

It does not know where the weights are nor how they are stored.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from foretype.errors import ModelError


@dataclass(frozen=True, slots=True)
class RopeScaling:
    """Llama 3's stretched rotary frequencies; `factor` alone (low = high = 0) stretches all of them alike."""

    factor: float
    low_freq_factor: float = 0.0
    high_freq_factor: float = 0.0
    original_context: int = 0


@dataclass(frozen=True, slots=True)
class Architecture:
    """Everything that the graph of a Llama-type network depends on, weights aside."""

    vocab_size: int
    hidden_size: int
    mlp_size: int
    num_layers: int
    num_heads: int
    num_kv_heads: int
    head_size: int
    context_length: int
    norm_epsilon: float
    rope_theta: float
    rope_scaling: RopeScaling | None
    tied_head: bool
    rotary: bool = True  # False: no positions at all
    sliding_window: int | None = None  # tokens that a place sees, itself included; None: all before it

    def __post_init__(self) -> None:
        sizes = (
            self.vocab_size,
            self.hidden_size,
            self.mlp_size,
            self.num_layers,
            self.num_heads,
            self.num_kv_heads,
        )
        if min(*sizes, self.head_size, self.context_length) < 1 or self.num_heads % self.num_kv_heads:
            raise ModelError(
                f"architecture: found impossible sizes {asdict(self)}; the checkpoint is damaged"
            )

    @property
    def query_size(self) -> int:
        return self.num_heads * self.head_size

    @property
    def kv_size(self) -> int:
        return self.num_kv_heads * self.head_size

    def inverse_frequencies(self) -> NDArray[np.float32]:
        """Radians a position for each pair of a head's dimensions; shape (head_size / 2,)."""
        exponents = np.arange(0, self.head_size, 2, dtype=np.float64) / self.head_size
        frequencies = 1.0 / self.rope_theta**exponents
        if self.rope_scaling is not None:
            frequencies = _stretched(frequencies, self.rope_scaling)
        return frequencies.astype(np.float32)


def architecture_from_config(config: Mapping[str, Any], *, where: str) -> Architecture:
    """What a Hugging Face config.json describes; ModelError for anything but a plain Llama."""
    _refuse_foreign(config, where=where)
    try:
        heads = int(config["num_attention_heads"])
        hidden = int(config["hidden_size"])
        return Architecture(
            vocab_size=int(config["vocab_size"]),
            hidden_size=hidden,
            mlp_size=int(config["intermediate_size"]),
            num_layers=int(config["num_hidden_layers"]),
            num_heads=heads,
            num_kv_heads=int(config.get("num_key_value_heads") or heads),
            head_size=int(config.get("head_dim") or hidden // heads),
            context_length=int(config.get("max_position_embeddings") or 2048),
            norm_epsilon=float(config.get("rms_norm_eps", 1e-6)),
            rope_theta=_rope_theta(config),
            rope_scaling=_rope_scaling(config, where=where),
            tied_head=bool(config.get("tie_word_embeddings", False)),
            rotary=bool(config.get("rotary", True)),
            sliding_window=config.get("sliding_window"),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise ModelError(
            f"{where}: {error!r} while reading the architecture; wanted the fields of a Llama config.json"
        ) from error


def _refuse_foreign(config: Mapping[str, Any], *, where: str) -> None:
    wanted = {
        "model_type": ("llama",),
        "hidden_act": ("silu", "swish"),
        "attention_bias": (False,),
        "mlp_bias": (False,),
    }
    for key, allowed in wanted.items():
        found = config.get(key, allowed[0] if key != "model_type" else None)
        if found not in allowed:
            raise ModelError(
                f"{where}: found {key} {found!r}, wanted {allowed[0]!r}; only plain Llamas can be exported"
            )


def _rope_theta(config: Mapping[str, Any]) -> float:
    """Older files keep it at the top, newer ones beside the scaling."""
    nested = config.get("rope_parameters") or {}
    return float(nested.get("rope_theta") or config.get("rope_theta") or 10_000.0)


def _rope_scaling(config: Mapping[str, Any], *, where: str) -> RopeScaling | None:
    found = config.get("rope_scaling") or config.get("rope_parameters")
    if not found:
        return None
    kind = found.get("rope_type", found.get("type", "default"))
    if kind == "default":
        return None
    if kind == "linear":
        return RopeScaling(factor=float(found["factor"]))
    if kind == "llama3":
        return RopeScaling(
            factor=float(found["factor"]),
            low_freq_factor=float(found["low_freq_factor"]),
            high_freq_factor=float(found["high_freq_factor"]),
            original_context=int(found["original_max_position_embeddings"]),
        )
    raise ModelError(f"{where}: found rope scaling {kind!r}, wanted default, linear or llama3")


def _stretched(frequencies: NDArray[np.float64], scaling: RopeScaling) -> NDArray[np.float64]:
    """Long wavelengths divided by the factor, short ones kept, those between blended (Llama 3.1's rule)."""
    if scaling.original_context == 0:
        return frequencies / scaling.factor
    turns = scaling.original_context * frequencies / (2 * math.pi)  # over the context it was first trained on
    span = scaling.high_freq_factor - scaling.low_freq_factor
    keep = np.clip((turns - scaling.low_freq_factor) / span, 0.0, 1.0)
    return frequencies * (keep + (1.0 - keep) / scaling.factor)
