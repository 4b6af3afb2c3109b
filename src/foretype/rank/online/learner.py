"""The learner: lessons in, a correction of one frozen ranker out, kept in a folder after each step.

Logistic regression by Adagrad with a pull to zero, on what the ranker's log odds leave over. Dense weights calibrate
and follow drift; vectors of user, tenant, recipient's domain and context follow for whom it is. An id that was never
seen has zeros. It does not know when it is called, nor where lessons come from.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from foretype.rank.online.correction import LearnedCorrection, bounded, dense_of, summed
from foretype.rank.online.inputs import DIM, Floats, context_of, glances_of, inputs_of
from foretype.rank.online.lessons import Lessons
from foretype.rank.online.source import Batch, Reading
from foretype.rank.online.standing import SALT, Standing, rows_of, standing_in
from foretype.rank.scorer import Scorer
from foretype.rank.table.delta import Delta
from foretype.rank.table.embeddings import NAMESPACES, Ids, TaughtEmbeddings
from foretype.rank.table.kept import KeptTable
from foretype.rank.table.optimizer import RowAdagrad
from foretype.rank.table.upkeep import Rhythm, Upkeep

STEP = 32  # lessons whose gradients add up: what one user does in a minute is one to three steps
DENSE_RATE, VECTOR_RATE = 0.01, 0.02  # chosen on replayed writing (benchmarks/bench_online.py)
MEND_STEP = 8  # fewer: Adagrad makes a sum of many small corrections one short step
PULL = 0.002  # to zero, a lesson: outweighed by one surprise in some hundred lessons
RHYTHM = Rhythm(kept_days=90)  # without use; then an id is as new
LEAST_PROB = 1e-4
ROW_WIDTH = DIM + RowAdagrad(VECTOR_RATE).num_slots(
    DIM
)  # floats of an id: its vector, and what Adagrad remembers


class Learner:
    """One frozen ranker's correction, in a folder. One thread learns at a time; any thread may ask the correction."""

    def __init__(
        self, folder: Path, scorer: Scorer, *, number: Callable[[str], int], tenant: str | None, now_min: int
    ) -> None:
        """Goes on with what `folder` holds. `number` stands for names as the journal's does.

        Raises StoreError for damage, and while another process learns there.
        """
        self._scorer = scorer
        self._number = number
        self._tenant = None if tenant is None else str(number(tenant))
        self._table = KeptTable(folder, width=ROW_WIDTH)
        self._vectors = TaughtEmbeddings(self._table, dim=DIM, salt=SALT, optimizer=RowAdagrad(VECTOR_RATE))
        self._upkeep = Upkeep(self._table, rhythm=RHYTHM, now_min=now_min)
        self._lock = threading.Lock()
        self.standing = standing_in(self._table)
        self.correction = LearnedCorrection(
            self._vectors, dense_of(self.standing), tenant=self._tenant, number=number
        )

    def learn(
        self,
        batch: Batch,
        *,
        now_min: int,
        reading: Reading | None = None,
    ) -> list[Delta]:
        """Learn a batch, and keep it together with how far the journal was read; the deltas for replicas.

        Raises StoreError if the disk refuses: the batch is then learned in memory, and kept with the next one.
        """
        with self._lock:
            before = self.standing
            read = reading or before.reading
            if not len(batch) and read == before.reading:
                return []
            for start in range(0, len(batch.lessons), STEP):
                self._step(batch.lessons.chosen(slice(start, start + STEP)), now_min=now_min)
            for start in range(0, len(batch.mends), MEND_STEP):
                self._mend(batch.mends.chosen(slice(start, start + MEND_STEP)), now_min=now_min)
            self.standing = replace(
                self.standing,
                reading=read,
                num_lessons=before.num_lessons + len(batch.lessons),
                num_mends=before.num_mends + len(batch.mends),
                learned_min=now_min if len(batch) else before.learned_min,
            )
            self._table.upsert(*rows_of(self.standing, width=self._table.table.width), now_min=now_min)
            self.correction.renew(dense_of(self.standing))
            return self._table.sync()

    def tick(self, now_min: int) -> list[Delta]:
        """What the clock asks for: checkpoints, and ids that were not used for long."""
        with self._lock:
            return self._upkeep.tick(now_min)

    def forget(self, user: int) -> bool:
        """Remove what was learned of who stands under this number, from the files too. Raises StoreError; then ask again."""
        with self._lock:
            known = self._vectors.forget(user=str(user))
            self._table.checkpoint()
            self.correction.renew(dense_of(self.standing))
            return known

    def begin_anew(self, *, now_min: int) -> None:
        """Drop all that was learned, but not how far was read. Raises StoreError."""
        with self._lock:
            before = self.standing
            for entries in list(self._table.table.entries()):
                self._table.erase(entries.keys)
            self.standing = replace(
                Standing(),
                reading=replace(before.reading, open=()),
                num_lessons=before.num_lessons,
                num_mends=before.num_mends,
            )
            self._table.upsert(*rows_of(self.standing, width=self._table.table.width), now_min=now_min)
            self.correction.renew(dense_of(self.standing))
            self._table.sync()

    def probs(self, lessons: Lessons) -> NDArray[np.float32]:
        """What the ranker with its correction says of lessons (n,)."""
        inputs = inputs_of(lessons.features)
        with self._lock:
            vectors = self._vectors.lookup_many(self._ids(lessons))
        return self._probs(lessons.features, inputs, vectors)

    def close(self) -> None:
        with self._lock:
            self._table.close()

    def _step(self, lessons: Lessons, *, now_min: int) -> None:
        """One step against the gradient of the log loss, and the pull to zero."""
        ids, inputs = self._ids(lessons), inputs_of(lessons.features)
        vectors = self._vectors.lookup_many(ids)
        errors = self._probs(lessons.features, inputs, vectors) - lessons.labels
        self._apply(ids, inputs, errors, vectors=vectors, now_min=now_min)

    def _mend(self, mends: Lessons, *, now_min: int) -> None:
        """The rest of the gradient of lessons that were learned with other labels: it is linear in the label."""
        inputs, none = (
            inputs_of(mends.features),
            np.zeros((len(mends), DIM * len(NAMESPACES)), np.float32),
        )
        self._apply(self._ids(mends), inputs, -mends.labels, vectors=none, now_min=now_min)

    def _apply(
        self, ids: list[Ids], inputs: Floats, errors: Floats, *, vectors: Floats, now_min: int
    ) -> None:
        standing = self.standing
        gradient = (errors @ inputs).astype(np.float64) + PULL * len(ids) * standing.weights
        sums = standing.sums + gradient**2
        weights = standing.weights - DENSE_RATE * gradient / np.sqrt(np.maximum(sums, 1e-12))
        self.standing = replace(standing, weights=weights, sums=sums)
        glances = errors[:, None] * glances_of(inputs)
        per_name = np.tile(glances, len(NAMESPACES)) + np.float32(PULL) * vectors
        self._vectors.learn(ids, per_name, now_min=now_min)

    def _probs(self, features: Floats, inputs: Floats, vectors: Floats) -> Floats:
        base = np.clip(self._scorer.score_many(features), LEAST_PROB, 1 - LEAST_PROB)
        weights = self.standing.weights.astype(np.float32)
        known = (glances_of(inputs) * summed(vectors)).sum(axis=1)
        logits = np.log(base / (1 - base)) + bounded(inputs @ weights + known)
        probs: Floats = 1 / (1 + np.exp(-logits))
        return probs

    def _ids(self, lessons: Lessons) -> list[Ids]:
        rows = zip(lessons.users.tolist(), lessons.domains.tolist(), lessons.features, strict=True)
        return [
            Ids(str(user) if user else None, self._tenant, str(domain) if domain else None, context_of(row))
            for user, domain, row in rows
        ]
