"""Training a rank network on rows with frozen states, until rows of authors kept aside say stop.

It does not know the language model.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from foretype.rank.neural.columns import fitted_columns
from foretype.rank.neural.examples import Examples, Split
from foretype.rank.neural.network import RankNetwork, Shape

ROWS_AT_ONCE = 8192  # when nothing is learned


@dataclass(frozen=True, slots=True)
class FitOptions:
    """How long and how fast. A pass is over all training rows."""

    passes: int = 6
    patience: int = 2  # passes without a better loss on the authors kept aside
    rows_per_step: int = 1024
    learning_rate: float = 1e-3  # at first; it falls to a tenth over the passes
    weight_decay: float = 1e-2
    seed: int = 1


@dataclass(frozen=True, slots=True)
class Fitted:
    """A trained network and how it came about."""

    network: RankNetwork
    loss_aside: float  # nats a row of the authors kept aside
    steps: int


def fit(
    split: Split,
    shape: Shape,
    options: FitOptions,
    *,
    advance: Callable[[int, float], None] = lambda *_: None,
) -> Fitted:
    """Train a network; `advance` hears after each pass how many there were, and the loss on the authors kept aside."""
    torch.manual_seed(options.seed)
    network = RankNetwork(fitted_columns(split.train.rows.features), shape)
    optimizer = torch.optim.AdamW(
        network.parameters(), lr=options.learning_rate, weight_decay=options.weight_decay
    )
    falling = torch.optim.lr_scheduler.LinearLR(optimizer, 1.0, 0.1, total_iters=options.passes)
    chance = np.random.default_rng(options.seed)
    best, best_state, since, steps = float("inf"), copy.deepcopy(network.state_dict()), 0, 0
    for number in range(1, options.passes + 1):
        steps += _pass_over(network, optimizer, split.train, chance, options)
        falling.step()
        loss = loss_on(network, split.aside)
        advance(number, loss)
        since += 1
        if loss < best:
            best, best_state, since = loss, copy.deepcopy(network.state_dict()), 0
        if since == options.patience:
            break
    network.load_state_dict(best_state)
    return Fitted(network.eval(), best, steps)


def log_odds(network: RankNetwork, examples: Examples) -> NDArray[np.float32]:
    """What the network says of every row, shape (rows,)."""
    network.eval()
    with torch.inference_mode():
        parts = [
            network(*_inputs(network, examples, np.arange(start, min(start + ROWS_AT_ONCE, len(examples)))))
            for start in range(0, len(examples), ROWS_AT_ONCE)
        ]
    found: NDArray[np.float32] = torch.cat(parts).numpy()
    return found


def loss_on(network: RankNetwork, examples: Examples) -> float:
    """Nats a row."""
    said = torch.from_numpy(log_odds(network, examples))
    return float(functional.binary_cross_entropy_with_logits(said, torch.from_numpy(examples.labels)))


def _pass_over(
    network: RankNetwork,
    optimizer: torch.optim.Optimizer,
    examples: Examples,
    chance: np.random.Generator,
    options: FitOptions,
) -> int:
    """One pass in a new order; how many steps it took."""
    network.train()
    labels = torch.from_numpy(examples.labels)
    order = chance.permutation(len(examples))
    batches = [order[at : at + options.rows_per_step] for at in range(0, len(order), options.rows_per_step)]
    for batch in batches:
        said = network(*_inputs(network, examples, batch))
        loss = functional.binary_cross_entropy_with_logits(said, labels[batch])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return len(batches)


def _inputs(
    network: RankNetwork, examples: Examples, which: NDArray[np.int64]
) -> tuple[Tensor, Tensor | None]:
    rows = examples.rows
    features = torch.from_numpy(rows.features[which])
    if network.shape.state is None:
        return features, None
    return features, torch.from_numpy(examples.states[rows.place[which]].astype(np.float32))
