"""Who sits where: the version that decides and the one in the shadow, opened, learning, and changed as the book says.

Each learns, so whoever takes over has a correction of its own. It does not know how versions are judged.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from foretype.errors import ForetypeError, ModelError
from foretype.rank.online.guard import Before, Duel, Guard
from foretype.rank.online.learner import Learner
from foretype.rank.online.lessons import lessons_of
from foretype.rank.online.live import LiveRanker
from foretype.rank.online.source import Outcomes, Reading
from foretype.rank.online.versions import Version, Versions
from foretype.rank.ranker import Ranker

NUM_BEFORE = 2_000  # outcomes that a new ranker's rate is compared with


@dataclass(slots=True)
class Pupil:
    """One version that learns: its ranker, its learner, and how far it has been watched."""

    version: Version
    ranker: Ranker
    learner: Learner
    watched: Reading
    num_compared: int = 0

    @property
    def cursor(self) -> int:
        """Number of the last outcome that it learned."""
        return self.learner.standing.reading.cursor


class Seats:
    """The pupils of one data folder. `live` decides as the one in power would, from the next key on."""

    def __init__(
        self,
        versions: Versions,
        journal: Outcomes,
        live: LiveRanker,
        *,
        open_ranker: Callable[[Path], Ranker],
        tenant: str | None,
        now_min: int,
    ) -> None:
        """Raises StoreError, and ModelError where neither the version in power nor the one before can be opened."""
        self._versions = versions
        self._journal = journal
        self._live = live
        self._open_ranker = open_ranker
        self._tenant = tenant
        self.candidate: Pupil | None = None
        self.current = self._first(now_min)
        self._take_power(self.current)

    @property
    def pupils(self) -> list[Pupil]:
        """The one in power, and the one in the shadow if there is one."""
        return [self.current] if self.candidate is None else [self.current, self.candidate]

    def follow_the_book(self, now_min: int) -> None:
        """Do as the book says: it may have been changed from the command line."""
        wanted, candidate = self._versions.current, self._versions.candidate
        if wanted.name != self.current.version.name:
            self.switch_to(wanted, now_min)
        if self.candidate and (candidate is None or candidate.name != self.candidate.version.name):
            self.dismiss()
        if candidate is not None and self.candidate is None:
            try:
                self.candidate = self._enter(candidate, now_min=now_min)
            except ForetypeError as error:
                self._versions.reject(candidate.name, why=str(error), outcome=self.current.cursor)

    def switch_to(self, version: Version, now_min: int) -> None:
        """Another version decides; the one before stops learning."""
        if self.candidate is not None and self.candidate.version.name == version.name:
            new, self.candidate = self.candidate, None
            new.version, new.watched = version, Reading(cursor=version.since_outcome)
        else:
            new = self._enter(version, now_min=now_min)
        old = self.current
        self._take_power(new)
        old.learner.close()

    def dismiss(self) -> None:
        """Nobody is in the shadow any more."""
        if self.candidate is not None:
            self.candidate.learner.close()
            self.candidate = None

    def begin_another_duel(self) -> None:
        """The correction was reset, and is compared with none anew."""
        self.duel = Duel()

    def close(self) -> None:
        for pupil in self.pupils:
            pupil.learner.close()

    def _first(self, now_min: int) -> Pupil:
        """The version in power; the one before it where that cannot be opened."""
        wanted = self._versions.current
        try:
            return self._enter(wanted, now_min=now_min)
        except ModelError as error:
            if not self._versions.has_previous:
                raise
            before = self._versions.roll_back(why=str(error), outcome=wanted.since_outcome)
            return self._enter(before, now_min=now_min)

    def _enter(self, version: Version, *, now_min: int) -> Pupil:
        ranker = self._open_ranker(self._versions.folder_of(version.name))
        learner = Learner(
            self._versions.learned_folder(version.name),
            ranker.scorer,
            number=self._journal.number,
            tenant=self._tenant,
            now_min=now_min,
        )
        ranker.correction = learner.correction
        return Pupil(version, ranker, learner, Reading(cursor=version.since_outcome))

    def _take_power(self, pupil: Pupil) -> None:
        self.current = pupil
        self._live.install(pupil.ranker)
        self.guard = Guard(self._before(pupil))
        self.duel = Duel()

    def _before(self, pupil: Pupil) -> Before:
        """How the last suggestions did before the version took over; nothing to compare with for the first."""
        since = pupil.version.since_outcome
        kept = self._journal.kept(after=max(0, since - NUM_BEFORE), limit=min(since, NUM_BEFORE) or 1)
        lessons = lessons_of(kept, kept_share=pupil.learner.standing.reading.settlements.kept_share)
        lessons = lessons.chosen(lessons.numbers <= since)
        return Before(len(lessons), round(float(lessons.labels.sum())))
