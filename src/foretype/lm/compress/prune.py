"""Taking parts out of a Llama-type network: layers, neurons, groups of attention heads, rows of the vocabulary.

Weights are plain tensors under Hugging Face's names, so any checkpoint can be cut before a network is built of it.
What is left predicts worse until it is trained again; how much worse is not known here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TypeAlias

import torch
from torch import Tensor, nn
from torch.utils.hooks import RemovableHandle

from foretype.errors import InputError
from foretype.runtime.architecture import Architecture
from foretype.runtime.checkpoint import EMBEDDING, HEAD, layer_weight

Weights: TypeAlias = Mapping[str, Tensor]
Pruned: TypeAlias = tuple[dict[str, Tensor], Architecture]
Measure: TypeAlias = Callable[
    [nn.Module, Tensor], Tensor
]  # of a module and its inputs (tokens, width): (tokens, parts)

LAYER_PREFIX = "model.layers."
_LAYER = re.compile(r"model\.layers\.\d+")


def keep_layers(weights: Weights, arch: Architecture, layers: Sequence[int]) -> Pruned:
    """Only these layers, in the order given. InputError for none, for a repeated one, or one that is not there."""
    _check(layers, arch.num_layers, what="layers")
    kept = {name: value for name, value in weights.items() if not name.startswith(LAYER_PREFIX)}
    for new, old in enumerate(layers):
        before, after = f"{LAYER_PREFIX}{old}.", f"{LAYER_PREFIX}{new}."
        own = {name: value for name, value in weights.items() if name.startswith(before)}
        kept |= {after + name.removeprefix(before): value for name, value in own.items()}
    return kept, replace(arch, num_layers=len(layers))


def keep_neurons(weights: Weights, arch: Architecture, per_layer: Sequence[Sequence[int]]) -> Pruned:
    """Only these neurons of each layer's MLP. InputError unless every layer keeps equally many, each once."""
    width = _same_length(per_layer, arch, what="neurons", size=arch.mlp_size)
    kept = dict(weights)
    for layer, neurons in enumerate(per_layer):
        index = torch.as_tensor(neurons)
        for part in ("gate_proj", "up_proj"):
            _take(kept, layer_weight(layer, f"mlp.{part}"), index, dim=0)
        _take(kept, layer_weight(layer, "mlp.down_proj"), index, dim=1)
    return kept, replace(arch, mlp_size=width)


def keep_groups(weights: Weights, arch: Architecture, per_layer: Sequence[Sequence[int]]) -> Pruned:
    """Only these groups of attention heads: a key/value head with the query heads that share it.

    InputError unless every layer keeps equally many, each once.
    """
    number = _same_length(per_layer, arch, what="groups", size=arch.num_kv_heads)
    shared = arch.num_heads // arch.num_kv_heads
    kept = dict(weights)
    for layer, groups in enumerate(per_layer):
        key_rows = _rows_of(groups, arch.head_size)
        query_rows = _rows_of(groups, shared * arch.head_size)
        _take(kept, layer_weight(layer, "self_attn.q_proj"), query_rows, dim=0)
        _take(kept, layer_weight(layer, "self_attn.k_proj"), key_rows, dim=0)
        _take(kept, layer_weight(layer, "self_attn.v_proj"), key_rows, dim=0)
        _take(kept, layer_weight(layer, "self_attn.o_proj"), query_rows, dim=1)
    return kept, replace(arch, num_heads=number * shared, num_kv_heads=number)


def keep_rows(weights: Weights, arch: Architecture, token_ids: Sequence[int]) -> Pruned:
    """Only these tokens; token i of the result is `token_ids[i]` of before. InputError for one that is not there."""
    _check(token_ids, arch.vocab_size, what="tokens")
    kept, index = dict(weights), torch.as_tensor(token_ids)
    for name in (EMBEDDING,) if arch.tied_head else (EMBEDDING, HEAD):
        _take(kept, name, index, dim=0)
    return kept, replace(arch, vocab_size=len(token_ids))


def neuron_importance(gpt: nn.Module, batches: Iterable[Tensor]) -> list[Tensor]:
    """Mean |activation| of every MLP neuron, each layer of shape (mlp_size,), over token batches (rows, length)."""
    return _means(gpt, batches, ending="mlp.down_proj", measure=lambda module, rows: rows.abs())


def group_importance(gpt: nn.Module, batches: Iterable[Tensor], arch: Architecture) -> list[Tensor]:
    """Mean length of what every group of attention heads adds to the states, each layer of shape (num_kv_heads,).

    Mean |activation| alone, before the output matrix, chose groups that were missed more (docs/why/compression.md).
    """

    def added(module: nn.Module, rows: Tensor) -> Tensor:
        parts = zip(
            rows.chunk(arch.num_kv_heads, dim=1),
            module.get_parameter("weight").float().chunk(arch.num_kv_heads, dim=1),
            strict=True,
        )
        return torch.stack([(heard @ matrix.T).norm(dim=1) for heard, matrix in parts], dim=1)

    return _means(gpt, batches, ending="self_attn.o_proj", measure=added)


def layer_importance(gpt: nn.Module, batches: Iterable[Tensor]) -> Tensor:
    """How far each layer turns the states that pass it: mean of 1 - cosine, shape (layers,)."""
    turns: dict[str, list[Tensor]] = {}

    def listen(name: str) -> Callable[[nn.Module, tuple[Tensor, ...], Tensor], None]:
        def hear(module: nn.Module, inputs: tuple[Tensor, ...], output: Tensor) -> None:
            turn = 1 - nn.functional.cosine_similarity(inputs[0].float(), output.float(), dim=-1)
            turns.setdefault(name, []).append(turn.flatten().cpu())

        return hear

    layers = [(name, part) for name, part in gpt.named_modules() if _LAYER.fullmatch(name)]
    _run(gpt, batches, [part.register_forward_hook(listen(name)) for name, part in layers])
    if not turns:
        raise InputError("importance: found no texts to measure on; hand over some")
    return torch.stack([torch.cat(turns[name]).mean() for name, _ in layers])


def strongest(importance: Sequence[Tensor], num_kept: int) -> list[list[int]]:
    """Of each layer the `num_kept` most important indices, in rising order.

    >>> strongest([torch.tensor([3.0, 1.0, 2.0])], 2)
    [[0, 2]]
    """
    return [sorted(scores.topk(num_kept).indices.tolist()) for scores in importance]


def _means(gpt: nn.Module, batches: Iterable[Tensor], *, ending: str, measure: Measure) -> list[Tensor]:
    """Means over all tokens of what the modules with this ending do with their inputs, layer by layer."""
    modules = [module for name, module in gpt.named_modules() if name.endswith(ending)]
    found: dict[int, list[Tensor]] = {id(module): [] for module in modules}

    def listen(module: nn.Module, inputs: tuple[Tensor, ...]) -> None:
        rows = inputs[0].detach().float().flatten(0, -2)  # (tokens, width)
        values = measure(module, rows)
        found[id(module)].append(torch.stack([values.sum(dim=0), torch.full_like(values[0], len(rows))]))

    _run(gpt, batches, [module.register_forward_pre_hook(listen) for module in modules])
    if not modules or not all(found.values()):
        raise InputError(
            f"importance: no batch reached {ending}; hand over a Llama-type network and some texts"
        )
    sums = (torch.stack(found[id(module)]).sum(dim=0) for module in modules)
    return [(total / count).cpu() for total, count in sums]


def _run(gpt: nn.Module, batches: Iterable[Tensor], handles: Sequence[RemovableHandle]) -> None:
    """One pass over the batches while the handles listen; the network is left as it was."""
    was_training = gpt.training
    try:
        gpt.eval()
        with torch.no_grad():
            for batch in batches:
                gpt(batch)
    finally:
        gpt.train(was_training)
        for handle in handles:
            handle.remove()


def _take(weights: dict[str, Tensor], name: str, index: Tensor, *, dim: int) -> None:
    weights[name] = weights[name].index_select(dim, index.to(weights[name].device)).contiguous()


def _rows_of(groups: Sequence[int], num_rows: int) -> Tensor:
    starts = torch.as_tensor(groups)[:, None] * num_rows
    return (starts + torch.arange(num_rows)).flatten()


def _same_length(per_layer: Sequence[Sequence[int]], arch: Architecture, *, what: str, size: int) -> int:
    """How many each layer keeps."""
    lengths = {len(kept) for kept in per_layer}
    if len(per_layer) != arch.num_layers or len(lengths) != 1:
        raise InputError(
            f"{what} to keep: found {len(per_layer)} layers keeping {sorted(lengths)}, "
            f"wanted {arch.num_layers} layers that keep equally many"
        )
    for kept in per_layer:
        _check(kept, size, what=what)
    return lengths.pop()


def _check(kept: Sequence[int], size: int, *, what: str) -> None:
    if not kept:
        raise InputError(f"{what} to keep: found none, wanted at least one of {size}")
    if len(set(kept)) < len(kept) or min(kept) < 0 or max(kept) >= size:
        raise InputError(
            f"{what} to keep: found {min(kept)} to {max(kept)}, wanted each of 0 to {size - 1} at most once"
        )
