"""llama.cpp through the low-level functions of llama-cpp-python: one context, many sequences in one cache.

It knows tokens, sequences and cells; not sessions, nor which tokens are worth keeping.
"""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from foretype.errors import ConfigError, ModelError
from foretype.text.prompt import MARKER_NAMES, Markers, find_markers

PIECE_BYTES = 256  # no vocabulary holds a longer token


@dataclass(frozen=True, slots=True)
class Cell:
    """One token of a pass: where it goes and whether its distribution is wanted."""

    token: int
    position: int
    sequence: int
    is_wanted: bool


class LlamaLibrary:
    """A loaded GGUF file and a context of `num_cells` tokens shared by `num_sequences` sequences."""

    def __init__(self, path: Path, *, num_cells: int, num_sequences: int, num_threads: int) -> None:
        try:
            import llama_cpp
        except ImportError as error:
            raise ConfigError("llama.cpp: not installed; run `pip install 'foretype[llama]'`") from error
        self._llama = llama_cpp
        self._silence()
        llama_cpp.llama_backend_init()
        self._model = llama_cpp.llama_model_load_from_file(
            str(path).encode(), llama_cpp.llama_model_default_params()
        )
        if not self._model:
            raise ModelError(f"{path}: llama.cpp cannot load it; it is truncated or not a GGUF file")
        self._vocab = llama_cpp.llama_model_get_vocab(self._model)
        self.num_tokens: int = llama_cpp.llama_vocab_n_tokens(self._vocab)
        self._num_cells = num_cells
        self._context = self._new_context(num_cells, num_sequences, num_threads)
        self._batch = llama_cpp.llama_batch_init(num_cells, 0, 1)

    def close(self) -> None:
        self._llama.llama_batch_free(self._batch)
        self._llama.llama_free(self._context)
        self._llama.llama_model_free(self._model)

    def run(self, cells: Sequence[Cell]) -> NDArray[np.float32]:
        """One pass; raw logits of the wanted cells, shape (wanted, vocab)."""
        assert len(cells) <= self._num_cells
        batch = self._batch
        batch.n_tokens = len(cells)
        for index, cell in enumerate(cells):
            batch.token[index], batch.pos[index] = cell.token, cell.position
            batch.n_seq_id[index], batch.seq_id[index][0] = 1, cell.sequence
            batch.logits[index] = cell.is_wanted
        status = self._llama.llama_decode(self._context, batch)
        if status != 0:
            raise ModelError(f"llama.cpp: a pass over {len(cells)} tokens failed with status {status}")
        return self._logits([index for index, cell in enumerate(cells) if cell.is_wanted])

    def keep(self, sequence: int, num_tokens: int) -> bool:
        """Drop what the sequence holds beyond its first tokens; False where the network cannot rewind."""
        memory = self._llama.llama_get_memory(self._context)
        return bool(self._llama.llama_memory_seq_rm(memory, sequence, num_tokens, -1))

    def share(self, source: int, target: int, num_tokens: int) -> None:
        """Let `target`, which is empty, begin with the first tokens of `source`; nothing is copied."""
        memory = self._llama.llama_get_memory(self._context)
        self._llama.llama_memory_seq_cp(memory, source, target, 0, num_tokens)

    def encode(self, text: str) -> list[int]:
        raw = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").encode()
        return self._tokenize(raw, parse_special=False)

    def piece(self, token: int) -> bytes:
        """The token's bytes, b"" for control tokens."""
        buffer = ctypes.create_string_buffer(PIECE_BYTES)
        length = self._llama.llama_token_to_piece(self._vocab, token, buffer, PIECE_BYTES, 0, False)
        return buffer.raw[: max(length, 0)]

    def prelude(self) -> tuple[int, ...]:
        """BOS where training used it, else the end-of-text that stood between documents."""
        if self._llama.llama_vocab_get_add_bos(self._vocab):
            return (self._llama.llama_vocab_bos(self._vocab),)
        found = self._tokenize(b"<|endoftext|>", parse_special=True)
        return tuple(found) if len(found) == 1 else ()

    def markers(self) -> Markers | None:
        """The special tokens of a model of our own, where the file has them all."""
        found = {name: self._tokenize(name.encode(), parse_special=True) for name in MARKER_NAMES.values()}
        return find_markers({name: ids[0] for name, ids in found.items() if len(ids) == 1})

    def _tokenize(self, raw: bytes, *, parse_special: bool) -> list[int]:
        room = len(raw) + 8
        tokens = (self._llama.llama_token * room)()
        count = self._llama.llama_tokenize(self._vocab, raw, len(raw), tokens, room, False, parse_special)
        return list(tokens[: max(count, 0)])

    def _logits(self, rows: Sequence[int]) -> NDArray[np.float32]:
        found = np.empty((len(rows), self.num_tokens), dtype=np.float32)
        for target, row in zip(found, rows, strict=True):
            pointer = self._llama.llama_get_logits_ith(self._context, row)
            target[:] = np.ctypeslib.as_array(pointer, shape=(self.num_tokens,))
        return found

    def _new_context(self, num_cells: int, num_sequences: int, num_threads: int) -> ctypes.c_void_p:
        params = self._llama.llama_context_default_params()
        params.n_ctx = params.n_batch = params.n_ubatch = num_cells
        params.n_seq_max = num_sequences
        params.n_threads = params.n_threads_batch = num_threads
        params.kv_unified = True  # sequences can only share cells in one cache
        params.no_perf = True
        context: ctypes.c_void_p = self._llama.llama_init_from_model(self._model, params)
        if not context:
            raise ModelError("llama.cpp: no memory for the cache; lower the number of cells")
        return context

    def _silence(self) -> None:
        """llama.cpp's own log would be mixed into ours, and holds no fields."""
        self._callback = self._llama.llama_log_callback(lambda level, text, data: None)
        self._llama.llama_log_set(self._callback, None)
