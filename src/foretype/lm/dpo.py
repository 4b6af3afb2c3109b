"""Direct preference optimisation over single places: what was written above what was shown instead.

Rafailov et al. 2023 (arXiv:2305.18290): raise log sigmoid(beta * gain), where the gain is by how much more than before
the network prefers the written token to the rejected one. Both follow the same tokens, so the softmax's sum cancels and
the preference is a difference of two logits. It does not know how pairs come about.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor
from torch.nn import functional

from foretype.lm.objective import Loss, Network
from foretype.lm.preference_pairs import PairBatch, Paired, in_order


@dataclass(frozen=True, slots=True)
class Dpo:
    """The preference alone, or with `chosen_weight` of plain cross entropy of what was written at the same places.

    Small `beta` lets the network go far from where it was before a pair counts as learned. The second term is there since a
    preference says nothing of all the other words: both can lose probability to them, and suggestions are chosen by
    probability. Normalising by length has no meaning here: both sides are one token.
    """

    beta: float = 0.1
    chosen_weight: float = 0.0

    def __call__(self, network: Network, batch: PairBatch) -> Loss:
        states = told_states(network, batch)
        gain = preferences(states, network.head, batch) - batch.reference
        total = -functional.logsigmoid(self.beta * gain).sum()
        if self.chosen_weight:
            total = total + self.chosen_weight * _cross_entropy(states, network.head, batch.chosen)
        return Loss(total, len(batch.chosen))


@dataclass(frozen=True, slots=True)
class Chosen:
    """Plain fine-tuning on what was written where something else was proposed: the same places, one side of the pairs."""

    def __call__(self, network: Network, batch: PairBatch) -> Loss:
        states = told_states(network, batch)
        return Loss(_cross_entropy(states, network.head, batch.chosen), len(batch.chosen))


def told_states(network: Network, batch: PairBatch) -> Tensor:
    """What the head reads where pairs are foretold; shape (pairs, hidden)."""
    return network.hidden(batch.ids).flatten(0, 1)[batch.told]


def preferences(states: Tensor, head: Tensor, batch: PairBatch) -> Tensor:
    """log p(chosen) - log p(rejected) of each pair, shape (pairs,), natural-log units, float32."""
    difference = head[batch.chosen] - head[batch.rejected]
    return (states.float() * difference.float()).sum(-1)


def referred(network: Network, examples: Sequence[Paired]) -> list[Paired]:
    """The examples with the preferences of the network as it is now: what gains are measured from."""
    found = []
    for batch, example in zip(in_order(examples, rows=1), examples, strict=True):
        with torch.no_grad():
            prefers = preferences(told_states(network, batch), network.head, batch)
        found.append(replace(example, reference=prefers.numpy()))
    return found


def _cross_entropy(states: Tensor, head: Tensor, targets: Tensor) -> Tensor:
    logits = functional.linear(states, head.to(states.dtype)).float()
    return functional.cross_entropy(logits, targets, reduction="sum")
