"""A Transformer that speaks one width, reads on token by token, and may look at an encoder's states.

The layers are those of gpt.py (RMSNorm, rotary positions, SwiGLU), with what an experiment needs and a product does not:
inputs that are sums of several embeddings, attention to a source, and keys and values kept for beams. It does not know
tokens, nor how it is trained.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from foretype.lm.source import Source, SourceAttention

ROPE_THETA = 10_000.0  # the original's; sequences here are short


@dataclass(frozen=True, slots=True)
class Kept:
    """Keys and values of one layer, (rows, heads, slots, head size)."""

    keys: Tensor
    values: Tensor

    def take(self, rows: Tensor) -> Kept:
        return Kept(self.keys[rows], self.values[rows])

    def with_next(self, keys: Tensor, values: Tensor) -> Kept:
        return Kept(torch.cat([self.keys, keys], dim=2), torch.cat([self.values, values], dim=2))


@dataclass(frozen=True, slots=True)
class TransformerState:
    """Where each row stands: what every layer kept, which slots hold something, and the next token's place."""

    layers: tuple[Kept, ...]
    filled: Tensor  # (rows, slots)
    place: Tensor  # (rows,)
    source: Source | None

    def take(self, rows: Tensor) -> TransformerState:
        """The state of some rows, in the order given; a row may be taken twice."""
        layers = tuple(kept.take(rows) for kept in self.layers)
        source = None if self.source is None else self.source.take(rows)
        return TransformerState(layers, self.filled[rows], self.place[rows], source)


class TransformerBody(nn.Module):
    """`forward` reads whole rows, `begin` and `step` read on token by token; all speak `width`."""

    def __init__(
        self,
        width: int,
        *,
        mlp: int,
        num_layers: int,
        num_heads: int,
        dropout: float = 0.0,
        attends: bool = False,
    ) -> None:
        super().__init__()
        self.layers = nn.ModuleList(
            TransformerLayer(width, mlp, num_heads=num_heads, dropout=dropout, attends=attends)
            for _ in range(num_layers)
        )
        self.norm = nn.RMSNorm(width)
        self._head_size = width // num_heads

    def forward(self, states: Tensor, source: Source | None = None) -> Tensor:
        """(rows, length, width) to the same shape; a place sees itself and those before it."""
        places = torch.arange(states.shape[1], device=states.device)[None]
        turns = rotations(places, self._head_size)
        for layer in self.layers:
            states, _ = layer(states, turns, source=source)
        normed: Tensor = self.norm(states)
        return normed

    def begin(
        self, states: Tensor, lengths: Tensor, source: Source | None = None
    ) -> tuple[Tensor, TransformerState]:
        """What stands behind each row's last place, (rows, width), and the state there; padding is never seen."""
        places = torch.arange(states.shape[1], device=states.device)[None]
        turns = rotations(places, self._head_size)
        kept = []
        for layer in self.layers:
            states, made = layer(states, turns, source=source)
            kept.append(made)
        lengths = lengths.to(states.device)
        last = states[torch.arange(len(states), device=states.device), lengths - 1]
        return self.norm(last), TransformerState(tuple(kept), places < lengths[:, None], lengths, source)

    def step(self, states: Tensor, state: TransformerState) -> tuple[Tensor, TransformerState]:
        """One more token of each row, (rows, width)."""
        states = states[:, None]
        filled = functional.pad(state.filled, (0, 1), value=True)
        turns = rotations(state.place[:, None], self._head_size)
        layers = []
        for layer, kept in zip(self.layers, state.layers, strict=True):
            states, made = layer(states, turns, source=state.source, kept=kept, seen=filled[:, None, None])
            layers.append(made)
        return self.norm(states[:, 0]), TransformerState(tuple(layers), filled, state.place + 1, state.source)


class TransformerLayer(nn.Module):
    """Attention to the own row, to the source where there is one, and an MLP; each added to what it read."""

    def __init__(
        self, width: int, mlp: int, *, num_heads: int, dropout: float, attends: bool = False
    ) -> None:
        super().__init__()
        self._num_heads = num_heads
        self.attention_norm, self.mlp_norm = nn.RMSNorm(width), nn.RMSNorm(width)
        self.packed = nn.Linear(width, 3 * width, bias=False)  # query, key, value
        self.output = nn.Linear(width, width, bias=False)
        self.source_attention = SourceAttention(width, num_heads=num_heads) if attends else None
        self.gate_up = nn.Linear(width, 2 * mlp, bias=False)
        self.down = nn.Linear(mlp, width, bias=False)
        self.dropout = nn.Dropout(dropout)

    def forward(
        self,
        states: Tensor,
        turns: tuple[Tensor, Tensor],
        *,
        source: Source | None = None,
        kept: Kept | None = None,
        seen: Tensor | None = None,
    ) -> tuple[Tensor, Kept]:
        """New states and the row's keys and values. `seen` (rows, 1, 1 or length, slots): None is causal."""
        attended, made = self._attend(states, turns, kept=kept, seen=seen)
        states = states + self.dropout(attended)
        if self.source_attention is not None and source is not None:
            states = states + self.dropout(self.source_attention(states, source))
        gate, up = self.gate_up(self.mlp_norm(states)).chunk(2, dim=-1)
        return states + self.dropout(self.down(functional.silu(gate) * up)), made

    def _attend(
        self, states: Tensor, turns: tuple[Tensor, Tensor], *, kept: Kept | None, seen: Tensor | None
    ) -> tuple[Tensor, Kept]:
        packed = self.packed(self.attention_norm(states))
        query, key, value = (
            part.unflatten(-1, (self._num_heads, -1)).transpose(1, 2) for part in packed.chunk(3, dim=-1)
        )
        query, key = turned(query, turns), turned(key, turns)
        made = Kept(key, value) if kept is None else kept.with_next(key, value)
        found = functional.scaled_dot_product_attention(
            query, made.keys, made.values, attn_mask=seen, is_causal=seen is None
        )
        output: Tensor = self.output(found.transpose(1, 2).flatten(2))
        return output, made


def rotations(places: Tensor, head_size: int) -> tuple[Tensor, Tensor]:
    """Cosines and sines for places (rows, length); shapes (rows, 1, length, head_size / 2)."""
    exponents = torch.arange(0, head_size, 2, device=places.device) / head_size
    angles = places[:, None, :, None] * ROPE_THETA**-exponents
    return angles.cos(), angles.sin()


def turned(heads: Tensor, turns: tuple[Tensor, Tensor]) -> Tensor:
    """Heads (rows, heads, length, size), each pair of dimensions rotated by its place."""
    cosines, sines = (turn.to(heads.dtype) for turn in turns)
    first, second = heads.chunk(2, dim=-1)
    return torch.cat([first * cosines - second * sines, second * cosines + first * sines], dim=-1)
