"""What an encoder hands to a decoder, and how the decoder looks at it.

It does not know what the states stand for, nor which network made them (seq2seq.py).
"""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor, nn
from torch.nn import functional


@dataclass(frozen=True, slots=True)
class Source:
    """Encoded context: states (rows, places, width), and there (rows, places), False for padding."""

    states: Tensor
    there: Tensor

    def take(self, rows: Tensor) -> Source:
        return Source(self.states[rows], self.there[rows])


class SourceAttention(nn.Module):
    """Multi-head attention from a decoder's states to a source."""

    def __init__(self, width: int, *, num_heads: int) -> None:
        super().__init__()
        self._num_heads = num_heads
        self.norm = nn.RMSNorm(width)
        self.query = nn.Linear(width, width, bias=False)
        self.key_value = nn.Linear(width, 2 * width, bias=False)
        self.output = nn.Linear(width, width, bias=False)

    def forward(self, states: Tensor, source: Source) -> Tensor:
        """(rows, length, width) to what each place found, the same shape."""
        query = self._heads(self.query(self.norm(states)))
        key, value = map(self._heads, self.key_value(source.states).chunk(2, dim=-1))
        mask = source.there[:, None, None]
        found = functional.scaled_dot_product_attention(query, key, value, attn_mask=mask)
        output: Tensor = self.output(found.transpose(1, 2).flatten(2))
        return output

    def _heads(self, packed: Tensor) -> Tensor:
        return packed.view(*packed.shape[:2], self._num_heads, -1).transpose(1, 2)
