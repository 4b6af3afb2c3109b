"""Joint fusion: the language model's low-rank corrections and the rank network learn together.

Both begin where late fusion ended, and the corrections at nothing, so whatever is gained is gained by learning together.
One pass of the language model over a sequence serves all keys in it. It does not know what is shown.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from peft import LoraConfig, get_peft_model
from torch import nn
from torch.nn import functional

from foretype.lm.gpt import Gpt
from foretype.rank.neural.examples import Examples, Split
from foretype.rank.neural.fitting import loss_on
from foretype.rank.neural.network import RankNetwork
from foretype.rank.neural.readings import Readings
from foretype.rank.neural.states import batches, frozen_states, states_at

PROJECTIONS = ["q_proj", "k_proj", "v_proj"]  # as nuFormer's


@dataclass(frozen=True, slots=True)
class JointOptions:
    """How long and how fast. A pass is over all sequences of the training authors."""

    passes: int = 2
    tokens_per_step: int = 2048
    lora_rank: int = 8
    lora_rate: float = 3e-4
    network_rate: float = 3e-4
    weight_decay: float = 1e-4
    seed: int = 1


@dataclass(frozen=True, slots=True)
class Joint:
    """Both halves; `losses_aside` before the first step and after each pass, nats a row of the authors kept aside."""

    gpt: Gpt
    network: RankNetwork
    losses_aside: tuple[float, ...]
    steps: int


def fit_jointly(
    gpt: Gpt,
    network: RankNetwork,
    readings: Readings,
    split: Split,
    options: JointOptions,
    *,
    advance: Callable[[int, int], None] = lambda *_: None,
) -> Joint:
    """Train both; `gpt` and `network` are copied first. The best of the passes is kept, none of them included.

    `advance` hears after each step how many there were and how many there will be.
    """
    torch.manual_seed(options.seed)
    gpt, network = _corrected(copy.deepcopy(gpt), options), copy.deepcopy(network)
    optimizer = _optimizer(gpt, network, options)
    rows = RowsBySequence(split.train, readings)
    plan = list(batches(readings, rows.sequences, tokens=options.tokens_per_step))
    chance = np.random.default_rng(options.seed)
    halves = nn.ModuleList([gpt, network])
    losses, best, steps = [loss_on(network, split.aside)], copy.deepcopy(halves.state_dict()), 0
    for _ in range(options.passes):
        for at in chance.permutation(len(plan)):
            _step(gpt, network, optimizer, rows, plan[at])
            steps += 1
            advance(steps, len(plan) * options.passes)
        losses.append(loss_on(network, restated(split.aside, gpt, readings)))
        if losses[-1] == min(losses):
            best = copy.deepcopy(halves.state_dict())
    halves.load_state_dict(best)
    return Joint(gpt.eval(), network.eval(), tuple(losses), steps)


def restated(examples: Examples, gpt: Gpt, readings: Readings) -> Examples:
    """The same rows with the states that `gpt` gives now; places of other rows get none."""
    places = np.unique(examples.rows.place)
    states = np.zeros_like(examples.states)
    states[places] = frozen_states(gpt, readings, places)
    return Examples(examples.rows, states)


class RowsBySequence:
    """Rows of examples, found by the sequences that their keys lie in."""

    def __init__(self, examples: Examples, readings: Readings) -> None:
        self.examples, self.readings = examples, readings
        self.where = readings.at[examples.rows.place]  # of each row
        owner = readings.sequence_of(self.where)
        self._order = np.argsort(owner, kind="stable")
        self.sequences, starts = np.unique(owner[self._order], return_index=True)
        self._spans = dict(zip(self.sequences.tolist(), np.split(self._order, starts[1:]), strict=True))

    def of(self, sequences: NDArray[np.int64]) -> NDArray[np.int64]:
        """Indices of the rows whose keys lie in `sequences`."""
        return np.concatenate([self._spans[sequence] for sequence in sequences.tolist()])


def _corrected(gpt: Gpt, options: JointOptions) -> Gpt:
    """The same network with corrections beside its frozen matrices, which alone are learned."""
    rank = options.lora_rank
    get_peft_model(gpt, LoraConfig(r=rank, lora_alpha=rank, target_modules=PROJECTIONS))
    return gpt


def _optimizer(gpt: Gpt, network: RankNetwork, options: JointOptions) -> torch.optim.Optimizer:
    corrections = [weight for weight in gpt.parameters() if weight.requires_grad]
    groups = [
        {"params": corrections, "lr": options.lora_rate},
        {"params": list(network.parameters()), "lr": options.network_rate},
    ]
    return torch.optim.AdamW(groups, weight_decay=options.weight_decay)


def _step(
    gpt: Gpt,
    network: RankNetwork,
    optimizer: torch.optim.Optimizer,
    rows: RowsBySequence,
    sequences: NDArray[np.int64],
) -> None:
    gpt.train()
    network.train()
    which = rows.of(sequences)
    where, of_row = np.unique(rows.where[which], return_inverse=True)
    states = states_at(gpt, rows.readings, sequences, where)[torch.from_numpy(of_row)]
    said = network(torch.from_numpy(rows.examples.rows.features[which]), states)
    loss = functional.binary_cross_entropy_with_logits(said, torch.from_numpy(rows.examples.labels[which]))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
