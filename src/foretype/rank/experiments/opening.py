"""Putting together what learns on while a server runs: a decider, an ear for outcomes, and the thread behind them.

A server learns alone in its data folder, or takes part in a cluster; it does not know the composer that it is given to.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from foretype.rank.cluster.member import Member
from foretype.rank.cluster.opening import open_member
from foretype.rank.experiments.book import Book
from foretype.rank.experiments.deciding import Rankers, TrialDecider, TrialOutcomes
from foretype.rank.experiments.trials import Trials
from foretype.rank.journal import Journal
from foretype.rank.online.live import LiveRanker
from foretype.rank.online.own_school import OwnSchool
from foretype.rank.online.school import Event
from foretype.rank.online.versions import RANKERS, Versions
from foretype.rank.online.worker import Study, Worker
from foretype.rank.ranker import Ranker


@dataclass(frozen=True, slots=True)
class Learning:
    """What a composer is given; closing its outcomes ends all of it."""

    decider: TrialDecider
    outcomes: LearningOutcomes
    trials: Trials
    rankers: Rankers


@dataclass(frozen=True, slots=True)
class Means:
    """What any server needs to learn on."""

    data_dir: Path
    built_in: Path  # the ranker to begin with
    open_ranker: Callable[[Path], Ranker]
    tenant: str | None
    tell: Callable[[Event], None]
    tell_error: Callable[[Exception], None]


class LearningOutcomes(TrialOutcomes):
    """The trials' ear, and whoever has to stop before the journal is closed."""

    def __init__(self, journal: Journal, trials: Trials, worker: Worker) -> None:
        super().__init__(journal, trials, also_forget=worker.forget)
        self._worker = worker
        self._own_trials = trials

    def behind_s(self, now_s: float) -> float | None:
        """For how long nothing was heard from a cluster; None where this server learns alone."""
        study = self._worker.study
        return study.behind_s(now_s) if isinstance(study, Member) else None

    def close(self) -> None:
        self._worker.close()
        self._own_trials.close()
        super().close()


def open_learning(journal: Journal, means: Means) -> Learning:
    """Begin to learn on in the data folder, on top of the ranker in power there (at first: the built-in one).

    Raises StoreError, also while another process learns there; ModelError where no ranker can be opened.
    """
    versions = Versions(means.data_dir / RANKERS, built_in=means.built_in)
    live = LiveRanker(means.open_ranker(means.built_in))

    def make_school(pause: Callable[[], None]) -> OwnSchool:
        return OwnSchool(
            versions,
            journal,
            live,
            open_ranker=means.open_ranker,
            tenant=means.tenant,
            now_min=int(time.time() // 60),
            pause=pause,
        )

    return _begun(journal, live, versions, make_school, means)


def open_shared_learning(url: str, journal: Journal, means: Means) -> Learning:
    """Take part in the cluster at `url`: others learn from this server's outcomes too, and it decides as all do.

    Raises ConfigError and StoreError as `open_member`, ModelError where no ranker can be opened.
    """
    live = LiveRanker(means.open_ranker(means.built_in))
    member = open_member(
        url,
        journal,
        live,
        data_dir=means.data_dir,
        built_in=means.built_in,
        open_ranker=means.open_ranker,
        tenant=means.tenant,
    )
    return _begun(journal, live, member, lambda pause: member, means)


def _begun(
    journal: Journal,
    live: LiveRanker,
    rankers: Rankers,
    make_study: Callable[[Callable[[], None]], Study],
    means: Means,
) -> Learning:
    trials = Trials(Book(means.data_dir))
    decider = TrialDecider(live, trials, rankers, open_ranker=means.open_ranker)

    def tell(stopped: list[str]) -> None:
        for name, _, why in (line.partition(": ") for line in stopped):
            means.tell(Event(name, "experiment stopped", why))

    def try_on(now_s: float) -> None:
        tell(trials.turn_minute(now_s))
        tell(decider.prepare(now_s))

    worker = Worker(make_study, tell=means.tell, tell_error=means.tell_error, also=(try_on,))
    worker.start()
    tell(decider.prepare(time.time()))
    return Learning(decider, LearningOutcomes(journal, trials, worker), trials, rankers)
