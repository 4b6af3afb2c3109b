"""An LSTM that speaks one width: layers with a projection back to it, each added to what it read.

    states = states + project(lstm(norm(states)))

With `attends`, what the layers give looks at an encoder's states before it is read out. The recurrence runs in float32
also where the rest is bf16: cuDNN's is fast in TF32, and sums over hundreds of steps stay exact. It does not know tokens.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from foretype.lm.source import Source, SourceAttention

Memory: TypeAlias = tuple[Tensor, Tensor]  # hidden and cell, (1, rows, hidden)


@dataclass(frozen=True, slots=True)
class LstmState:
    """Where each row stands: one memory a layer, and what it attends to."""

    memories: tuple[Memory, ...]
    source: Source | None

    def take(self, rows: Tensor) -> LstmState:
        """The state of some rows, in the order given; a row may be taken twice."""
        memories = tuple((hidden[:, rows], cell[:, rows]) for hidden, cell in self.memories)
        return LstmState(memories, None if self.source is None else self.source.take(rows))


class LstmBody(nn.Module):
    """`forward` reads whole rows, `begin` and `step` read on token by token; all speak `width`."""

    def __init__(
        self,
        width: int,
        *,
        hidden: int,
        num_layers: int,
        dropout: float = 0.0,
        attends: bool = False,
        num_heads: int = 1,
    ) -> None:
        super().__init__()
        self.layers = nn.ModuleList(_Layer(width, hidden, dropout) for _ in range(num_layers))
        self.attention = SourceAttention(width, num_heads=num_heads) if attends else None
        self.norm = nn.RMSNorm(width)

    def forward(self, states: Tensor, source: Source | None = None) -> Tensor:
        """(rows, length, width) to the same shape."""
        for layer in self.layers:
            states, _ = layer(states, None)
        return self._read_out(states, source)

    def begin(
        self, states: Tensor, lengths: Tensor, source: Source | None = None
    ) -> tuple[Tensor, LstmState]:
        """What stands behind each row's last place, (rows, width), and the state there; padding is not read."""
        memories = []
        for layer in self.layers:
            assert isinstance(layer, _Layer)
            states, memory = layer.read(states, lengths)
            memories.append(memory)
        rows = torch.arange(len(states), device=states.device)
        last = states[rows, lengths.to(states.device) - 1]
        return self._read_out(last[:, None], source)[:, 0], LstmState(tuple(memories), source)

    def step(self, states: Tensor, state: LstmState) -> tuple[Tensor, LstmState]:
        """One more token of each row, (rows, width)."""
        states = states[:, None]
        memories = []
        for layer, memory in zip(self.layers, state.memories, strict=True):
            states, memory = layer(states, memory)
            memories.append(memory)
        return self._read_out(states, state.source)[:, 0], LstmState(tuple(memories), state.source)

    def _read_out(self, states: Tensor, source: Source | None) -> Tensor:
        if self.attention is not None and source is not None:
            states = states + self.attention(states, source)
        normed: Tensor = self.norm(states)
        return normed


class _Layer(nn.Module):
    def __init__(self, width: int, hidden: int, dropout: float) -> None:
        super().__init__()
        self.norm = nn.RMSNorm(width)
        self.lstm = nn.LSTM(width, hidden, batch_first=True)
        self.project = nn.Linear(hidden, width, bias=False)
        self.dropout = nn.Dropout(dropout)

    def forward(self, states: Tensor, memory: Memory | None) -> tuple[Tensor, Memory]:
        with torch.autocast(states.device.type, enabled=False):
            opened, memory = self.lstm(self.norm(states.float()), memory)
        return states + self.dropout(self.project(opened)), memory

    def read(self, states: Tensor, lengths: Tensor) -> tuple[Tensor, Memory]:
        """As `forward` from the beginning, but the memory is the one behind each row's last place."""
        with torch.autocast(states.device.type, enabled=False):
            packed = pack_padded_sequence(
                self.norm(states.float()), lengths.cpu(), batch_first=True, enforce_sorted=False
            )
            opened, memory = self.lstm(packed)
        padded, _ = pad_packed_sequence(opened, batch_first=True, total_length=states.shape[1])
        return states + self.dropout(self.project(padded)), memory
