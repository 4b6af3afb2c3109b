"""AdamW as networks here are trained: matrices decay, gains and biases do not.

It does not know schedules, nor how many processes share the work.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import torch
from torch import nn


def make_optimizer(
    learner: nn.Module, *, learning_rate: float, weight_decay: float, betas: tuple[float, float]
) -> torch.optim.AdamW:
    """AdamW over what is learned; weights that are frozen are left out."""
    learned = [weight for weight in learner.parameters() if weight.requires_grad]
    groups: list[dict[str, Any]] = [
        {"params": [weight for weight in learned if weight.ndim >= 2], "weight_decay": weight_decay},
        {"params": [weight for weight in learned if weight.ndim < 2], "weight_decay": 0.0},
    ]
    groups = [group for group in groups if group["params"]]
    on_gpu = any(weight.is_cuda for weight in learned)
    return torch.optim.AdamW(groups, lr=learning_rate, betas=betas, fused=on_gpu or None)


def scale_gradients(parameters: Iterable[nn.Parameter], factor: float) -> None:
    """Multiply all gradients in place."""
    gradients = [weight.grad for weight in parameters if weight.grad is not None]
    if gradients and factor != 1.0:
        torch._foreach_mul_(gradients, factor)
