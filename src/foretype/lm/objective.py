"""What a network is asked to learn: the next token, or the next token and a teacher's opinion of it.

An objective gives the sum over learned tokens and their number, so that parts of a batch can be added up. It does not
know optimisers.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple, Protocol, TypeAlias

import torch
from torch import Tensor, nn
from torch.nn import functional

from foretype.lm.rows import Batch

TOKENS_AT_ONCE = 16_384  # whose logits are held: 0.8 GB in float32 with a vocabulary of 12,288


class Loss(NamedTuple):
    """Natural-log units summed over `num_targets` tokens."""

    total: Tensor  # a scalar that gradients flow through
    num_targets: int

    @property
    def mean(self) -> Tensor:
        return self.total / max(self.num_targets, 1)


class Network(Protocol):
    """What the objectives below ask of a network; gpt.Gpt is one."""

    @property
    def head(self) -> Tensor:
        """The matrix that turns states into logits; shape (vocab, hidden)."""
        ...

    def hidden(self, ids: Tensor, documents: Tensor | None = None) -> Tensor:
        """States that the head reads, shape (batch, length, hidden)."""
        ...


Objective: TypeAlias = Callable[[Any, Any], Loss]  # of a network and a batch that it understands


class Learner(nn.Module):
    """A network and its objective as one module, so that Fabric wraps, shards and autocasts both together."""

    def __init__(self, network: nn.Module, objective: Objective) -> None:
        super().__init__()
        self.network = network
        self.objective = (
            objective  # may be changed between steps: what is judged is not always what is learned
        )

    def forward(self, batch: Any) -> Loss:
        return self.objective(self.network, batch)


@dataclass(frozen=True, slots=True)
class NextToken:
    """Cross entropy of the next token."""

    label_smoothing: float = 0.0

    def __call__(self, network: Network, batch: Batch) -> Loss:
        states, targets = _at(network, batch), batch.targets.flatten()[batch.places]
        total = torch.zeros((), device=states.device)
        for part, wanted in zip(states.split(TOKENS_AT_ONCE), targets.split(TOKENS_AT_ONCE), strict=True):
            total = total + _fused(_cross_entropy, part)(part, network.head, wanted, self.label_smoothing)
        return Loss(total, len(targets))


@dataclass(frozen=True, slots=True)
class Distil:
    """Part cross entropy, part cross entropy against the teacher's whole distribution, at temperature 1.

    `teacher_share` weighs the two; both networks read the same tokens. Hinton et al. 2015 (arXiv:1503.02531).
    """

    teacher: Network
    teacher_share: float = 0.5

    def __call__(self, network: Network, batch: Batch) -> Loss:
        states, targets = _at(network, batch), batch.targets.flatten()[batch.places]
        with torch.no_grad():
            known = _at(self.teacher, batch)
        teacher_head = self.teacher.head.detach()
        total = torch.zeros((), device=states.device)
        parts = (tensor.split(TOKENS_AT_ONCE) for tensor in (states, known, targets))
        for part, taught, wanted in zip(*parts, strict=True):
            loss = _fused(_distilled, part)
            total = total + loss(part, network.head, taught, teacher_head, wanted, self.teacher_share)
        return Loss(total, len(targets))


def _at(network: Network, batch: Batch) -> Tensor:
    """States of the learned places; shape (learned, hidden)."""
    return network.hidden(batch.ids, batch.documents).flatten(0, 1)[batch.places]


def _fused(loss: Callable[..., Tensor], like: Tensor) -> Callable[..., Tensor]:
    """On a GPU one kernel instead of ten passes over the logits."""
    return _compiled(loss) if like.is_cuda else loss


@cache
def _compiled(loss: Callable[..., Tensor]) -> Callable[..., Tensor]:
    return torch.compile(loss, dynamic=True)


def _cross_entropy(states: Tensor, head: Tensor, targets: Tensor, smoothing: float) -> Tensor:
    logits = functional.linear(states, head.to(states.dtype)).float()
    return functional.cross_entropy(logits, targets, label_smoothing=smoothing, reduction="sum")


def _distilled(
    states: Tensor, head: Tensor, taught: Tensor, teacher_head: Tensor, targets: Tensor, share: float
) -> Tensor:
    log_probs = functional.linear(states, head.to(states.dtype)).float().log_softmax(-1)
    teacher = functional.linear(taught, teacher_head.to(taught.dtype)).float().softmax(-1)
    picked = log_probs.gather(1, targets[:, None]).sum()
    return -(1.0 - share) * picked - share * (teacher * log_probs).sum()
