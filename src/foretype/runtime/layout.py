"""What the exporter and the engine agree on: file names, inputs, precision. Imports no onnx: a server only runs.

It does not know how the graph is written or run.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from foretype.runtime.architecture import Architecture

Bits: TypeAlias = Literal[4, 8, 32]

MODEL_FILE = "model.onnx"  # one row at a time, for onnxruntime from 1.23 on
BATCH_FILE = "model.batch.onnx"  # several rows; the same weights
WEIGHTS_FILE = "model.onnx.data"

MAX_POSITIONS = 8192  # rotary tables beyond this would only cost memory; no message is longer
HIDDEN = -1e9  # added to an attention score, it leaves a weight of exactly zero
NUM_NEW = "num_new"  # lets several rows read several tokens each behind caches of different length


@dataclass(frozen=True, slots=True)
class Precision:
    """How many bits a weight takes. 8 is the measured choice, 4 the small one, 32 the reference.

    At 4 bits `block_size` columns share a scale, the embedding and the head may keep 8, and weights are rounded to the
    nearest level or, with texts at hand, so that errors of one column make up for those of others.
    """

    bits: Bits = 8
    block_size: int = 32
    table_bits: Literal[4, 8] = 8
    rounding: Literal["nearest", "compensated"] = "nearest"


def cache_names(arch: Architecture) -> list[str]:
    """Keys and values of every layer, in the order of the graph's inputs: key.0, value.0, key.1, ..."""
    return [f"{kind}.{layer}" for layer in range(arch.num_layers) for kind in ("key", "value")]


def num_positions(arch: Architecture) -> int:
    """Tokens a session of this network can hold at most."""
    return min(arch.context_length, MAX_POSITIONS)
