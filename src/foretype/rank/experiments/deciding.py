"""The doors through which experiments act and count: a decider that gives each user their arm's ranker, an ear for outcomes.

Delay and adapter are for whoever talks to clients and models: `Trials.treatment_of`. It does not know how arms are compared.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path as FilePath
from typing import Any, Protocol

from foretype.compose.decider import Decider
from foretype.compose.outcomes import Ended, Outcomes
from foretype.compose.path import Path
from foretype.compose.situation import Rates, Situation
from foretype.errors import InputError, ModelError
from foretype.rank.experiments.plan import Treatment
from foretype.rank.experiments.trials import Trials
from foretype.rank.online.live import LiveRanker
from foretype.rank.ranker import Ranker

Key = tuple[str | None, float | None]  # a version, a coverage
NOTHING: Key = (None, None)


class Rankers(Protocol):
    """Which version decides, and where versions lie: a folder's Versions, or a cluster's Member."""

    @property
    def current_name(self) -> str: ...

    def folder_of(self, name: str) -> FilePath: ...


class TrialDecider:
    """Satisfies compose.decider.Decider, Dial and Versioned: the ranker in power, but in an experiment the arm's."""

    def __init__(
        self,
        live: LiveRanker,
        trials: Trials,
        versions: Rankers,
        *,
        open_ranker: Callable[[FilePath], Ranker],
    ) -> None:
        self._live = live
        self._trials = trials
        self._versions = versions
        self._open_ranker = open_ranker
        self._rankers: dict[Key, Ranker] = {}
        self._opened_under = ""  # the version in power when they were opened

    @property
    def version(self) -> str:
        return self._live.version

    @property
    def reference(self) -> Mapping[str, Any] | None:
        return self._live.reference

    @property
    def coverage(self) -> float:
        return self._live.coverage

    @coverage.setter
    def coverage(self, share: float) -> None:
        self._live.coverage = share

    @property
    def phrase_from(self) -> float:
        return self._live.phrase_from

    def goes_further(self, num_chars: int, next_prob: float) -> bool:
        return self._live.goes_further(num_chars, next_prob)

    def choose(self, paths: Iterable[Path], situation: Situation, *, n: int) -> list[Path]:
        self._trials.met(situation.user, elapsed_ms=situation.elapsed_ms)
        return self._decider_for(situation.user).choose(paths, situation, n=n)

    def prepare(self, now_s: float) -> list[str]:
        """Open the rankers of arms, for the keys to come; what was stopped, and why. Raises StoreError.

        An arm whose ranker cannot be opened ends, so that it keeps no server from starting.
        """
        current = self._versions.current_name
        opened = self._rankers if current == self._opened_under else {}
        rankers: dict[Key, Ranker] = {}
        stopped = []
        for place in self._trials.arms():
            key = _key(place.arm.treatment)
            if key == NOTHING or key in rankers:
                continue
            try:
                rankers[key] = opened.get(key) or self._opened(key, current)
            except (InputError, ModelError) as error:
                stopped.append(self._trials.stop_arm(place, why=str(error), now_s=now_s))
        for (version, _), ranker in rankers.items():
            ranker.correction = self._live.correction if version in (None, current) else None
        self._rankers, self._opened_under = rankers, current
        return stopped

    def _opened(self, key: Key, current: str) -> Ranker:
        version, coverage = key
        ranker = self._open_ranker(self._versions.folder_of(version or current))
        ranker.coverage = coverage or self._live.coverage
        return ranker

    def _decider_for(self, user: str | None) -> Decider:
        return self._rankers.get(_key(self._trials.treatment_of(user)), self._live)


class TrialOutcomes:
    """Satisfies compose.outcomes.Outcomes: tells the trials, and passes on; whoever learned of a user forgets too."""

    def __init__(
        self, journal: Outcomes, trials: Trials, *, also_forget: Callable[[str], bool] = lambda user: False
    ) -> None:
        self.journal = journal
        self._trials = trials
        self._also_forget = also_forget

    def record(self, ended: Ended) -> None:
        self._trials.ended(ended)
        self.journal.record(ended)

    def settle(self, answer_id: str, *, persisted: bool) -> None:
        self.journal.settle(answer_id, persisted=persisted)

    def rates(self, user: str) -> Rates:
        return self.journal.rates(user)

    def forget(self, user: str) -> bool:
        """Raises StoreError; then ask again."""
        return any([self.journal.forget(user), self._trials.forget(user), self._also_forget(user)])

    def close(self) -> None:
        self.journal.close()


def _key(treatment: Treatment) -> Key:
    return treatment.ranker, treatment.coverage
