"""Encoders: the context read in both directions, for a decoder that looks at it (source.py).

Two kinds, for the two bodies: a bidirectional LSTM and a Transformer without a causal mask. The LSTM reads packed rows,
so padding is never read. They do not know which token belongs to which field: separators stand among the tokens.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from foretype.lm.source import Source
from foretype.lm.transformer import TransformerLayer, rotations


class LstmEncoder(nn.Module):
    """One bidirectional LSTM, projected to the decoder's width and added to what it read."""

    def __init__(self, width: int, *, hidden: int, num_layers: int, dropout: float = 0.0) -> None:
        super().__init__()
        self.lstm = nn.LSTM(width, hidden // 2, num_layers=num_layers, batch_first=True, bidirectional=True)
        self.norm = nn.RMSNorm(width)
        self.project = nn.Linear(2 * (hidden // 2), width, bias=False)
        self.dropout = nn.Dropout(dropout)
        self.out_norm = nn.RMSNorm(width)

    def forward(self, states: Tensor, there: Tensor) -> Source:
        """Encode (rows, places, width); `there` (rows, places) is False for padding, which ends each row."""
        with torch.autocast(states.device.type, enabled=False):
            packed = pack_padded_sequence(
                self.norm(states.float()), there.sum(1).cpu(), batch_first=True, enforce_sorted=False
            )
            opened, _ = self.lstm(packed)
        padded, _ = pad_packed_sequence(opened, batch_first=True, total_length=states.shape[1])
        return Source(self.out_norm(states + self.dropout(self.project(padded))), there)


class TransformerEncoder(nn.Module):
    """Transformer layers in which every place sees every other."""

    def __init__(
        self, width: int, *, mlp: int, num_layers: int, num_heads: int, dropout: float = 0.0
    ) -> None:
        super().__init__()
        self.layers = nn.ModuleList(
            TransformerLayer(width, mlp, num_heads=num_heads, dropout=dropout) for _ in range(num_layers)
        )
        self.norm = nn.RMSNorm(width)
        self._head_size = width // num_heads

    def forward(self, states: Tensor, there: Tensor) -> Source:
        """Encode (rows, places, width); `there` (rows, places) is False for padding."""
        turns = rotations(torch.arange(states.shape[1], device=states.device)[None], self._head_size)
        for layer in self.layers:
            states, _ = layer(states, turns, seen=there[:, None, None])
        return Source(self.norm(states), there)
