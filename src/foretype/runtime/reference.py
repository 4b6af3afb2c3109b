"""A Llama's forward pass in plain numpy, float32, layer by layer: slow, obvious, and small in memory.

It judges what was exported (adding.py) and is the twin that tests compare every fast path with. It knows no
caches.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from foretype.runtime.architecture import Architecture
from foretype.runtime.checkpoint import EMBEDDING, FINAL_NORM, HEAD, Checkpoint, layer_weight

Array = NDArray[np.float32]


def reference_log_probs(checkpoint: Checkpoint, tokens: Sequence[int]) -> Array:
    """Natural-log probabilities of what follows each prefix of `tokens`; shape (len(tokens), vocab)."""
    arch, read = checkpoint.architecture, checkpoint.weight
    hidden = read(EMBEDDING)[np.asarray(tokens)]
    for layer in range(arch.num_layers):
        normed = _rms_norm(hidden, read(layer_weight(layer, "input_layernorm")), arch.norm_epsilon)
        hidden = hidden + _attention(checkpoint, layer, normed)
        normed = _rms_norm(hidden, read(layer_weight(layer, "post_attention_layernorm")), arch.norm_epsilon)
        hidden = hidden + _mlp(checkpoint, layer, normed)
    normed = _rms_norm(hidden, read(FINAL_NORM), arch.norm_epsilon)
    return _log_softmax(normed @ read(EMBEDDING if arch.tied_head else HEAD).T)


def _attention(checkpoint: Checkpoint, layer: int, hidden: Array) -> Array:
    arch = checkpoint.architecture
    query, key, value = (
        _heads(hidden @ checkpoint.weight(layer_weight(layer, f"self_attn.{part}_proj")).T, arch.head_size)
        for part in "qkv"
    )  # (heads, tokens, head size)
    if arch.rotary:
        query, key = _rotated(query, arch), _rotated(key, arch)
    group = arch.num_heads // arch.num_kv_heads  # query heads that share one key head
    key, value = key.repeat(group, axis=0), value.repeat(group, axis=0)
    scores = query @ key.swapaxes(1, 2) / np.sqrt(np.float32(arch.head_size))
    scores = np.where(_seen(len(hidden), arch), scores, -np.inf)
    mixed = np.exp(_log_softmax(scores)) @ value
    joined = mixed.swapaxes(0, 1).reshape(len(hidden), -1)
    return np.asarray(joined @ checkpoint.weight(layer_weight(layer, "self_attn.o_proj")).T, dtype=np.float32)


def _seen(num_tokens: int, arch: Architecture) -> NDArray[np.bool_]:
    """Which tokens (columns) each token (row) sees."""
    past = np.tri(num_tokens, dtype=bool)
    return (
        past
        if arch.sliding_window is None
        else past & ~np.tri(num_tokens, k=-arch.sliding_window, dtype=bool)
    )


def _mlp(checkpoint: Checkpoint, layer: int, hidden: Array) -> Array:
    gate, up, down = (
        checkpoint.weight(layer_weight(layer, f"mlp.{part}_proj")) for part in ("gate", "up", "down")
    )
    gated = hidden @ gate.T
    activated = gated / (1.0 + np.exp(-gated))
    return np.asarray((activated * (hidden @ up.T)) @ down.T, dtype=np.float32)


def _heads(joined: Array, head_size: int) -> Array:
    return joined.reshape(len(joined), -1, head_size).swapaxes(0, 1)


def _rotated(heads: Array, arch: Architecture) -> Array:
    """Each pair (i, i + half) of a head turned by position times its frequency."""
    angles = np.outer(np.arange(heads.shape[1], dtype=np.float32), arch.inverse_frequencies())
    cosine, sine = np.cos(angles), np.sin(angles)
    first, second = np.split(heads, 2, axis=-1)
    return np.concatenate([first * cosine - second * sine, second * cosine + first * sine], axis=-1)


def _rms_norm(hidden: Array, gain: Array, epsilon: float) -> Array:
    mean_square = np.square(hidden).mean(axis=-1, keepdims=True)
    return np.asarray(hidden / np.sqrt(mean_square + np.float32(epsilon)) * gain, dtype=np.float32)


def _log_softmax(scores: Array) -> Array:
    shifted = scores - scores.max(axis=-1, keepdims=True)
    return np.asarray(shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True)), dtype=np.float32)
