"""A GPT of the Llama type: RMSNorm, rotary positions, grouped-query attention, SwiGLU, tied embeddings.

The torch twin of what runtime/ exports: parameters carry the names of Hugging Face's Llama files, so a state dict
is a checkpoint. It does not know how it is trained, nor what its tokens mean.
"""

from __future__ import annotations

from functools import cache
from typing import Any, TypeAlias

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.attention.flex_attention import BlockMask, create_block_mask, flex_attention

from foretype.runtime.architecture import Architecture

INIT_STD = 0.02


class Gpt(nn.Module):
    """`forward` gives logits, `hidden` what the head reads; several documents may share a row."""

    def __init__(self, arch: Architecture) -> None:
        super().__init__()
        self.arch = arch
        self.model = _Body(arch)
        self.lm_head = None if arch.tied_head else nn.Linear(arch.hidden_size, arch.vocab_size, bias=False)
        self.apply(_init)

    @property
    def head(self) -> Tensor:
        """The matrix that turns hidden states into logits; shape (vocab, hidden)."""
        return self.model.embed_tokens.weight if self.lm_head is None else self.lm_head.weight

    def hidden(self, ids: Tensor, documents: Tensor | None = None) -> Tensor:
        """Normed states, shape (batch, length, hidden), of token ids (batch, length).

        `documents` (batch, length) numbers the document that each place belongs to: places see earlier places of
        their own document only. None: a row is one document.
        """
        mask = attention_mask(documents, ids, window=self.arch.sliding_window)
        states: Tensor = self.model(ids, mask)
        return states

    def forward(self, ids: Tensor, documents: Tensor | None = None) -> Tensor:
        """Logits, shape (batch, length, vocab)."""
        return functional.linear(self.hidden(ids, documents), self.head)

    def num_parameters(self) -> int:
        """All weights, a tied head counted once."""
        return sum(weight.numel() for weight in self.parameters())


class _Body(nn.Module):
    def __init__(self, arch: Architecture) -> None:
        super().__init__()
        self.embed_tokens = nn.Embedding(arch.vocab_size, arch.hidden_size)
        self.layers = nn.ModuleList(_Layer(arch) for _ in range(arch.num_layers))
        self.norm = nn.RMSNorm(arch.hidden_size, eps=arch.norm_epsilon)
        self._frequencies = torch.from_numpy(arch.inverse_frequencies())
        self._rotary = arch.rotary

    def forward(self, ids: Tensor, mask: Mask) -> Tensor:
        states = self.embed_tokens(ids)
        if torch.is_autocast_enabled(ids.device.type):  # half the bytes between layers
            states = states.to(torch.get_autocast_dtype(ids.device.type))
        turns = self._turns(ids.shape[1], states)
        for layer in self.layers:
            states = layer(states, turns, mask)
        normed: Tensor = self.norm(states)
        return normed

    def _turns(self, length: int, like: Tensor) -> tuple[Tensor, Tensor] | None:
        """Cosines and sines of every place's rotation; shape (length, head_size)."""
        if not self._rotary:
            return None
        places = torch.arange(length, device=like.device, dtype=torch.float32)
        angles = torch.outer(places, self._frequencies.to(like.device))
        angles = torch.cat([angles, angles], dim=-1)
        return angles.cos().to(like.dtype), angles.sin().to(like.dtype)


class _Layer(nn.Module):
    def __init__(self, arch: Architecture) -> None:
        super().__init__()
        self.input_layernorm = nn.RMSNorm(arch.hidden_size, eps=arch.norm_epsilon)
        self.self_attn = _Attention(arch)
        self.post_attention_layernorm = nn.RMSNorm(arch.hidden_size, eps=arch.norm_epsilon)
        self.mlp = _Mlp(arch)

    def forward(self, states: Tensor, turns: tuple[Tensor, Tensor] | None, mask: Mask) -> Tensor:
        states = states + self.self_attn(self.input_layernorm(states), turns, mask)
        mixed: Tensor = states + self.mlp(self.post_attention_layernorm(states))
        return mixed


class _Attention(nn.Module):
    def __init__(self, arch: Architecture) -> None:
        super().__init__()
        self._head_size = arch.head_size
        self.q_proj = nn.Linear(arch.hidden_size, arch.query_size, bias=False)
        self.k_proj = nn.Linear(arch.hidden_size, arch.kv_size, bias=False)
        self.v_proj = nn.Linear(arch.hidden_size, arch.kv_size, bias=False)
        self.o_proj = nn.Linear(arch.query_size, arch.hidden_size, bias=False)

    def forward(self, states: Tensor, turns: tuple[Tensor, Tensor] | None, mask: Mask) -> Tensor:
        query, key, value = (
            self._heads(project(states)) for project in (self.q_proj, self.k_proj, self.v_proj)
        )
        if turns is not None:
            query, key = _rotated(query, turns), _rotated(key, turns)
        attended = attend(query, key, value, mask)
        output: Tensor = self.o_proj(attended.transpose(1, 2).flatten(2))
        return output

    def _heads(self, packed: Tensor) -> Tensor:
        """(batch, length, heads * size) to (batch, heads, length, size)."""
        return packed.unflatten(-1, (-1, self._head_size)).transpose(1, 2)


class _Mlp(nn.Module):
    def __init__(self, arch: Architecture) -> None:
        super().__init__()
        self.gate_proj = nn.Linear(arch.hidden_size, arch.mlp_size, bias=False)
        self.up_proj = nn.Linear(arch.hidden_size, arch.mlp_size, bias=False)
        self.down_proj = nn.Linear(arch.mlp_size, arch.hidden_size, bias=False)

    def forward(self, states: Tensor) -> Tensor:
        opened = functional.silu(self.gate_proj(states)) * self.up_proj(states)
        output: Tensor = self.down_proj(opened)
        return output


# Blocks on a GPU, True where a place is seen on a CPU, None for plain causal.
Mask: TypeAlias = BlockMask | Tensor | None


def attention_mask(documents: Tensor | None, ids: Tensor, *, window: int | None) -> Mask:
    """Which places see which; None when every place sees all before it."""
    if documents is None and window is None:
        return None
    documents = torch.zeros_like(ids) if documents is None else documents
    rows, length = ids.shape

    def sees(row: Tensor, head: Tensor, query: Tensor, key: Tensor) -> Tensor:
        near = query - key < (window or length)
        return (query >= key) & near & (documents[row, query] == documents[row, key])

    if ids.is_cuda:
        return create_block_mask(sees, rows, None, length, length, device=ids.device)
    place = torch.arange(length, device=ids.device)
    row = torch.arange(rows, device=ids.device)[:, None, None]
    return sees(row, row, place[None, :, None], place[None, None, :])[:, None]  # (rows, 1, length, length)


def attend(query: Tensor, key: Tensor, value: Tensor, mask: Mask) -> Tensor:
    """Softmax attention over (batch, heads, length, size); key and value may have fewer heads."""
    if isinstance(mask, BlockMask):
        shared = query.shape[1] // key.shape[1]  # the kernel takes powers of two only; 9 to 3 heads is common
        key, value = (heads.repeat_interleave(shared, dim=1) for heads in (key, value))
        blocks = _flex(query, key, value, mask)
        assert isinstance(blocks, Tensor)
        return blocks
    return functional.scaled_dot_product_attention(
        query, key, value, attn_mask=mask, is_causal=mask is None, enable_gqa=True
    )


def _flex(query: Tensor, key: Tensor, value: Tensor, mask: BlockMask) -> object:
    """Blocks are only skipped by the compiled kernel; inside a compiled network that is what this call becomes."""
    kernel: Any = flex_attention if torch.compiler.is_compiling() else _compiled_flex()
    return kernel(query, key, value, block_mask=mask)


@cache
def _compiled_flex() -> Any:
    return torch.compile(flex_attention)


def _rotated(heads: Tensor, turns: tuple[Tensor, Tensor]) -> Tensor:
    cosines, sines = turns
    first, second = heads.chunk(2, dim=-1)
    return heads * cosines + torch.cat([-second, first], dim=-1) * sines


def _init(module: nn.Module) -> None:
    if isinstance(module, nn.Linear | nn.Embedding):
        nn.init.normal_(module.weight, std=INIT_STD)
