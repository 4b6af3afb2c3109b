"""Training against two budgets, tokens and seconds; whichever ends first, the learning rate has come down to zero.

The rate follows the larger share spent of either, so a run that a clock cuts short is cooled down as well. The price:
such a run depends on the machine's speed, and its card says how far it came. Rows are learned one after another on one
device; for long runs that resume there is trainer.py. It does not know what is compared with what.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count

import torch
from torch import Tensor, nn

from foretype.errors import InputError
from foretype.lm.contextual import ContextualLm
from foretype.lm.windows import IGNORE, Batch, MailWindows

REPORT_EVERY_S = 5.0


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a network learns. `places_per_batch` counts padding too."""

    learning_rate: float
    places_per_batch: int
    max_tokens: int  # targets learned
    max_seconds: float
    warm_up: float = 0.04  # share of the budget
    weight_decay: float = 0.1  # of matrices; vectors have none
    max_norm: float = 1.0
    seed: int = 0


@dataclass(slots=True)
class Progress:
    """How far a run came; `curve` has (tokens, seconds, mean nats since the last point)."""

    tokens: int = 0
    seconds: float = 0.0
    steps: int = 0
    curve: list[tuple[int, float, float]] = field(default_factory=list)


def train(
    network: ContextualLm,
    windows: MailWindows,
    recipe: Recipe,
    *,
    clock: Callable[[], float] = time.perf_counter,
    say: Callable[[str], None] = lambda text: None,
) -> Progress:
    """Train until a budget is spent. Raises InputError when the loss is no number any more."""
    network.train()
    optimizer = _optimizer(network, recipe)
    progress, meter, started = Progress(), _Meter(say), clock()
    for batch in _endless(windows, recipe):
        share = max(progress.tokens / recipe.max_tokens, progress.seconds / recipe.max_seconds)
        if share >= 1.0:
            break
        num_tokens = int((batch.targets != IGNORE).sum())
        if num_tokens:
            for group in optimizer.param_groups:
                group["lr"] = recipe.learning_rate * rate_share(share, warm_up=recipe.warm_up)
            loss = _learn(network, batch, optimizer, recipe)
            progress.tokens += num_tokens
            progress.steps += 1
            progress.seconds = clock() - started
            meter.add(loss, num_tokens, progress)
    meter.close(progress)
    return progress


def rate_share(spent: float, *, warm_up: float) -> float:
    """Share of the highest rate when `spent` of the budget is gone: up in a line, down in a line.

    >>> [round(rate_share(spent, warm_up=0.1), 2) for spent in (0.0, 0.05, 0.1, 0.55, 1.0)]
    [0.02, 0.5, 1.0, 0.5, 0.0]
    """
    if spent < warm_up:
        return max(spent / warm_up, 0.02)
    return max((1 - spent) / (1 - warm_up), 0.0)


def autocast(device: torch.device) -> torch.autocast:
    """bf16 where the device has fast bf16 matrices; a CPU computes as it stores."""
    return torch.autocast(device.type, dtype=torch.bfloat16, enabled=device.type == "cuda")


def _learn(network: ContextualLm, batch: Batch, optimizer: torch.optim.Optimizer, recipe: Recipe) -> Tensor:
    """One step; the batch's nats, still on the device."""
    with autocast(batch.inputs.device):
        nats = network.nats(batch)
    optimizer.zero_grad(set_to_none=True)
    nats.mean().backward()
    nn.utils.clip_grad_norm_(network.parameters(), recipe.max_norm)
    optimizer.step()
    return nats.detach().sum()


def _optimizer(network: nn.Module, recipe: Recipe) -> torch.optim.Optimizer:
    weights = list(network.parameters())
    fused = weights[0].is_cuda
    groups = [
        {"params": [weight for weight in weights if weight.ndim > 1], "weight_decay": recipe.weight_decay},
        {"params": [weight for weight in weights if weight.ndim < 2], "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(groups, lr=recipe.learning_rate, betas=(0.9, 0.98), fused=fused)


def _endless(windows: MailWindows, recipe: Recipe) -> Iterator[Batch]:
    for epoch in count():
        seed = recipe.seed * 1000 + epoch
        yield from windows.pass_over(places_per_batch=recipe.places_per_batch, seed=seed)


class _Meter:
    """Mean loss between two points of a curve; asks the device for numbers only there."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        self._nats: Tensor | None = None
        self._tokens = 0
        self._reported_s = 0.0

    def add(self, nats: Tensor, tokens: int, progress: Progress) -> None:
        self._nats = nats if self._nats is None else self._nats + nats
        self._tokens += tokens
        if progress.seconds - self._reported_s >= REPORT_EVERY_S:
            self.close(progress)

    def close(self, progress: Progress) -> None:
        if self._nats is None:
            return
        mean = float(self._nats) / self._tokens
        if not math.isfinite(mean):
            raise InputError(
                f"training: found a loss of {mean} after {progress.tokens:,} tokens, wanted a number; "
                f"lower learning_rate"
            )
        speed = progress.tokens / max(progress.seconds, 1e-9)
        progress.curve.append((progress.tokens, round(progress.seconds, 2), round(mean, 4)))
        self._say(
            f"{progress.tokens:>12,} tokens  {progress.seconds:6.1f} s  {speed:>9,.0f}/s  loss {mean:.4f}"
        )
        self._nats, self._tokens, self._reported_s = None, 0, progress.seconds
