"""Do features still look as they did? Population stability index of each against a reference.

A reference is kept beside the ranker that was trained on it; without one, a service's own first week is. Histograms only,
never a row. It does not know what a feature means.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from foretype.errors import InputError
from foretype.monitor.evidence import Floats

MOVING, DRIFTED = 0.1, 0.25  # the usual two marks of this index
MIN_ROWS = 1000  # of each side: ten bins are 0.02 apart by chance
NUM_BINS = 10
SMOOTHED = 0.5  # added to each bin, so that an empty one is far but not infinitely far
LEARNING_HOURS = 7 * 24
LIVE_HOURS = 24

Level = Literal["learning", "steady", "moving", "drifted"]


@dataclass(frozen=True, slots=True)
class Drift:
    """One feature's state."""

    feature: str
    psi: float | None
    level: Level


@dataclass(frozen=True, slots=True)
class Edges:
    """Names of features, and where the bins of each end: values up to edges[0], then up to edges[1], ..., and the rest."""

    names: tuple[str, ...]
    edges: tuple[tuple[float, ...], ...]

    @classmethod
    def of_rows(cls, names: Sequence[str], rows: Floats) -> Edges:
        """Edges that part rows (rows, features) into tenths; a feature of few values has a bin for each.

        >>> Edges.of_rows(["flag"], np.array([[0.0], [1.0], [1.0]])).edges
        ((0.0,),)
        """
        cuts = np.quantile(rows, np.linspace(0.0, 1.0, NUM_BINS + 1)[:-1], axis=0, method="inverted_cdf")
        parts = (np.unique(cuts[:, at]) for at in range(len(names)))
        return cls(
            tuple(names),
            tuple(tuple(each[each < rows[:, at].max()].tolist()) for at, each in enumerate(parts)),
        )

    def counted(self, rows: Floats) -> list[Floats]:
        """Histograms of rows (rows, features), a list by feature."""
        return [
            np.bincount(np.searchsorted(edges, rows[:, at]), minlength=len(edges) + 1).astype(float)
            for at, edges in enumerate(self.edges)
        ]


def psi(reference: Floats, found: Floats) -> float:
    """The index of two histograms: 0 for the same shares, above 0.25 for another population.

    >>> round(psi(np.array([50.0, 50.0]), np.array([500.0, 500.0])), 3)
    0.0
    >>> round(psi(np.array([500.0, 500.0]), np.array([800.0, 200.0])), 2)
    0.41
    """
    first, second = reference + SMOOTHED, found + SMOOTHED
    first, second = first / first.sum(), second / second.sum()
    return float(((first - second) * np.log(first / second)).sum())


def reference_of(names: Sequence[str], rows: Floats) -> dict[str, Any]:
    """A reference to keep beside a ranker: histograms of the rows (rows, features) that it was trained on, as JSON."""
    edges = Edges.of_rows(names, rows)
    return FeatureWatch(edges, edges.counted(rows)).saved()


class FeatureWatch:
    """A reference, and the latest day hour by hour."""

    def __init__(self, edges: Edges, reference: Sequence[Floats] | None = None) -> None:
        self._edges = edges
        self._reference = (
            list(reference) if reference is not None else [np.zeros(len(each) + 1) for each in edges.edges]
        )
        self._num_learning = LEARNING_HOURS if reference is None else 0
        self._hours: deque[list[Floats]] = deque(maxlen=LIVE_HOURS)
        self._hour: int | None = None

    @property
    def names(self) -> tuple[str, ...]:
        return self._edges.names

    def learn_many(self, at_s: float, rows: Floats) -> None:
        """Count one minute's rows (rows, features)."""
        if not len(rows):
            return
        self._turn(int(at_s // 3600))
        for total, added in zip(self._hours[-1], self._edges.counted(rows), strict=True):
            total += added

    def states(self) -> list[Drift]:
        """Each feature's state, in the order of the names."""
        return [self._state(at, name) for at, name in enumerate(self._edges.names)]

    def saved(self) -> dict[str, Any]:
        """As JSON: the reference for the next start, or to be kept beside a ranker."""
        return {
            "names": list(self._edges.names),
            "edges": [list(edges) for edges in self._edges.edges],
            "counts": [counts.tolist() for counts in self._reference],
            "num_learning": self._num_learning,
        }

    @classmethod
    def restored(cls, saved: Mapping[str, Any]) -> FeatureWatch:
        """What `saved` gave. Raises InputError for anything else."""
        try:
            edges = Edges(tuple(saved["names"]), tuple(tuple(map(float, each)) for each in saved["edges"]))
            reference = [np.array(counts, float) for counts in saved["counts"]]
            fits = [len(counts) == len(each) + 1 for counts, each in zip(reference, edges.edges, strict=True)]
            watch = cls(edges, reference)
            watch._num_learning = int(saved["num_learning"])
        except (KeyError, TypeError, ValueError) as error:
            raise InputError(f"feature reference: found {error!r}, wanted names, edges and counts") from error
        if not all(fits) or len(edges.names) != len(edges.edges):
            raise InputError(
                "feature reference: wanted one count more than edges for every name; make it anew"
            )
        return watch

    def _turn(self, hour: int) -> None:
        """Begin the hour; while learning, what was the hour before becomes reference."""
        if hour == self._hour:
            return
        if self._hours and self._num_learning:
            for total, added in zip(self._reference, self._hours[-1], strict=True):
                total += added
            self._num_learning -= 1
        self._hours.append([np.zeros(len(each) + 1) for each in self._edges.edges])
        self._hour = hour

    def _state(self, at: int, name: str) -> Drift:
        live = np.sum([hour[at] for hour in self._hours], axis=0) if self._hours else np.zeros(1)
        if self._num_learning or min(live.sum(), self._reference[at].sum()) < MIN_ROWS:
            return Drift(name, None, "learning")
        found = psi(self._reference[at], live)
        return Drift(
            name, found, "drifted" if found >= DRIFTED else "moving" if found >= MOVING else "steady"
        )
