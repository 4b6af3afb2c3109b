"""Putting together what learns on while a server runs: a decider, an ear for outcomes, and the thread behind them.

One process of a data folder learns; it does not know the composer that it is given to.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from foretype.rank.experiments.book import Book
from foretype.rank.experiments.deciding import TrialDecider, TrialOutcomes
from foretype.rank.experiments.trials import Trials
from foretype.rank.journal import Journal
from foretype.rank.online.live import LiveRanker
from foretype.rank.online.school import Event, School
from foretype.rank.online.versions import RANKERS, Versions
from foretype.rank.online.worker import Worker
from foretype.rank.ranker import Ranker


@dataclass(frozen=True, slots=True)
class Learning:
    """What a composer is given; closing its outcomes ends all of it."""

    decider: TrialDecider
    outcomes: LearningOutcomes
    trials: Trials
    versions: Versions


class LearningOutcomes(TrialOutcomes):
    """The trials' ear, and whoever has to stop before the journal is closed."""

    def __init__(self, journal: Journal, trials: Trials, worker: Worker) -> None:
        super().__init__(journal, trials, also_forget=worker.forget)
        self._worker = worker
        self._own_trials = trials

    def close(self) -> None:
        self._worker.close()
        self._own_trials.close()
        super().close()


def open_learning(
    data_dir: Path,
    journal: Journal,
    *,
    built_in: Path,
    open_ranker: Callable[[Path], Ranker],
    tenant: str | None,
    tell: Callable[[Event], None],
    tell_error: Callable[[Exception], None],
) -> Learning:
    """Begin to learn on in `data_dir`, on top of the ranker in power there (at first: `built_in`).

    Raises StoreError, also while another process learns there; ModelError where no ranker can be opened.
    """
    versions = Versions(data_dir / RANKERS, built_in=built_in)
    live = LiveRanker(open_ranker(built_in))

    def make_school(pause: Callable[[], None]) -> School:
        now_min = int(time.time() // 60)
        return School(
            versions, journal, live, open_ranker=open_ranker, tenant=tenant, now_min=now_min, pause=pause
        )

    trials = Trials(Book(data_dir))
    decider = TrialDecider(live, trials, versions, open_ranker=open_ranker)

    def try_on(now_s: float) -> None:
        for stopped in trials.turn_minute(now_s):
            name, _, why = stopped.partition(": ")
            tell(Event(name, "experiment stopped", why))
        decider.prepare()

    worker = Worker(make_school, tell=tell, tell_error=tell_error, also=(try_on,))
    worker.start()
    decider.prepare()
    return Learning(decider, LearningOutcomes(journal, trials, worker), trials, versions)
