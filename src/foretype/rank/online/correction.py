"""What was learned, as a decider heeds it: bounded logits for the proposals of one key.

The vectors of a writer are read once a minute at most, not at every key. With no new lessons all of it fades away. It
does not know how it was learned.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from foretype.compose.situation import Situation
from foretype.rank.online.inputs import DIM, Floats, context_of, glances_of, inputs_of
from foretype.rank.online.standing import Standing
from foretype.rank.outcome import domain_of
from foretype.rank.table.embeddings import NAMESPACES, Embeddings

MAX_SHIFT = 1.5  # logits: odds change by 4.5 at most, whatever comes in
HALF_LIFE_MIN = 14 * 1_440  # without lessons: after two weeks off, half of it
MAX_WRITERS = 4_096  # whose vectors are remembered between two syncs


@dataclass(frozen=True, slots=True)
class Dense:
    """The weights of one moment."""

    weights: Floats  # (WIDTH,)
    learned_min: int

    def fade(self, now_min: float) -> float:
        """What is left of it by now, 1 to 0."""
        return float(0.5 ** (max(0.0, now_min - self.learned_min) / HALF_LIFE_MIN))


class LearnedCorrection:
    """Satisfies rank.scorer.Correction. `renew` puts newer weights in force; any thread may ask meanwhile."""

    def __init__(
        self,
        embeddings: Embeddings,
        dense: Dense,
        *,
        tenant: str | None,
        number: Callable[[str], int],
        clock: Callable[[], float] = time.time,
    ) -> None:
        """`number` turns the name of a user or domain into what stands for it; `clock` gives seconds since 1970."""
        self._embeddings = embeddings
        self._dense = dense
        self._tenant = tenant
        self._number = number
        self._clock = clock
        self._vectors: dict[tuple[str | None, str | None, str], Floats] = {}

    def renew(self, dense: Dense) -> None:
        """Heed what was learned by now."""
        self._dense = dense
        self._vectors = {}

    def shift_many(self, features: NDArray[np.float32], situation: Situation) -> NDArray[np.float32]:
        """Logits (n,), float32, within MAX_SHIFT of zero. Safe for threads."""
        dense = self._dense
        if not len(features) or dense.learned_min == 0:
            return np.zeros(len(features), np.float32)
        inputs = inputs_of(features)
        vector = self._vector(features[0], situation)
        shifts = inputs @ dense.weights + glances_of(inputs) @ vector
        return bounded(shifts) * np.float32(dense.fade(self._clock() / 60))

    def _vector(self, row: Floats, situation: Situation) -> Floats:
        """The sum of what is known of writer, tenant, recipient's domain and context (DIM,)."""
        who = (situation.user, domain_of(situation.context.to), context_of(row))
        vectors = self._vectors
        found = vectors.get(who)
        if found is None:
            user, domain, context = who
            found = self._embeddings.lookup(
                user=None if user is None else str(self._number(user)),
                tenant=self._tenant,
                domain=None if domain is None else str(self._number(domain)),
                context=context,
            )
            found = summed(found[None])[0]
            if len(vectors) < MAX_WRITERS:
                vectors[who] = found
        return found


def dense_of(standing: Standing) -> Dense:
    """What a learner's standing lets a decider heed."""
    return Dense(standing.weights.astype(np.float32), standing.learned_min)


def bounded(shifts: Floats) -> Floats:
    """Logits cut to what may be shifted."""
    cut: Floats = np.clip(shifts, -MAX_SHIFT, MAX_SHIFT).astype(np.float32)
    return cut


def summed(vectors: Floats) -> Floats:
    """The vectors of all names of each row (n, names * DIM) added up (n, DIM)."""
    total: Floats = vectors.reshape(len(vectors), len(NAMESPACES), DIM).sum(axis=1)
    return total
