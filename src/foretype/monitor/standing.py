"""What the watch is told from outside, and what it tells of itself, as values.

It does not know how any of it is found.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from foretype.monitor.alarms import Alarm
from foretype.monitor.psi import Drift
from foretype.monitor.rules import Reading


class Changes(Protocol):
    """Sees changes in a stream of numbers within [-1, 1]."""

    @property
    def num_changes(self) -> int: ...
    @property
    def changed_s(self) -> float | None: ...
    def learn_many(self, values: list[float], *, at_s: float) -> int: ...


@runtime_checkable
class Follower(Protocol):
    """Learns with others, and may be cut off from them."""

    def behind_s(self, now_s: float) -> float | None:
        """For how long it has heard nothing new from them; None where it learns alone."""
        ...


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What only the service can tell. None: it cannot."""

    free_disk_mb: Callable[[], float | None]
    is_model_missing: Callable[[], bool]
    is_journal_failing: Callable[[], bool]  # its last write failed
    learning_behind_s: Callable[[], float | None] = lambda: (
        None
    )  # of a cluster; None: this server learns alone


@dataclass(frozen=True, slots=True)
class Standing:
    """What a panel shows: alarms that fire, and how everything drifts."""

    firing: tuple[Alarm, ...]
    reading: Reading | None
    is_acceptance_armed: bool
    features: tuple[Drift, ...]
    reliability: tuple[tuple[float, float, int], ...]  # confidence, share right, outcomes
    changes: Mapping[str, tuple[int, float | None]]  # of each stream: how many, and when the last
