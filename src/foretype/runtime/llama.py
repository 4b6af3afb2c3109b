"""Any GGUF file through llama.cpp, behind the same face as our own runtime (`foretype[llama]`).

Sequences share the cells of their common beginnings, so a fork copies nothing, and questions of several
sessions share a pass. It does not know the network's maths.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from foretype.errors import ConfigError, ModelError
from foretype.runtime.llama_library import Cell, LlamaLibrary
from foretype.runtime.queued_model import MAX_WAITING, WINDOW_TOKENS, QueuedModel
from foretype.runtime.scheduler import Question

CHUNK_TOKENS = 32  # as in reader.py
NUM_SESSIONS = 16
NUM_CELLS = 4096  # 16 sessions of 250 tokens


@dataclass(slots=True)
class Held:
    """One session's sequence and the tokens it holds."""

    sequence: int
    tokens: list[int]


class LlamaReader:
    """Runs passes for one GGUF file; satisfies scheduler.Reader."""

    def __init__(self, library: LlamaLibrary, *, num_cells: int, num_sessions: int) -> None:
        self._library = library
        self._num_cells = num_cells
        self._free = list(range(num_sessions))
        self._held: dict[str, Held] = {}  # least recently used first

    def read_ahead(self, question: Question) -> bool:
        first_wanted = len(question.tokens) - question.num_wanted
        held = self._rewound(question, spared=(question.session,))
        chunk = question.tokens[len(held.tokens) : min(len(held.tokens) + CHUNK_TOKENS, first_wanted)]
        if first_wanted - len(held.tokens) <= CHUNK_TOKENS:
            return False
        self._library.run(self._cells(held, chunk, num_wanted=0))
        held.tokens.extend(chunk)
        return True

    def fits(self, group: Sequence[Question], candidate: Question) -> bool:
        """Short questions of other sessions whose beginnings are read already."""
        sessions = {question.session for question in group}
        held = self._held.get(candidate.session)
        if held is None or candidate.session in sessions:
            return False
        num_new = sum(self._num_new(question) for question in (*group, candidate))
        return num_new <= CHUNK_TOKENS and len(candidate.tokens) <= len(held.tokens) + CHUNK_TOKENS

    def answer(self, group: Sequence[Question]) -> list[NDArray[np.float32]]:
        spared = tuple(question.session for question in group)
        cells: list[Cell] = []
        for question in group:
            held = self._rewound(question, spared=spared)
            new = question.tokens[len(held.tokens) :]
            cells += self._cells(held, new, num_wanted=question.num_wanted)
            held.tokens.extend(new)
        rows = _log_softmax(self._library.run(cells))
        return np.split(rows, np.cumsum([question.num_wanted for question in group])[:-1])

    def drop(self, session: str) -> None:
        held = self._held.pop(session, None)
        if held is not None:
            self._library.keep(held.sequence, 0)
            self._free.append(held.sequence)

    def close(self) -> None:
        self._library.close()

    def _num_new(self, question: Question) -> int:
        held = self._held.get(question.session)
        kept = 0 if held is None else _common_prefix(held.tokens, question.tokens)
        return len(question.tokens) - min(kept, len(question.tokens) - question.num_wanted)

    def _rewound(self, question: Question, *, spared: Sequence[str]) -> Held:
        """The session's sequence, rewound or forked to what the question can keep; others make room."""
        held = self._held.pop(question.session, None) or self._forked(question, spared)
        self._held[question.session] = held
        kept = min(_common_prefix(held.tokens, question.tokens), len(question.tokens) - question.num_wanted)
        if not self._library.keep(held.sequence, kept):
            self._library.keep(held.sequence, 0)  # a recurrent network cannot go back half-way
            kept = 0
        del held.tokens[kept:]
        self._make_room(question, spared)
        return held

    def _forked(self, question: Question, spared: Sequence[str]) -> Held:
        if not self._free:
            self.drop(next(session for session in self._held if session not in spared))
        held = Held(self._free.pop(), [])
        donor = max(
            self._held.values(), key=lambda d: _common_prefix(d.tokens, question.tokens), default=None
        )
        if donor is not None and (shared := _common_prefix(donor.tokens, question.tokens)):
            self._library.share(donor.sequence, held.sequence, shared)
            held.tokens = donor.tokens[:shared]
        return held

    def _make_room(self, question: Question, spared: Sequence[str]) -> None:
        """Shared cells are counted for each holder, so there is at least this much room."""
        for session in list(self._held):
            used = sum(len(held.tokens) for held in self._held.values())
            if used + len(question.tokens) + CHUNK_TOKENS <= self._num_cells:
                return
            if session not in spared and session != question.session:
                self.drop(session)

    def _cells(self, held: Held, new: Sequence[int], *, num_wanted: int) -> list[Cell]:
        first_wanted = len(new) - num_wanted
        start = len(held.tokens)
        return [
            Cell(token, start + index, held.sequence, index >= first_wanted)
            for index, token in enumerate(new)
        ]


class LlamaModel(QueuedModel):
    """Sessions over one GGUF file."""

    def __init__(
        self, library: LlamaLibrary, reader: LlamaReader, *, name: str, window: int, max_waiting: int
    ):
        self._library = library
        self._llama_reader = reader
        markers = library.markers()
        super().__init__(
            reader,
            name=name,
            prelude=library.prelude() if markers is None else (markers.start,),
            markers=markers,
            token_bytes=[library.piece(token) for token in range(library.num_tokens)],
            window=window,
            max_waiting=max_waiting,
        )

    def encode(self, text: str) -> list[int]:
        """Tokens of `text`, without special tokens."""
        return self._library.encode(text)

    def close(self) -> None:
        """Stop the worker, then free llama.cpp's memory."""
        if not self._scheduler.is_closed:
            super().close()
            self._llama_reader.close()


def open_gguf(
    path: Path,
    *,
    window: int = WINDOW_TOKENS,
    num_cells: int = NUM_CELLS,
    max_waiting: int = MAX_WAITING,
    num_threads: int = 1,
) -> LlamaModel:
    """Load a GGUF file of any architecture that llama.cpp knows.

    `num_cells` bounds the cached tokens of all sessions together. Raises ModelError for a file that llama.cpp
    cannot load, ConfigError without the llama extra or when the cells do not hold one window.
    """
    if num_cells < window + CHUNK_TOKENS:
        raise ConfigError(f"cells: found {num_cells}, wanted at least {window + CHUNK_TOKENS} for one window")
    if not path.is_file():
        raise ModelError(f"{path}: there is no such file; give a GGUF file")
    library = LlamaLibrary(path, num_cells=num_cells, num_sequences=NUM_SESSIONS, num_threads=num_threads)
    reader = LlamaReader(library, num_cells=num_cells, num_sessions=NUM_SESSIONS)
    return LlamaModel(library, reader, name=path.stem, window=window, max_waiting=max_waiting)


def _common_prefix(one: Sequence[int], other: Sequence[int]) -> int:
    count = 0
    for left, right in zip(one, other, strict=False):
        if left != right:
            break
        count += 1
    return count


def _log_softmax(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    shifted = logits - logits.max(axis=-1, keepdims=True)
    return np.asarray(shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True)), dtype=np.float32)
