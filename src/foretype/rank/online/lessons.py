"""Lessons: outcomes of suggestions as labels to learn from, once it is known what became of them.

A label is how likely all of the suggestion was right. What was accepted may be undone half a minute later, so an
outcome is no lesson before WAIT_S; what is not settled by then counts as far as settled ones stayed, and is mended
when word comes. It does not know what is learned.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from foretype.compose.request import OutcomeKind
from foretype.rank.journal_file import Kept
from foretype.rank.outcome import OUTCOMES
from foretype.rank.schema import FEATURES

WAIT_S = 60  # clients look after 30 s, the journal is written within 2, and a report may be under way
MEND_S = 3_600  # later word is not waited for
PRIOR_KEPT, PRIOR_UNDONE = 19.0, 1.0  # of what is accepted, until it has been seen: one in twenty is undone
ACCEPTED, TYPED = OUTCOMES.index(OutcomeKind.ACCEPTED), OUTCOMES.index(OutcomeKind.TYPED)


@dataclass(frozen=True, slots=True)
class Lessons:
    """Columns of equal length, in the order in which suggestions ended."""

    numbers: NDArray[np.int64]  # the journal's; ascending
    at: NDArray[np.int64]  # seconds since 1970
    users: NDArray[np.int64]  # 0 for nobody
    domains: NDArray[np.int64]  # 0 for none
    labels: NDArray[np.float32]  # probability that all of it was right
    is_open: NDArray[np.bool_]  # accepted, and nobody said yet whether it stayed
    is_settled: NDArray[np.bool_]  # accepted, and somebody did
    features: NDArray[np.float32]  # (lessons, features), as schema.FEATURES

    def __len__(self) -> int:
        return len(self.numbers)

    def chosen(self, which: Any) -> Lessons:
        """Those that a mask, a slice or indices pick out."""
        return Lessons(**{field.name: getattr(self, field.name)[which] for field in fields(self)})


@dataclass(frozen=True, slots=True)
class Settlements:
    """How many of what was accepted stayed, and how many were undone, of those that were told of."""

    kept: int = 0
    undone: int = 0

    @property
    def kept_share(self) -> float:
        """
        >>> Settlements().kept_share, Settlements(kept=80, undone=100).kept_share
        (0.95, 0.495)
        """
        return (self.kept + PRIOR_KEPT) / (self.kept + self.undone + PRIOR_KEPT + PRIOR_UNDONE)

    def after(self, settled: Lessons) -> Settlements:
        """With those that these lessons, all settled, tell of."""
        num_kept = int(settled.labels.sum())
        return Settlements(self.kept + num_kept, self.undone + len(settled) - num_kept)


def lessons_of(kept: Kept, *, kept_share: float) -> Lessons:
    """Each outcome as a lesson; what nobody settled has the label `kept_share`."""
    is_accepted = kept.outcomes == ACCEPTED
    is_open, is_settled = is_accepted & (kept.persisted < 0), is_accepted & (kept.persisted >= 0)
    is_right = (is_accepted & (kept.persisted != 0)) | (kept.outcomes == TYPED)
    labels = np.where(is_open, np.float32(kept_share), is_right.astype(np.float32))
    return Lessons(
        kept.numbers, kept.at, kept.users, kept.domains, labels, is_open, is_settled, kept.features
    )


def settled_of(kept: Kept) -> Lessons:
    """The accepted ones of which it is known whether they stayed."""
    lessons = lessons_of(kept, kept_share=0.5)
    return lessons.chosen(lessons.is_settled)


def no_lessons() -> Lessons:
    """Nothing yet."""
    number, real, flag = np.zeros(0, np.int64), np.zeros(0, np.float32), np.zeros(0, np.bool_)
    return Lessons(number, number, number, number, real, flag, flag, np.zeros((0, len(FEATURES)), np.float32))


def joined(parts: Sequence[Lessons]) -> Lessons:
    """One behind the other."""
    every = [*parts, no_lessons()]
    columns = {
        field.name: np.concatenate([getattr(part, field.name) for part in every]) for field in fields(Lessons)
    }
    return Lessons(**columns)
