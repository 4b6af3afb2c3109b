"""A table that lives in a folder: a snapshot, and a journal of what was touched since.

    table-<sequence>.snapshot      the table after so many syncs
    table-<sequence>.journal       the syncs after that

Whatever moment the process dies in, opening the folder gives the table of the last finished sync. A checkpoint begins
a new journal, writes the table shard by shard while changes go on, and syncs once more before it counts: rows are
absolute, so what it shows too early the journals only say again.

It does not know replicas, nor what makes a row change.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any

from numpy.typing import NDArray

from foretype.errors import InputError, StoreError
from foretype.rank.table.delta import Delta
from foretype.rank.table.entries import Keys, Mask, Rows, checked_keys
from foretype.rank.table.folder import (
    FolderLock,
    journal_path,
    journals_from,
    newest_snapshot,
    snapshot_path,
    sweep,
)
from foretype.rank.table.journal import Journal, read_journal
from foretype.rank.table.kernels import Kernels
from foretype.rank.table.snapshot import SnapshotWriter, Stamp, open_snapshot, sync_folder, write_snapshot
from foretype.rank.table.table import MAX_SHARD_SLOTS, Table
from foretype.rank.table.touched import Touched

MAX_DELTA_ENTRIES = 100_000  # 5 MB at width 9: a Redis server takes it at once, and a replica in 50 ms


class KeptTable:
    """A table whose changes outlive the process once `sync` has returned. One process at a time, and in it one thread
    that changes, syncs and checkpoints; any thread may read."""

    def __init__(
        self,
        folder: Path,
        *,
        width: int,
        kernels: Kernels | None = None,
        max_shard_slots: int = MAX_SHARD_SLOTS,
    ) -> None:
        """Opens the folder's table, or begins one of `width` floats a row.

        Raises StoreError for damage and if another process has it open, InputError for a table of another width.
        """
        self._folder = folder
        self._lock = FolderLock(folder)
        try:
            self._table, self._stamp = _opened(
                folder, width=width, kernels=kernels, max_shard_slots=max_shard_slots
            )
            self._journal = self._recover()
        except BaseException:
            self._lock.release()
            raise
        self._touched = Touched()
        sweep(folder, keep_from=self._snapshot_sequence)

    @property
    def table(self) -> Table:
        """To read; changes made to it here are not kept."""
        return self._table

    @property
    def stamp(self) -> Stamp:
        """Lineage, and how many syncs there were."""
        return self._stamp

    @property
    def journal_bytes(self) -> int:
        """Length of the journal since the last checkpoint: what the next opening must read."""
        return self._journal.num_bytes

    def rows(self, keys: NDArray[Any]) -> tuple[Rows, Mask]:
        return self._table.rows(keys)

    def upsert(self, keys: NDArray[Any], rows: NDArray[Any], *, now_min: int) -> None:
        """As Table.upsert; durable after the next sync."""
        self._touched.add(checked_keys(keys))
        self._table.upsert(keys, rows, now_min=now_min)

    def erase(self, keys: NDArray[Any]) -> Mask:
        """As Table.erase. The files hold the rows until the next checkpoint is done."""
        self._touched.add(checked_keys(keys))
        return self._table.erase(keys)

    def expire(self, *, unused_since_min: int) -> Keys:
        """As Table.expire."""
        gone = self._table.expire(unused_since_min=unused_since_min)
        self._touched.add(gone)
        return gone

    def sync(self) -> list[Delta]:
        """Put what was touched since the last sync on the disk; gives it back for replicas, in order.

        Empty if nothing was touched. Raises StoreError, and keeps what is not on the disk for the next try; what was
        on it before is not given back again, but a FolderFeed has it.
        """
        deltas = []
        for keys in self._touched.batches(MAX_DELTA_ENTRIES):
            changed, gone = self._table.pick(keys)
            delta = Delta(self._stamp.lineage, self._stamp.sequence + 1, changed, gone)
            self._journal.append(delta)
            self._stamp = Stamp(delta.lineage, delta.sequence)
            self._touched.drop(len(keys))
            deltas.append(delta)
        return deltas

    def checkpoint(self) -> list[Delta]:
        """A new snapshot, and no journal before it; the deltas of its syncs, as from `sync`."""
        return [delta for deltas in self.checkpoint_steps() for delta in deltas]

    def checkpoint_steps(self) -> Iterator[list[Delta]]:
        """The same in steps of one shard, between which the table may be read, changed and synced.

        Give each step's deltas to replicas too. Left before its end it has changed nothing but the journal's file.
        """
        yield self.sync()
        self._begin_journal()
        begun = self._stamp
        writer = SnapshotWriter(snapshot_path(self._folder, begun.sequence), begun, self._table)
        try:
            for region in self._table.copies():
                writer.add(region)
                yield []
            deltas = self.sync()
            writer.finish()
        except BaseException:
            writer.abandon()
            raise
        self._snapshot_sequence = begun.sequence
        sweep(self._folder, keep_from=begun.sequence)
        yield deltas

    def close(self) -> None:
        """Close the files; what was not synced is lost."""
        self._journal.close()
        self._lock.release()

    def __enter__(self) -> KeptTable:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _recover(self) -> Journal:
        """Read the journals behind the snapshot, and go on with the last."""
        self._snapshot_sequence = self._stamp.sequence
        paths = journals_from(self._folder, self._stamp.sequence) or [
            journal_path(self._folder, self._stamp.sequence)
        ]
        journal = Journal(paths[-1])
        for path in paths:
            for delta in read_journal(path, after=self._stamp.sequence):
                self._replay(delta, path)
        return journal

    def _replay(self, delta: Delta, path: Path) -> None:
        if (delta.lineage, delta.sequence) != (self._stamp.lineage, self._stamp.sequence + 1):
            raise StoreError(
                f"{path}: found sync {delta.sequence}, wanted {self._stamp.sequence + 1} of the snapshot's table; "
                "a file is missing or foreign: restore a copy of the folder"
            )
        self._table.erase(delta.gone)
        self._table.put(delta.changed)
        self._stamp = Stamp(delta.lineage, delta.sequence)

    def _begin_journal(self) -> None:
        path = journal_path(self._folder, self._stamp.sequence)
        journal = Journal(path)
        sync_folder(self._folder)
        self._journal.close()
        self._journal = journal


def _opened(
    folder: Path, *, width: int, kernels: Kernels | None, max_shard_slots: int
) -> tuple[Table, Stamp]:
    path = newest_snapshot(folder)
    if path is None:
        table = Table(
            width=width, seed=secrets.randbits(63), kernels=kernels, max_shard_slots=max_shard_slots
        )
        stamp = Stamp(secrets.randbits(63), 0)
        write_snapshot(snapshot_path(folder, 0), table, stamp)
        return table, stamp
    table, stamp = open_snapshot(path, kernels=kernels, max_shard_slots=max_shard_slots)
    if table.width != width:
        raise InputError(
            f"{path}: found rows of {table.width} floats, wanted {width}; open it with its own width, "
            "or begin in an empty folder"
        )
    return table, stamp
