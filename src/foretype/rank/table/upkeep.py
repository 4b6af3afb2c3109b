"""What a kept table needs by the clock: a sync every minute, a checkpoint every hour, an expiry every day.

The clock is the caller's: it says what minute it is, as often as it likes. It does not know who learns, nor who the
deltas are for.
"""

from __future__ import annotations

from dataclasses import dataclass

from foretype.rank.table.delta import Delta
from foretype.rank.table.kept import KeptTable

DAY_MIN = 1_440


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How often what is done, in minutes, and how many days without use a row is kept."""

    sync_min: int = 1
    checkpoint_min: int = 60
    expire_min: int = DAY_MIN
    kept_days: int = 365


class Upkeep:
    """Does what is due. The first tick expires too, or a process that restarts every day never would."""

    def __init__(self, kept: KeptTable, *, rhythm: Rhythm, now_min: int) -> None:
        self._kept = kept
        self._rhythm = rhythm
        self._synced_min = self._checkpointed_min = now_min
        self._expired_min = now_min - rhythm.expire_min

    def tick(self, now_min: int) -> list[Delta]:
        """The deltas of what was due, in order. Raises StoreError if the disk refuses; the next tick tries again."""
        rhythm = self._rhythm
        if now_min - self._expired_min >= rhythm.expire_min:
            self._kept.expire(unused_since_min=max(0, now_min - rhythm.kept_days * DAY_MIN))
            self._expired_min = now_min
        if now_min - self._checkpointed_min >= rhythm.checkpoint_min:
            deltas = self._kept.checkpoint()
            self._checkpointed_min = self._synced_min = now_min
            return deltas
        if now_min - self._synced_min >= rhythm.sync_min:
            deltas = self._kept.sync()
            self._synced_min = now_min
            return deltas
        return []
