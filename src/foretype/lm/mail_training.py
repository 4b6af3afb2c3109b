"""Fine-tuning on a person's messages: LoRA for a few minutes, and no more of it than helps on messages kept apart.

It does not know keystrokes, nor where the messages came from.
"""

from __future__ import annotations

import logging
import math
import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice, takewhile
from pathlib import Path

import torch

from foretype.corpus.documents import Document
from foretype.lm.checkpoint_folder import gpt_of
from foretype.lm.curve import Point
from foretype.lm.fabric import default_fabric
from foretype.lm.lora import LoraLearner, LoraOptions
from foretype.lm.mail_examples import mail_examples
from foretype.lm.objective import NextToken
from foretype.lm.rows import Batch, RowStream
from foretype.lm.schedule import Schedule
from foretype.lm.trainer import Trainer, TrainOptions
from foretype.runtime.checkpoint import Checkpoint

ROW_TOKENS = 256  # nine mails of ten are shorter
ROWS = 4  # a batch: some thousand tokens, so that a small mailbox still gives a hundred steps
MAX_EPOCHS = 3.0  # beyond, the messages are learned by heart
LEARNING_RATE = 5e-4
STRENGTHS = (0.0, 0.5, 1.0)  # of the corrections; which of them helps, the messages kept apart tell
MAX_TUNE_BATCHES = 10
CHECKPOINT_S = 20.0  # corrections are a few megabytes


@dataclass(frozen=True, slots=True)
class Facts:
    """How it went. `losses`: mean nats a token on the messages kept apart, by strength of the corrections."""

    strength: float  # the best one; 0 where nothing was gained
    losses: tuple[tuple[float, float], ...]
    tokens: int  # learned, each time they were read
    epochs: float
    seconds: float


@dataclass(frozen=True, slots=True)
class Trained:
    """The network with its corrections at their best strength."""

    learner: LoraLearner
    facts: Facts


def train_on_mail(
    checkpoint: Checkpoint,
    learn: Sequence[Document],
    tune: Sequence[Document],
    folder: Path,
    *,
    seconds: float,
    seed: int = 0,
    on_point: Callable[[Point, float], None] = lambda point, share: None,
) -> Trained:
    """Fine-tune the checkpoint on `learn` for at most `seconds`, in the run folder `folder`, and go on if it was begun.

    `on_point` hears of a step and what share of the run is done. Raises as Trainer.fit does.
    """
    learner = LoraLearner(gpt_of(checkpoint), NextToken(), LoraOptions())
    examples = mail_examples(learn, checkpoint, max_tokens=ROW_TOKENS)
    stream = RowStream(examples, rows=ROWS, length=ROW_TOKENS, seed=seed)
    options = _options(len(examples.tokens), seconds=seconds, seed=seed)
    logging.getLogger("lightning_fabric").setLevel(logging.WARNING)  # it would tell of its precision
    fabric = default_fabric(accelerator="cpu", precision=fastest_precision())
    trainer = Trainer(
        options, folder, fabric=fabric, on_point=lambda point: on_point(point, _share(point, options))
    )
    with warnings.catch_warnings():
        # In bf16 the gains of a norm stay float32: meant so.
        warnings.filterwarnings("ignore", message="Mismatch dtype")
        summary = trainer.fit(learner, stream)
        losses = losses_by_strength(learner, checkpoint, tune)
    best, _ = min(losses, key=lambda found: found[1])
    learner.set_strength(best)
    return Trained(learner, Facts(best, losses, summary.tokens, stream.epochs, summary.seconds))


def num_steps(num_tokens: int) -> int:
    """Steps of MAX_EPOCHS over so many tokens.

    >>> num_steps(102_400)
    300
    """
    return max(1, math.ceil(MAX_EPOCHS * num_tokens / (ROWS * ROW_TOKENS)))


def losses_by_strength(
    learner: LoraLearner, checkpoint: Checkpoint, documents: Sequence[Document]
) -> tuple[tuple[float, float], ...]:
    """Each of STRENGTHS, and mean nats a token of the documents with the corrections at it."""
    examples = mail_examples(documents, checkpoint, max_tokens=ROW_TOKENS)
    stream = RowStream(examples, rows=ROWS, length=ROW_TOKENS, seed=0)
    batches = list(islice(takewhile(lambda _: stream.place.epoch == 0, stream), MAX_TUNE_BATCHES))
    batches = batches or [next(stream)]  # a whole epoch in one batch
    return tuple((strength, _loss(learner, batches, strength)) for strength in STRENGTHS)


def fastest_precision(*, clock: Callable[[], float] = time.perf_counter) -> str:
    """Fabric's name of what this processor multiplies faster in: float32, or bf16 where it has instructions for it."""
    seconds = {kind: _product_seconds(kind, clock) for kind in (torch.float32, torch.bfloat16)}
    return "bf16-mixed" if seconds[torch.bfloat16] < seconds[torch.float32] else "32-true"


def _options(num_tokens: int, *, seconds: float, seed: int) -> TrainOptions:
    return TrainOptions(
        max_steps=num_steps(num_tokens),
        max_seconds=seconds,
        learning_rate=LEARNING_RATE,
        schedule=Schedule(warmup=0.05, decay=0.5),
        weight_decay=0.0,
        checkpoint_every_s=CHECKPOINT_S,
        point_every_steps=1,
        seed=seed,
    )


def _product_seconds(kind: torch.dtype, clock: Callable[[], float]) -> float:
    """The best of a few products of the size that a layer multiplies."""
    left, right = torch.ones(ROWS * ROW_TOKENS, 512, dtype=kind), torch.ones(512, 1536, dtype=kind)
    found = []
    for _ in range(4):
        began = clock()
        torch.mm(left, right)
        found.append(clock() - began)
    return min(found)


def _loss(learner: LoraLearner, batches: Sequence[Batch], strength: float) -> float:
    learner.set_strength(strength)
    with torch.no_grad():
        found = [learner(batch) for batch in batches]
    return float(sum(loss.total for loss in found)) / max(1, sum(loss.num_targets for loss in found))


def _share(point: Point, options: TrainOptions) -> float:
    """How much of the run is done, 0 to 1."""
    assert options.max_steps is not None and options.max_seconds is not None
    return min(1.0, max(point.step / options.max_steps, point.seconds / options.max_seconds))
