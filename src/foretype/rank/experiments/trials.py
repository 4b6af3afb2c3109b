"""Running experiments in memory: who gets what, at every key, and what came of it, written down each minute.

Keys wait for no disk: what was counted since the last minute is lost in a crash, from all arms alike. It does not know who
decides or listens.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, fields
from typing import Any

from foretype.compose.outcomes import Ended
from foretype.compose.request import OutcomeKind
from foretype.errors import StoreError
from foretype.rank.experiments.book import Book
from foretype.rank.experiments.plan import Arm, Experiment, Treatment
from foretype.rank.experiments.sums import Sums
from foretype.rank.experiments.verdict import Verdict, verdict_of
from foretype.rank.tally import TAKEN

NOTHING = Treatment()
MAX_REMEMBERED = 100_000  # users whose arms are remembered
UNEVEN = "users fall into the arms unevenly: what is counted is wrong, so nothing can be said"


@dataclass(frozen=True, slots=True)
class Place:
    """A user's arm in one experiment."""

    experiment: str
    arm: Arm


class Trials:
    """Safe for threads."""

    def __init__(self, book: Book) -> None:
        """Raises StoreError."""
        self._book = book
        self._lock = threading.Lock()
        self._counted: dict[tuple[str, str], dict[str, Sums]] = {}
        self._places: dict[str, tuple[Place, ...]] = {}
        self.running: tuple[Experiment, ...] = ()
        self.verdicts: dict[str, Verdict] = {}
        self.reload()

    def reload(self) -> None:
        """Follow the book: what was started or stopped since. Raises StoreError."""
        running = tuple(each for each in self._book.all() if each.is_running)
        if running != self.running:
            self.running, self._places = running, {}

    def places_of(self, user: str | None) -> tuple[Place, ...]:
        """The arms that a user is in, one an experiment."""
        if user is None or not self.running:
            return ()
        places = self._places
        found = places.get(user)
        if found is None:
            arms = ((each, each.arm_of(user)) for each in self.running)
            found = tuple(Place(each.name, arm) for each, arm in arms if arm is not None)
            if len(places) < MAX_REMEMBERED:
                places[user] = found
        return found

    def treatment_of(self, user: str | None) -> Treatment:
        """All that is changed for a user, by the arms that still run."""
        given = [place.arm.treatment for place in self.places_of(user) if self._runs(place)]
        return _merged(given) if given else NOTHING

    def arms(self) -> list[Place]:
        """Every arm that runs."""
        places = (Place(each.name, arm) for each in self.running for arm in each.arms)
        return [place for place in places if self._runs(place)]

    def stop_arm(self, place: Place, *, why: str, now_s: float) -> str:
        """End an arm; what was stopped, and why. Raises StoreError."""
        self._book.stop_arm(place.experiment, place.arm.name, why=why, now_s=now_s)
        self.reload()
        return f"{place.experiment}, arm {place.arm.name}: {why}"

    def met(self, user: str | None, *, elapsed_ms: float) -> None:
        """A key at which something might be shown to the user."""
        self._count(user, Sums(keys=1.0, latency_ms=elapsed_ms))

    def ended(self, ended: Ended) -> None:
        """A suggestion ended."""
        is_taken = ended.outcome in TAKEN
        is_wrong = not is_taken and ended.outcome is not OutcomeKind.TYPED
        saved = max(0, ended.characters - 1) if is_taken else 0
        self._count(ended.user, Sums(saved=saved, shown=1.0, taken=float(is_taken), wrong=float(is_wrong)))

    def turn_minute(self, now_s: float) -> list[str]:
        """Write down what was counted, judge, and stop what does harm; what was stopped, and why. Raises StoreError."""
        self._write()
        self.reload()
        stopped = []
        for experiment in self.running:
            verdict = verdict_of(experiment, self._book.sums(experiment.name))
            self.verdicts[experiment.name] = verdict
            stopped += self._guard(experiment, verdict, now_s)
        if stopped:
            self.reload()
        return stopped

    def forget(self, user: str) -> bool:
        """Remove what was counted of a user. Raises StoreError."""
        with self._lock:
            waiting = [users.pop(user, None) for users in self._counted.values()]
            self._places.pop(user, None)
        return self._book.forget(user) or any(waiting)

    def close(self) -> None:
        """Write down what is counted, and close the book."""
        try:
            self._write()
        finally:
            self._book.close()

    def _runs(self, place: Place) -> bool:
        experiment = next((each for each in self.running if each.name == place.experiment), None)
        return experiment is not None and place.arm.name not in experiment.stopped_arms

    def _count(self, user: str | None, sums: Sums) -> None:
        for place in self.places_of(user):
            assert user is not None
            with self._lock:
                users = self._counted.setdefault((place.experiment, place.arm.name), {})
                users[user] = users[user].plus(sums) if user in users else sums

    def _write(self) -> None:
        with self._lock:
            counted, self._counted = self._counted, {}
        for (experiment, arm), users in counted.items():
            try:
                self._book.add(experiment, arm, users)
            except StoreError:
                self._put_back(counted)
                raise
            users.clear()

    def _put_back(self, counted: dict[tuple[str, str], dict[str, Sums]]) -> None:
        """The disk refused: count on from there."""
        with self._lock:
            for key, users in counted.items():
                now = self._counted.setdefault(key, {})
                for user, sums in users.items():
                    now[user] = now[user].plus(sums) if user in now else sums

    def _guard(self, experiment: Experiment, verdict: Verdict, now_s: float) -> list[str]:
        if verdict.is_uneven:
            self._book.stop(experiment.name, why=UNEVEN, now_s=now_s)
            return [f"{experiment.name}: {UNEVEN}"]
        harmed = {arm: why for arm, why in verdict.harmed().items() if arm not in experiment.stopped_arms}
        arms = {arm.name: arm for arm in experiment.arms}
        return [
            self.stop_arm(Place(experiment.name, arms[name]), why=why, now_s=now_s)
            for name, why in harmed.items()
        ]


def _merged(given: list[Treatment]) -> Treatment:
    """Of several layers: what the first of them says."""
    found: dict[str, Any] = {}
    for field in fields(Treatment):
        values = (getattr(each, field.name) for each in given)
        found[field.name] = next((value for value in values if value is not None), None)
    return Treatment(**found)
