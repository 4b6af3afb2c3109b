"""How well a network predicts texts that it did not learn: nats a token, bits a character.

Context is read and not judged; the end of a message is. It does not know what was learned.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from foretype.lm.examples import Examples
from foretype.lm.fabric import Fabric
from foretype.lm.objective import Learner, NextToken
from foretype.lm.rows import IGNORE, one_pass

CONTINUATION_BITS, CONTINUATION = 0xC0, 0x80  # bytes of a UTF-8 character after its first one


@dataclass(frozen=True, slots=True)
class Judgement:
    """`bits_per_char` counts characters of learned tokens: entities are none of them."""

    nats_per_token: float
    bits_per_char: float
    tokens: int
    chars: int


@dataclass(frozen=True, slots=True)
class Judge:
    """Judges a learner by the plain next token, whatever it is taught by; every process must ask where it is in pieces."""

    learner: Learner
    fabric: Fabric
    token_bytes: Sequence[bytes]
    rows: int
    length: int

    def __call__(self, examples: Examples) -> Judgement:
        taught_by = self.learner.objective
        self.learner.objective = NextToken()
        try:
            return judge(
                self.learner,
                examples,
                self.fabric,
                token_bytes=self.token_bytes,
                rows=self.rows,
                length=self.length,
            )
        finally:
            self.learner.objective = taught_by


def spread(examples: Examples, count: int) -> Examples:
    """At most `count` examples from all over, the same ones every time."""
    chosen = np.unique(np.linspace(0, len(examples) - 1, count).astype(np.int64))
    parts = [examples.tokens[examples.starts[at] : examples.starts[at + 1]] for at in chosen]
    starts = np.cumsum([0, *map(len, parts)])
    return Examples(np.concatenate(parts), starts, examples.num_context[chosen], examples.card)


def judge(
    learner: Any, examples: Examples, fabric: Fabric, *, token_bytes: Sequence[bytes], rows: int, length: int
) -> Judgement:
    """Judge a learner (objective.Learner of NextToken, wrapped or not) on all examples, each once."""
    letters = _chars(token_bytes)
    nats, tokens, chars = 0.0, 0, 0
    was_training = learner.training
    learner.eval()
    with torch.no_grad(), fabric.autocast():
        for batch in one_pass(examples, rows=rows, length=length):
            loss = learner(fabric.to_device(batch))
            targets = batch.targets[batch.targets != IGNORE].numpy()
            nats += float(loss.total)
            tokens += loss.num_targets
            chars += int(letters[targets].sum())
    learner.train(was_training)
    return Judgement(nats / max(tokens, 1), nats / math.log(2) / max(chars, 1), tokens, chars)


def _chars(token_bytes: Sequence[bytes]) -> NDArray[np.int64]:
    """Characters that each token begins."""
    begins = [sum(byte & CONTINUATION_BITS != CONTINUATION for byte in spelled) for spelled in token_bytes]
    return np.array(begins, np.int64)
