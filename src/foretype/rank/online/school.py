"""The school: turns the minute for everything that learns on. One call does what is due, whoever's clock it is.

    lessons of age -> the learner of the ranker in power, and of the one in the shadow (seats.py)
                   -> guard: roll back?      shadow: take over?      duel: does the correction harm?

It does not know threads (worker.py), nor whose outcomes they are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from foretype.rank.online.lessons import Lessons, joined
from foretype.rank.online.live import LiveRanker
from foretype.rank.online.seats import Pupil, Seats
from foretype.rank.online.shadow import Comparison, compare, is_time_to_look
from foretype.rank.online.source import AT_ONCE, Outcomes, Reading, Source
from foretype.rank.online.versions import Versions
from foretype.rank.ranker import Ranker

MAX_COMPARED = 20_000  # outcomes, the latest: a look takes a second at most


@dataclass(frozen=True, slots=True)
class Event:
    """Something that whoever administers should know of."""

    version: str
    what: str  # "takes over", "rolled back", "rejected", "correction reset"
    why: str


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
        self._pause = pause
        self._random = np.random.default_rng()
        self._seats = Seats(versions, journal, live, open_ranker=open_ranker, tenant=tenant, now_min=now_min)
        self.last_comparison: Comparison | None = None

    @property
    def current(self) -> Pupil:
        """The one whose ranker decides."""
        return self._seats.current

    def turn_minute(self, now_s: float) -> list[Event]:
        """Learn what came of age, and judge by it. Raises StoreError if the disk refuses; call again."""
        now_min = int(now_s // 60)
        self._seats.follow_the_book(now_min)
        events = []
        for pupil in self._seats.pupils:
            events += self._teach(pupil, now_s=now_s)
            pupil.learner.tick(now_min)
        return events + self._watch(now_s) + self._compare(now_s)

    def forget(self, user: str) -> bool:
        """Remove what was learned of a user, from all files of all versions. Raises StoreError."""
        return self.forget_number(self._journal.number(user))

    def forget_number(self, user: int) -> bool:
        """The same, by what stands for the user in the journal."""
        pupils = self._seats.pupils
        known = [pupil.learner.forget(user) for pupil in pupils]
        self.versions.drop_learned(except_for={pupil.version.name for pupil in pupils})
        return any(known)

    def close(self) -> None:
        self._seats.close()

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
        duel = self._seats.duel
        duel.saw(plain, pupil.learner.probs(lessons), lessons.labels)
        if not duel.is_lost:
            return []
        self._seats.begin_another_duel()
        pupil.learner.begin_anew(now_min=now_min)
        return [Event(pupil.version.name, "correction reset", "it claimed worse than the ranker alone")]

    def _watch(self, now_s: float) -> list[Event]:
        """The guard sees what was shown since the ranker in power took over."""
        pupil = self.current
        for lessons, reading in self._unseen(pupil.watched, now_s):
            pupil.watched = reading
            if len(lessons):
                self._seats.guard.saw(pupil.ranker.scorer.score_many(lessons.features), lessons.labels >= 0.5)
        why, name = self._seats.guard.verdict, self.current.version.name
        if why is None or not self.versions.has_previous:
            return []
        self._seats.switch_to(self.versions.roll_back(why=why, outcome=self.current.cursor), int(now_s // 60))
        return [Event(name, "rolled back", why)]

    def _unseen(self, reading: Reading, now_s: float) -> Iterator[tuple[Lessons, Reading]]:
        """All there is behind a reading, and how far each part reaches: a learner that starts looks at weeks of it."""
        while True:
            batch, reading = self._source.next(reading, now_s=now_s, limit=AT_ONCE)
            yield batch.lessons, reading
            self._pause()
            if len(batch.lessons) < AT_ONCE:
                return

    def _compare(self, now_s: float) -> list[Event]:
        """Look whether the ranker in the shadow is better, at the times that are set for it."""
        pupil = self._seats.candidate
        if pupil is None or self.versions.candidate is None:
            return []
        since = pupil.version.since_outcome
        num_now = self.current.cursor - since
        if not is_time_to_look(pupil.num_compared, num_now):
            return []
        pupil.num_compared = num_now
        start = max(since, self.current.cursor - MAX_COMPARED)
        lessons = joined([part for part, _ in self._unseen(Reading(cursor=start), now_s)])
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
            self._seats.switch_to(self.versions.use(name, why=why, outcome=self.current.cursor), now_min)
            return [Event(name, "takes over", why)]
        if found.is_worse:
            self.versions.reject(name, why=why, outcome=self.current.cursor)
            self._seats.dismiss()
            return [Event(name, "rejected", why)]
        return []
