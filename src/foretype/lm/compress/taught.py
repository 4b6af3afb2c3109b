"""Learning from a teacher's opinions on disk: rows that carry them, and the loss between next token and opinion.

    trainer.fit(Learner(student, Taught()), TaughtRows(examples, opinions, rows=8, length=512, seed=0))

The teacher itself is not needed. It does not know who wrote the opinions.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from foretype.lm.compress.opinions import Opinions
from foretype.lm.examples import Examples
from foretype.lm.objective import Loss, Network
from foretype.lm.rows import Batch, RowStream

LEAST_MASS = 1e-6  # of a student's probability outside the teacher's best tokens: a logarithm is taken of it


class TaughtBatch(NamedTuple):
    """A batch, and the teacher's best next tokens at its learned places; both (learned, k), natural logarithms."""

    batch: Batch
    best_ids: Tensor
    best_log_probs: Tensor


class TaughtRows:
    """RowStream's batches in RowStream's order, each with what the teacher thought."""

    def __init__(self, examples: Examples, opinions: Opinions, **options: Any) -> None:
        """`options` are RowStream's."""
        self._opinions = opinions
        self._stream = RowStream(examples, **options)
        self._slots = RowStream(
            _numbered(examples, opinions), **options
        )  # the same rows, opinions for tokens

    def __iter__(self) -> TaughtRows:
        return self

    def __next__(self) -> TaughtBatch:
        batch = next(self._stream)
        slots = next(self._slots).targets.flatten()[batch.places].numpy()
        best_ids = torch.from_numpy(self._opinions.ids[slots].astype(np.int64))
        best_log_probs = torch.from_numpy(self._opinions.log_probs[slots].astype(np.float32))
        return TaughtBatch(batch, best_ids, best_log_probs)

    def state_dict(self) -> dict[str, Any]:
        return self._stream.state_dict()

    def load_state_dict(self, state: dict[str, Any]) -> None:
        self._stream.load_state_dict(state)
        self._slots.load_state_dict(state)


@dataclass(frozen=True, slots=True)
class Taught:
    """Part cross entropy, part cross entropy against the teacher's opinion, at temperature 1.

    What the teacher gives to tokens outside its best counts as one more token, for the student too.
    """

    teacher_share: float = 0.5

    def __call__(self, network: Network, taught: TaughtBatch) -> Loss:
        batch = taught.batch
        states = network.hidden(batch.ids, batch.documents).flatten(0, 1)[batch.places]
        log_probs = functional.linear(states, network.head.to(states.dtype)).float().log_softmax(-1)
        picked = log_probs.gather(1, batch.targets.flatten()[batch.places][:, None]).sum()
        total = -(1.0 - self.teacher_share) * picked + self.teacher_share * _against(log_probs, taught)
        return Loss(total, len(batch.places))


def _numbered(examples: Examples, opinions: Opinions) -> Examples:
    """The examples with the row of the opinion on it in place of each token."""
    lengths = examples.lengths
    context = np.maximum(examples.num_context.astype(np.int64), 1)
    offsets = np.repeat(opinions.first - context - examples.starts[:-1], lengths)
    slots: NDArray[Any] = offsets + np.arange(len(examples.tokens))
    return replace(examples, tokens=slots, card={**examples.card, "never_targets": []})


def _against(log_probs: Tensor, taught: TaughtBatch) -> Tensor:
    """Cross entropy against the opinions, summed over places."""
    wanted, found = taught.best_log_probs.exp(), log_probs.gather(1, taught.best_ids)
    rest = (1.0 - wanted.sum(-1)).clamp(min=0.0)
    found_rest = (1.0 - found.exp().sum(-1)).clamp(min=LEAST_MASS).log()
    return -(wanted * found).sum() - (rest * found_rest).sum()
