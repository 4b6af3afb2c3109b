"""The school: turns the minute for everything that learns on. One call does what is due, whoever's clock it is.

    lessons of age -> the learner of the ranker in power, and of the one in the shadow
                   -> guard: roll back?      shadow: take over?      duel: does the correction harm?

A new ranker learns in the shadow too, so it takes over with a correction of its own. It does not know threads (worker.py).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from foretype.errors import ForetypeError, ModelError
from foretype.rank.online.guard import Before, Duel, Guard
from foretype.rank.online.learner import Learner
from foretype.rank.online.lessons import Lessons, joined, lessons_of
from foretype.rank.online.live import LiveRanker
from foretype.rank.online.shadow import Comparison, compare, is_time_to_look
from foretype.rank.online.source import AT_ONCE, Outcomes, Reading, Source
from foretype.rank.online.versions import Version, Versions
from foretype.rank.ranker import Ranker

NUM_BEFORE = 2_000  # outcomes that a new ranker's rate is compared with
MAX_COMPARED = 20_000  # outcomes, the latest: a look takes a second at most


@dataclass(frozen=True, slots=True)
class Event:
    """Something that whoever administers should know of."""

    version: str
    what: str  # "takes over", "rolled back", "rejected", "correction reset"
    why: str


@dataclass(slots=True)
class Pupil:
    """One version that learns: its ranker, its learner, and how far it has been watched."""

    version: Version
    ranker: Ranker
    learner: Learner
    watched: Reading
    num_compared: int = 0


class School:
    """Everything that is learned on in one data folder. One thread calls it."""

    def __init__(
        self,
        versions: Versions,
        journal: Outcomes,
        live: LiveRanker,
        *,
        open_ranker: Callable[[Path], Ranker],
        tenant: str | None,
        now_min: int,
        pause: Callable[[], None] = lambda: None,
    ) -> None:
        """`pause` is called between steps, for others to have their turn. Raises StoreError and ModelError."""
        self.versions = versions
        self._journal = journal
        self._source = Source(journal)
        self._live = live
        self._open_ranker = open_ranker
        self._tenant = tenant
        self._pause = pause
        self._random = np.random.default_rng()
        self._duel = Duel()
        self.last_comparison: Comparison | None = None
        self.candidate: Pupil | None = None
        self.current = self._first(now_min)
        self._take_power(self.current)

    def turn_minute(self, now_s: float) -> list[Event]:
        """Learn what came of age, and judge by it. Raises StoreError if the disk refuses; call again."""
        now_min = int(now_s // 60)
        self._follow_the_book(now_min)
        events = []
        for pupil in (self.current, self.candidate):
            if pupil is not None:
                events += self._teach(pupil, now_s=now_s)
                pupil.learner.tick(now_min)
        return events + self._watch(now_s) + self._compare(now_s)

    def forget(self, user: str) -> bool:
        """Remove what was learned of a user, from all files of all versions. Raises StoreError."""
        return self.forget_number(self._journal.number(user))

    def forget_number(self, user: int) -> bool:
        """The same, by what stands for the user in the journal."""
        pupils = [pupil for pupil in (self.current, self.candidate) if pupil is not None]
        known = [pupil.learner.forget(user) for pupil in pupils]
        self.versions.drop_learned(except_for={pupil.version.name for pupil in pupils})
        return any(known)

    def close(self) -> None:
        for pupil in (self.current, self.candidate):
            if pupil is not None:
                pupil.learner.close()

    def _first(self, now_min: int) -> Pupil:
        """The version in power; the one before it where that cannot be opened."""
        wanted = self.versions.current
        try:
            return self._enter(wanted, now_min=now_min)
        except ModelError as error:
            if not self.versions.has_previous:
                raise
            before = self.versions.roll_back(why=str(error), outcome=wanted.since_outcome)
            return self._enter(before, now_min=now_min)

    def _enter(self, version: Version, *, now_min: int) -> Pupil:
        ranker = self._open_ranker(self.versions.folder_of(version.name))
        learner = Learner(
            self.versions.learned_folder(version.name),
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
        self._guard = Guard(self._before(pupil.version))
        self._duel = Duel()

    def _before(self, version: Version) -> Before:
        """How the last suggestions did before the version took over; nothing to compare with for the first."""
        since = version.since_outcome
        kept = self._journal.kept(after=max(0, since - NUM_BEFORE), limit=min(since, NUM_BEFORE) or 1)
        lessons = lessons_of(kept, kept_share=self.current.learner.standing.reading.settlements.kept_share)
        lessons = lessons.chosen(lessons.numbers <= since)
        return Before(len(lessons), round(float(lessons.labels.sum())))

    def _follow_the_book(self, now_min: int) -> None:
        """Do as the book says: it may have been changed from the command line."""
        wanted, candidate = self.versions.current, self.versions.candidate
        if wanted.name != self.current.version.name:
            self._switch_to(wanted, now_min)
        if self.candidate and (candidate is None or candidate.name != self.candidate.version.name):
            self._dismiss()
        if candidate is not None and self.candidate is None:
            try:
                self.candidate = self._enter(candidate, now_min=now_min)
            except ForetypeError as error:
                self.versions.reject(candidate.name, why=str(error), outcome=self._cursor)

    def _switch_to(self, version: Version, now_min: int) -> None:
        """Another version decides; the one before stops learning."""
        if self.candidate is not None and self.candidate.version.name == version.name:
            new, self.candidate = self.candidate, None
            new.version, new.watched = version, Reading(cursor=version.since_outcome)
        else:
            new = self._enter(version, now_min=now_min)
        old = self.current
        self._take_power(new)
        old.learner.close()

    def _dismiss(self) -> None:
        if self.candidate is not None:
            self.candidate.learner.close()
            self.candidate = None

    @property
    def _cursor(self) -> int:
        """Number of the last outcome that was learned."""
        return self.current.learner.standing.reading.cursor

    def _teach(self, pupil: Pupil, *, now_s: float) -> list[Event]:
        """All there is behind the learner's cursor, a step at a time."""
        events: list[Event] = []
        while True:
            standing = pupil.learner.standing
            batch, reading = self._source.next(standing.reading, now_s=now_s, limit=AT_ONCE)
            if pupil is self.current and len(batch.lessons):
                events += self._duelled(pupil, batch.lessons, now_min=int(now_s // 60))
            pupil.learner.learn(batch, now_min=int(now_s // 60), reading=reading)
            self._pause()
            if len(batch.lessons) < AT_ONCE:
                return events

    def _duelled(self, pupil: Pupil, lessons: Lessons, *, now_min: int) -> list[Event]:
        """Compare the correction with none, before it learns these; a correction that harms begins anew."""
        plain = pupil.ranker.scorer.score_many(lessons.features)
        self._duel.saw(plain, pupil.learner.probs(lessons), lessons.labels)
        if not self._duel.is_lost:
            return []
        self._duel = Duel()
        pupil.learner.begin_anew(now_min=now_min)
        return [Event(pupil.version.name, "correction reset", "it claimed worse than the ranker alone")]

    def _watch(self, now_s: float) -> list[Event]:
        """The guard sees what was shown since the ranker in power took over."""
        lessons, reading = self._unseen(self.current.watched, now_s)
        self.current.watched = reading
        claims = self.current.ranker.scorer.score_many(lessons.features) if len(lessons) else np.zeros(0)
        self._guard.saw(claims, lessons.labels >= 0.5)
        why, name = self._guard.verdict, self.current.version.name
        if why is None or not self.versions.has_previous:
            return []
        self._switch_to(self.versions.roll_back(why=why, outcome=self._cursor), int(now_s // 60))
        return [Event(name, "rolled back", why)]

    def _unseen(self, reading: Reading, now_s: float) -> tuple[Lessons, Reading]:
        parts = []
        while True:
            batch, reading = self._source.next(reading, now_s=now_s, limit=AT_ONCE)
            parts.append(batch.lessons)
            self._pause()
            if len(batch.lessons) < AT_ONCE:
                return joined(parts), reading

    def _compare(self, now_s: float) -> list[Event]:
        """Look whether the ranker in the shadow is better, at the times that are set for it."""
        pupil = self.candidate
        if pupil is None or self.versions.candidate is None:
            return []
        since = pupil.version.since_outcome
        num_now = self._cursor - since
        if not is_time_to_look(pupil.num_compared, num_now):
            return []
        pupil.num_compared = num_now
        start = max(since, self._cursor - MAX_COMPARED)
        lessons, _ = self._unseen(Reading(cursor=start), now_s)
        claims = [each.ranker.scorer.score_many(lessons.features) for each in (self.current, pupil)]
        self.last_comparison = found = compare(lessons, claims[0], claims[1], random=self._random)
        return self._decided(pupil, found, int(now_s // 60))

    def _decided(self, pupil: Pupil, found: Comparison, now_min: int) -> list[Event]:
        name = pupil.version.name
        why = (
            f"log loss {found.log_loss.value:+.4f} ({found.log_loss.low:+.4f} to {found.log_loss.high:+.4f}), "
            f"{found.num_outcomes} outcomes"
        )
        if found.is_better:
            self._switch_to(self.versions.use(name, why=why, outcome=self._cursor), now_min)
            return [Event(name, "takes over", why)]
        if found.is_worse:
            self.versions.reject(name, why=why, outcome=self._cursor)
            self._dismiss()
            return [Event(name, "rejected", why)]
        return []
