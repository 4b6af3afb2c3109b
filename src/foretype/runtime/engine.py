"""One onnxruntime session and the buffers it appends keys and values to.

A pass reads new tokens behind `num_past` cached ones and gives log probabilities of the wanted rows. It does
not know whose tokens they are, nor which of them are worth keeping: cache.py does.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnxruntime as ort  # type: ignore[import-untyped]
from numpy.typing import NDArray

from foretype.errors import ModelError
from foretype.runtime.architecture import Architecture
from foretype.runtime.export import HIDDEN, cache_names

FLOAT_BYTES = 4


@dataclass(frozen=True, slots=True)
class Pass:
    """What one call of the graph reads. Row i of `tokens` sits in cells num_past[i], num_past[i] + 1, ..."""

    tokens: NDArray[np.int64]  # (batch, new)
    positions: NDArray[np.int64]  # (batch, new)
    hidden_from: NDArray[np.float32]  # (batch, 1, new, total): 0, or HIDDEN where a token must not look
    num_past: NDArray[np.int32]  # (batch,)
    wanted: NDArray[np.int64]  # rows of the flattened (batch * new)


class Cache:
    """Keys and values of `batch` rows: float32, (2 * layers, batch, kv heads, capacity, head size)."""

    def __init__(self, engine: Engine, *, capacity: int, batch: int = 1) -> None:
        arch = engine.architecture
        self.capacity = capacity
        self.batch = batch
        shape = (2 * arch.num_layers, batch, arch.num_kv_heads, capacity, arch.head_size)
        self.values = np.empty(shape, dtype=np.float32)
        self.binding = engine.bind(self.values)

    def copy_from(self, other: Cache, *, start: int, stop: int, row: int = 0, other_row: int = 0) -> None:
        """Take over cells start..stop of another cache's row."""
        self.values[:, row, :, start:stop] = other.values[:, other_row, :, start:stop]


class Engine:
    """The loaded graph. Not for several threads at once: each buffer belongs to the caller that runs it."""

    def __init__(self, model_file: Path, architecture: Architecture, *, num_threads: int = 1) -> None:
        self.architecture = architecture
        self._names = cache_names(architecture)
        options = ort.SessionOptions()
        options.intra_op_num_threads = num_threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        options.enable_cpu_mem_arena = True
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        try:
            self._session = ort.InferenceSession(str(model_file), options, providers=["CPUExecutionProvider"])
        except Exception as error:  # onnxruntime's errors share no base of their own
            raise ModelError(
                f"{model_file}: onnxruntime cannot load it ({error}); add the model again"
            ) from error

    def cell_bytes(self) -> int:
        """Memory that one cached token takes."""
        arch = self.architecture
        return 2 * arch.num_layers * arch.kv_size * FLOAT_BYTES

    def bind(self, values: NDArray[np.float32]) -> ort.IOBinding:
        """A binding whose past and present caches are both `values`, which must outlive it."""
        binding = self._session.io_binding()
        for name, array in zip(self._names, values, strict=True):
            address, shape = array.ctypes.data, array.shape
            binding.bind_input(f"past.{name}", "cpu", 0, np.float32, shape, address)
            binding.bind_output(f"present.{name}", "cpu", 0, np.float32, shape, address)
        return binding

    def run(self, cache: Cache, work: Pass) -> NDArray[np.float32]:
        """Append the pass to the cache; log probabilities of shape (wanted, vocab)."""
        last_cells = work.num_past + np.int32(work.tokens.shape[1] - 1)
        total = np.array(last_cells.max() + 1, dtype=np.int32)
        assert total <= cache.capacity, "the pool makes room before a pass"
        inputs: dict[str, NDArray[np.generic]] = {
            "input_ids": work.tokens,
            "positions": work.positions,
            "hidden_from": work.hidden_from,
            "last_cells": last_cells,
            "total_length": total,
            "wanted": work.wanted,
        }
        result = np.empty((len(work.wanted), self.architecture.vocab_size), dtype=np.float32)
        self._bind_once(cache.binding, inputs, result)
        self._session.run_with_iobinding(cache.binding)
        return result

    @staticmethod
    def _bind_once(
        binding: ort.IOBinding, inputs: dict[str, NDArray[np.generic]], result: NDArray[np.float32]
    ) -> None:
        for name, array in inputs.items():
            binding.bind_input(name, "cpu", 0, array.dtype.type, array.shape, array.ctypes.data)
        binding.bind_output("log_probs", "cpu", 0, np.float32, result.shape, result.ctypes.data)


def chain_pass(tokens: list[int], *, num_past: int, wanted: list[int]) -> Pass:
    """Tokens that follow each other, behind `num_past` cached ones."""
    num_new = len(tokens)
    return Pass(
        tokens=np.array([tokens], dtype=np.int64),
        positions=np.arange(num_past, num_past + num_new, dtype=np.int64)[None],
        hidden_from=np.zeros((1, 1, num_new, num_past + num_new), dtype=np.float32),
        num_past=np.array([num_past], dtype=np.int32),
        wanted=np.array(wanted, dtype=np.int64),
    )


def tree_pass(
    tokens: tuple[int, ...],
    depths: tuple[int, ...],
    sees: NDArray[np.bool_],
    *,
    num_past: int,
    wanted: list[int],
) -> Pass:
    """A tree of tokens behind `num_past` >= 1 cached ones; each sees those and its own ancestors."""
    hidden_from = np.zeros((1, 1, len(tokens), num_past + len(tokens)), dtype=np.float32)
    hidden_from[0, 0, :, num_past:][~sees] = HIDDEN
    return Pass(
        tokens=np.array([tokens], dtype=np.int64),
        positions=np.array([depths], dtype=np.int64) + num_past,
        hidden_from=hidden_from,
        num_past=np.array([num_past], dtype=np.int32),
        wanted=np.array(wanted, dtype=np.int64),
    )
