"""One network in onnxruntime and the buffers it appends keys and values to.

A pass reads new tokens behind `num_past` cached ones and gives log probabilities of the wanted rows. It does
not know whose tokens they are, nor which of them are worth keeping: cache.py does.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime as ort  # type: ignore[import-untyped]
from numpy.typing import NDArray

from foretype.errors import ModelError
from foretype.runtime.adapter import Adapter
from foretype.runtime.architecture import Architecture
from foretype.runtime.layout import BATCH_FILE, HIDDEN, MODEL_FILE, NUM_NEW, cache_names

FLOAT_BYTES = 4
RAGGED_SINCE = (1, 32)  # the first onnxruntime whose GroupQueryAttention reads ragged rows behind caches


@dataclass(frozen=True, slots=True)
class Row:
    """New tokens behind `num_past` cached ones: a chain, or a tree where `sees` is given."""

    tokens: Sequence[int]
    num_past: int
    depths: Sequence[int] | None = None  # after the cached ones; None: 0, 1, 2, ...
    sees: NDArray[np.bool_] | None = None  # [i, j]: token i looks at token j; None: all before it


@dataclass(frozen=True, slots=True)
class Pass:
    """What one call of the graph reads: rows of equal length. `wanted` counts tokens of the flattened rows."""

    rows: Sequence[Row]
    wanted: Sequence[int]


class Cache:
    """Keys and values of `batch` rows: float32, (2 * layers, batch, kv heads, capacity, head size).

    They are those of the network with one adapter, or with none, and read by no other.
    """

    def __init__(
        self, engine: Engine, *, capacity: int, batch: int = 1, adapter: Adapter | None = None
    ) -> None:
        arch = engine.architecture
        self.capacity = capacity
        self.values = np.empty(
            (2 * arch.num_layers, batch, arch.num_kv_heads, capacity, arch.head_size), dtype=np.float32
        )
        self.adapter = adapter  # its matrices are bound: they must live as long as the bindings
        self._bindings = _bindings(engine, self.values, adapter)

    def lent(self, engine: Engine, adapter: Adapter | None) -> Cache:
        """A cache in the same memory for another adapter; only one of them can be in use at a time."""
        other = copy(self)
        other.adapter = adapter
        other._bindings = _bindings(engine, self.values, adapter)
        return other

    def binding(self, num_rows: int) -> ort.IOBinding:
        """The binding of the first rows."""
        return self._bindings[num_rows - 1]

    def copy_from(self, other: Cache, *, start: int, stop: int, row: int = 0, other_row: int = 0) -> None:
        """Take over cells start..stop of another cache's row."""
        self.values[:, row, :, start:stop] = other.values[:, other_row, :, start:stop]


class Engine:
    """The loaded graph. Not for several threads at once: each buffer belongs to the caller that runs it."""

    def __init__(
        self, folder: Path, architecture: Architecture, *, num_threads: int = 1, can_batch: bool | None = None
    ) -> None:
        """Load the graph of `folder`; `can_batch` None: the one for several rows where onnxruntime has it."""
        self.architecture = architecture
        self.can_batch = _knows_ragged_rows() if can_batch is None else can_batch
        self._file = folder / (BATCH_FILE if self.can_batch else MODEL_FILE)
        self._names = cache_names(architecture)
        self._num_threads = num_threads
        self._plain = self._load(str(self._file))
        self._adapted: ort.InferenceSession | None = None
        self._loading = threading.Lock()

    def learn_adapters(self) -> None:
        """Load the network a second time, with room for adapters; once is enough. Raises ModelError.

        Takes as much memory as the network did, and some 0.4 s (SmolLM2-135M).
        """
        from foretype.runtime.adapter_graph import adapted_graph  # 0.2 s and 20 MB that few servers need

        with self._loading:
            if self._adapted is None:
                graph = adapted_graph(self._file, num_layers=self.architecture.num_layers)
                self._adapted = self._load(graph)

    def cell_bytes(self) -> int:
        """Memory that one cached token takes."""
        arch = self.architecture
        return 2 * arch.num_layers * arch.kv_size * FLOAT_BYTES

    def bind(self, values: NDArray[np.float32], adapter: Adapter | None = None) -> ort.IOBinding:
        """A binding whose past and present caches are both `values`, which must outlive it, as must `adapter`."""
        binding = self._session(adapter).io_binding()
        for name, matrix in adapter.inputs.items() if adapter is not None else ():
            binding.bind_input(name, "cpu", 0, np.float32, matrix.shape, matrix.ctypes.data)
        for name, array in zip(self._names, values, strict=True):
            address, shape = array.ctypes.data, array.shape
            binding.bind_input(f"past.{name}", "cpu", 0, np.float32, shape, address)
            binding.bind_output(f"present.{name}", "cpu", 0, np.float32, shape, address)
        return binding

    def run(self, cache: Cache, work: Pass) -> NDArray[np.float32]:
        """Append row i of the pass to row i of the cache; log probabilities of shape (wanted, vocab)."""
        assert len(work.rows) == 1 or self.can_batch, "staging asks before it puts rows together"
        inputs = _inputs(work, window=self.architecture.sliding_window)
        if not self.can_batch:
            del inputs[NUM_NEW]
        assert inputs["total_length"] <= cache.capacity, "the pool makes room before a pass"
        result = np.empty((len(work.wanted), self.architecture.vocab_size), dtype=np.float32)
        binding = cache.binding(len(work.rows))
        for name, array in inputs.items():
            binding.bind_input(name, "cpu", 0, array.dtype.type, array.shape, array.ctypes.data)
        binding.bind_output("log_probs", "cpu", 0, np.float32, result.shape, result.ctypes.data)
        self._session(cache.adapter).run_with_iobinding(binding)
        return result

    def _session(self, adapter: Adapter | None) -> ort.InferenceSession:
        if adapter is None:
            return self._plain
        assert self._adapted is not None, "learn_adapters() comes before the first adapter"
        return self._adapted

    def _load(self, graph: str | bytes) -> ort.InferenceSession:
        """A graph's file or its bytes; weights are in the model's folder."""
        options = ort.SessionOptions()
        options.intra_op_num_threads = self._num_threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        options.enable_cpu_mem_arena = True
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        options.add_session_config_entry(
            "session.model_external_initializers_file_folder_path", str(self._file.parent)
        )
        try:
            return ort.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
        except Exception as error:  # onnxruntime's errors share no base of their own
            raise ModelError(
                f"{self._file}: onnxruntime cannot load it ({error}); add the model again"
            ) from error


def chain_pass(tokens: Sequence[int], *, num_past: int, wanted: Sequence[int]) -> Pass:
    """Tokens that follow each other, behind `num_past` cached ones."""
    return Pass([Row(tokens, num_past)], wanted)


def _bindings(engine: Engine, values: NDArray[np.float32], adapter: Adapter | None) -> list[ort.IOBinding]:
    """One for each number of first rows."""
    return [engine.bind(values[:, :num_rows], adapter) for num_rows in range(1, values.shape[1] + 1)]


def _knows_ragged_rows() -> bool:
    major, minor = ort.__version__.split(".")[:2]
    return (int(major), int(minor)) >= RAGGED_SINCE


def _inputs(work: Pass, *, window: int | None) -> dict[str, NDArray[Any]]:
    num_rows, num_new = len(work.rows), len(work.rows[0].tokens)
    assert all(len(row.tokens) == num_new for row in work.rows)
    num_past = np.array([row.num_past for row in work.rows], dtype=np.int32)
    last_cells = num_past + np.int32(num_new - 1)
    total = int(last_cells.max()) + 1
    hidden_from = np.zeros((num_rows, 1, num_new, total), dtype=np.float32)
    positions = np.empty((num_rows, num_new), dtype=np.int64)
    for index, row in enumerate(work.rows):
        positions[index] = row.num_past + np.asarray(row.depths or range(num_new))
        if row.sees is not None:
            hidden_from[index, 0, :, row.num_past : row.num_past + num_new][~row.sees] = HIDDEN
        if window is not None:  # by depth: a tree's branches lie side by side
            places = np.concatenate([np.arange(row.num_past), positions[index]])
            outside = positions[index][:, None] - places >= window
            hidden_from[index, 0, :, : len(places)][outside] = HIDDEN
    return {
        "input_ids": np.array([row.tokens for row in work.rows], dtype=np.int64),
        "positions": positions,
        "hidden_from": hidden_from,
        "last_cells": last_cells,
        "total_length": np.array(total, dtype=np.int32),
        NUM_NEW: np.full(num_rows, num_new, dtype=np.int32),
        "wanted": np.array(work.wanted, dtype=np.int64),
    }
