"""A feed out of the training table's own folder: for replicas on the same machine or on a shared disk.

It only reads, at any moment, also while the table is being written. It does not know what a replica does with it.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import numpy as np

from foretype.errors import StoreError
from foretype.rank.table.delta import Delta
from foretype.rank.table.folder import journals_holding, newest_snapshot
from foretype.rank.table.journal import read_journal
from foretype.rank.table.replica import Full
from foretype.rank.table.snapshot import Stamp, open_snapshot
from foretype.rank.table.table import Table

MAX_TRIES = 5  # each time a newer snapshot has replaced the one that was about to be opened


class FolderFeed:
    """Deltas from a folder's journals, whole tables from its snapshots."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def after(self, stamp: Stamp) -> Iterator[Delta] | None:
        deltas = self._deltas(stamp.sequence)
        first = next(deltas, None)
        if first is None:
            return iter(()) if self._ends_at(stamp) else None
        follows = (first.lineage, first.sequence) == (stamp.lineage, stamp.sequence + 1)
        return chain([first], deltas) if follows else None

    def full(self) -> Full | None:
        for _ in range(MAX_TRIES):
            path = newest_snapshot(self._folder)
            if path is None:
                return None
            try:
                table, stamp = open_snapshot(path)
            except StoreError:
                if path.exists():
                    raise
                continue
            return Full(stamp, _parts(table, stamp), table)
        raise StoreError(
            f"{self._folder}: snapshots are replaced faster than they open; checkpoint less often"
        )

    def _deltas(self, sequence: int) -> Iterator[Delta]:
        """Deltas above `sequence`; ends early where a checkpoint deletes what is being read."""
        try:
            for path in journals_holding(self._folder, sequence):
                yield from read_journal(path, after=sequence)
        except FileNotFoundError:
            return

    def _ends_at(self, stamp: Stamp) -> bool:
        """Whether the table stands where the stamp says, and did not go back to an older copy."""
        full = self.full()
        if full is None or full.stamp.lineage != stamp.lineage:
            return False
        return full.stamp == stamp or any(
            delta.sequence == stamp.sequence for delta in self._deltas(stamp.sequence - 1)
        )


def _parts(table: Table, stamp: Stamp) -> Iterator[Delta]:
    nothing_gone = np.zeros(0, np.int64)
    return (Delta(stamp.lineage, stamp.sequence, entries, nothing_gone) for entries in table.entries())
