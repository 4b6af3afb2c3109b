"""Versions of the ranker, and experiments with what may be said of them so far: read from the data folder.

It does not know who trains, judges or stops any of them.
"""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from msgspec import Struct

from foretype.rank.experiments.book import FILE_NAME, Book
from foretype.rank.experiments.plan import Experiment
from foretype.rank.experiments.verdict import Reading, Verdict, verdict_of
from foretype.rank.online.versions import RANKERS, Version, Versions
from foretype.serve.messages import Time


class RankerReply(Struct, frozen=True):
    """One version. `added` is null for the one that comes with the package."""

    name: str
    state: str
    added: Time | None
    why: str


class ExperimentReply(Struct, frozen=True):
    """One experiment. `uneven`: users fell into the arms otherwise than planned, so its readings mean nothing."""

    name: str
    layer: str
    arms: tuple[str, ...]
    started: Time
    stopped: Time | None
    stopped_why: str
    uneven: bool
    readings: tuple[Reading, ...]


class ModelsReply(Struct, frozen=True):
    rankers: tuple[RankerReply, ...]
    experiments: tuple[ExperimentReply, ...]


def models_in(folder: Path) -> ModelsReply:
    """All that a data folder knows of them; a folder without a ranker's book has none to tell of. Raises StoreError."""
    rankers = Versions(folder / RANKERS, built_in=folder).all() if (folder / RANKERS).is_dir() else []
    return ModelsReply(tuple(map(_ranker, rankers)), _experiments(folder))


def _experiments(folder: Path) -> tuple[ExperimentReply, ...]:
    if not (folder / FILE_NAME).exists():
        return ()
    with closing(Book(folder)) as book:
        return tuple(_experiment(each, verdict_of(each, book.sums(each.name))) for each in book.all())


def _ranker(version: Version) -> RankerReply:
    added = _time(version.added_s) if version.added_s else None
    return RankerReply(version.name, version.state.value, added, version.why)


def _experiment(experiment: Experiment, verdict: Verdict) -> ExperimentReply:
    return ExperimentReply(
        name=experiment.name,
        layer=experiment.layer,
        arms=tuple(arm.name for arm in experiment.arms),
        started=_time(experiment.started_s),
        stopped=None if experiment.stopped_s is None else _time(experiment.stopped_s),
        stopped_why=experiment.stopped_why,
        uneven=verdict.is_uneven,
        readings=verdict.readings,
    )


def _time(at_s: float) -> datetime:
    return datetime.fromtimestamp(at_s, UTC)
