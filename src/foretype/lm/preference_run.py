"""Training an adapter on pairs, by preference or plainly, in equally many steps over the same messages.

It does not know keystrokes: what saves more of them is for evals/preference_trial.py to tell.
"""

from __future__ import annotations

import logging
import math
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import torch

from foretype.lm.checkpoint_folder import gpt_of
from foretype.lm.curve import Point
from foretype.lm.dpo import Chosen, Dpo, preferences, referred, told_states
from foretype.lm.fabric import default_fabric
from foretype.lm.lora import LoraLearner, LoraOptions
from foretype.lm.mail_training import fastest_precision
from foretype.lm.objective import Network, NextToken, Objective
from foretype.lm.preference_pairs import Paired, PairStream, in_order
from foretype.lm.schedule import Schedule
from foretype.lm.trainer import Trainer, TrainOptions
from foretype.runtime.checkpoint import Checkpoint

ROWS = 8  # messages a step: some 800 tokens, about as many as mail_training.py takes
CHECKPOINT_S = 120.0  # a run takes minutes


class Aim(StrEnum):
    """What an adapter is to learn from pairs."""

    DPO = "dpo"  # the preference
    DPO_CHOSEN = "dpo+chosen"  # the preference, and what was written at the same places
    CHOSEN = "chosen"  # what was written at the same places
    MESSAGES = "messages"  # every next token of the same messages: plain fine-tuning


@dataclass(frozen=True, slots=True)
class Recipe:
    """How an adapter is trained. `beta` is of the preference alone."""

    aim: Aim
    beta: float = 0.1
    learning_rate: float = 5e-4
    passes: float = 3.0  # over the messages, as in mail_training.py
    seed: int = 0

    @property
    def name(self) -> str:
        """Short and unmistakable, such as "dpo:0.1"."""
        prefers = self.aim in (Aim.DPO, Aim.DPO_CHOSEN)
        return f"{self.aim}:{self.beta:g}" if prefers else str(self.aim)

    def objective(self) -> Objective:
        match self.aim:
            case Aim.DPO:
                return Dpo(self.beta)
            case Aim.DPO_CHOSEN:
                return Dpo(self.beta, chosen_weight=1.0)
            case Aim.CHOSEN:
                return Chosen()
            case Aim.MESSAGES:
                return NextToken()


@dataclass(frozen=True, slots=True)
class Judgement:
    """How a network does on messages kept apart."""

    ranked: float  # share of pairs in which it prefers what was written
    token_nats: float  # mean of a token of the messages


@dataclass(frozen=True, slots=True)
class Tuned:
    """A network with what it learned."""

    learner: LoraLearner
    steps: int
    seconds: float
    before: Judgement
    after: Judgement


def refer(checkpoint: Checkpoint, examples: Sequence[Paired]) -> list[Paired]:
    """The examples with the checkpoint's own preferences, from which all recipes go."""
    return referred(gpt_of(checkpoint), examples)


def train_on_pairs(
    checkpoint: Checkpoint,
    learn: Sequence[Paired],
    tune: Sequence[Paired],
    folder: Path,
    recipe: Recipe,
    *,
    on_point: Callable[[Point, float], None] = lambda point, share: None,
) -> Tuned:
    """Train an adapter in the run folder `folder`; `learn` has been through `refer`.

    `on_point` hears of a step and what share of the run is done. Raises as Trainer.fit does.
    """
    gpt = gpt_of(checkpoint)
    learner = LoraLearner(gpt, recipe.objective(), LoraOptions())
    before = judge(gpt, tune)
    stream = PairStream(learn, rows=ROWS, seed=recipe.seed)
    steps = math.ceil(recipe.passes * stream.batches_a_pass)
    with _quiet():
        trainer = Trainer(
            _options(recipe, steps),
            folder,
            fabric=default_fabric(accelerator="cpu", precision=fastest_precision()),
            on_point=lambda point: on_point(point, point.step / steps),
        )
        summary = trainer.fit(learner, stream)
    return Tuned(learner, summary.steps, summary.seconds, before, judge(gpt, tune))


def judge(network: Network, examples: Sequence[Paired]) -> Judgement:
    """What the network makes of the examples."""
    plain: Objective = NextToken()
    num_right = num_pairs = num_tokens = 0
    nats = 0.0
    with torch.no_grad():
        for batch in in_order(examples, rows=ROWS):
            prefers = preferences(told_states(network, batch), network.head, batch)
            num_right += int((prefers > 0).sum())
            num_pairs += len(prefers)
            loss = plain(network, batch)
            nats += float(loss.total)
            num_tokens += loss.num_targets
    return Judgement(num_right / max(1, num_pairs), nats / max(1, num_tokens))


def _options(recipe: Recipe, steps: int) -> TrainOptions:
    return TrainOptions(
        max_steps=steps,
        learning_rate=recipe.learning_rate,
        schedule=Schedule(warmup=0.05, decay=0.5),
        weight_decay=0.0,
        checkpoint_every_s=CHECKPOINT_S,
        point_every_steps=1,
        seed=recipe.seed,
    )


@contextmanager
def _quiet() -> Iterator[None]:
    """Without word of Fabric's precision, and of gains that stay float32 in bf16: meant so."""
    logging.getLogger("lightning_fabric").setLevel(logging.WARNING)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Mismatch dtype")
        yield
