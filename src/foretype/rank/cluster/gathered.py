"""The outcomes of all servers, gathered in one SQLite file: the journal that a cluster's learner learns from.

Taking a parcel and noting its entry are one transaction, and an outcome is known by its server and its number there; so
what is delivered twice is here once. Read like rank.journal.Journal. It does not know how parcels travel.
"""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from foretype.errors import StoreError
from foretype.personal.database import connect, migrate, told, transaction, wipe
from foretype.rank.cluster.parcel import Parcel
from foretype.rank.cluster.stream import Entry, EntryId
from foretype.rank.journal_file import Kept, columns_of
from foretype.rank.outcome import number_for

FILE_NAME = "gathered.sqlite3"
MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        "CREATE TABLE state(folder TEXT NOT NULL, salt BLOB, milliseconds INTEGER NOT NULL, entry INTEGER NOT NULL, "
        "wipe_due INTEGER NOT NULL)",
        "CREATE TABLE outcomes(number INTEGER PRIMARY KEY AUTOINCREMENT, server INTEGER NOT NULL, own INTEGER NOT NULL, "
        "at INTEGER NOT NULL, user INTEGER NOT NULL, domain INTEGER NOT NULL, outcome INTEGER NOT NULL, persisted INTEGER, "
        "features BLOB NOT NULL, UNIQUE(server, own))",
        "CREATE INDEX outcomes_at ON outcomes(at)",
        "CREATE INDEX outcomes_user ON outcomes(user)",
    ),
)
_INSERT = (
    "INSERT INTO outcomes(server, own, at, user, domain, outcome, persisted, features) VALUES (?, ?, ?, ?, ?, ?, ?, ?) "
    "ON CONFLICT(server, own) DO NOTHING"
)
_KEPT = (
    "SELECT number, at, user, domain, outcome, coalesce(persisted, -1), features FROM outcomes WHERE number > ? "
    "ORDER BY number LIMIT ?"
)


class Gathered:
    """One learner's file in `folder`. One thread calls it."""

    def __init__(self, folder: Path) -> None:
        """Raises StoreError for a folder that cannot be written, and a damaged, newer or foreign file."""
        self._path = folder / FILE_NAME
        self._connection = connect(self._path)
        migrate(self._connection, self._path, MIGRATIONS)
        self.folder, self.salt = self._begun()
        self._finish_wipe()

    @property
    def entry(self) -> EntryId:
        """Id of the last entry that was dealt with."""
        milliseconds, number = self.query("SELECT milliseconds, entry FROM state")[0]
        return milliseconds, number

    def agree(self, salt: bytes) -> None:
        """Number names by this key. Raises StoreError where outcomes under another key are kept."""
        if self.salt not in (None, salt):
            raise StoreError(
                f"{self._path}: found outcomes of another cluster, whose users have other numbers; learn in an empty "
                "folder, or name that cluster's Redis database"
            )
        if self.salt is None:
            with self._writing() as writer:
                writer.execute("UPDATE state SET salt = ?", (salt,))
            self.salt = salt

    def number(self, name: str) -> int:
        """What stands for a user or a domain in all journals of the cluster."""
        assert self.salt is not None, "agree on the key first"
        return number_for(name, key=self.salt)

    def take(self, entry: Entry, *, now_s: float) -> int:
        """Keep an entry's outcomes and later word, and that it was dealt with; how many were new.

        A server's clock may go ahead of ours: nothing is kept as of the future.
        """
        before = self._connection.total_changes
        with self._writing() as writer:
            if entry.parcel is not None:
                writer.executemany(_INSERT, _rows(entry.server, entry.parcel, now=int(now_s)))
            num_new = self._connection.total_changes - before
            if entry.parcel is not None:
                query = "UPDATE outcomes SET persisted = ? WHERE server = ? AND own = ?"
                later = [(persisted, entry.server, number) for number, persisted in entry.parcel.settled]
                writer.executemany(query, later)
            self._note(writer, entry.id)
        return num_new

    def note(self, id: EntryId) -> None:
        """The entries up to this one were dealt with."""
        with self._writing() as writer:
            self._note(writer, id)

    def forget(self, user: int) -> bool:
        """Delete a user's outcomes, from every byte of the file; False when there were none."""
        with self._writing() as writer:
            num_gone = writer.execute("DELETE FROM outcomes WHERE user = ?", (user,)).rowcount
            writer.execute("UPDATE state SET wipe_due = wipe_due OR ?", (num_gone > 0,))
        self._finish_wipe()
        return num_gone > 0

    def drop_before(self, at: int) -> int:
        """Delete what is older than `at`, in seconds since 1970; how many those were."""
        with self._writing() as writer:
            return writer.execute("DELETE FROM outcomes WHERE at < ?", (at,)).rowcount

    def kept(self, *, after: int = 0, limit: int = 100_000) -> Kept:
        """At most `limit` outcomes behind the one numbered `after`, in the order in which they came."""
        return columns_of(self.query(_KEPT, after, limit))

    def query(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        """The answers to a statement that only reads."""
        with told(self._path):
            return self._connection.execute(statement, values).fetchall()

    def close(self) -> None:
        with told(self._path):
            self._connection.close()

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with told(self._path), transaction(self._connection):
            yield self._connection

    def _begun(self) -> tuple[str, bytes | None]:
        """The name of this folder among learners', which it keeps; and the cluster's key, None before it is agreed on."""
        with self._writing() as writer:
            found = writer.execute("SELECT folder, salt FROM state").fetchone()
            if found is None:
                found = (secrets.token_hex(8), None)
                writer.execute("INSERT INTO state VALUES (?, ?, 0, 0, 0)", found)
        return found[0], found[1]

    def _note(self, writer: sqlite3.Connection, id: EntryId) -> None:
        writer.execute("UPDATE state SET milliseconds = ?, entry = ?", id)

    def _finish_wipe(self) -> None:
        """Wipe if a user was deleted, in this run or in one that was killed before it could."""
        with told(self._path):
            if self._connection.execute("SELECT wipe_due FROM state").fetchone()[0]:
                wipe(self._connection, self._path)
                self._connection.execute("UPDATE state SET wipe_due = 0")


def _rows(server: int, parcel: Parcel, *, now: int) -> Sequence[tuple[object, ...]]:
    kept = parcel.outcomes
    at: list[int] = np.minimum(kept.at, now).tolist()
    persisted = [None if each < 0 else each for each in kept.persisted.tolist()]
    features = [row.tobytes() for row in kept.features]
    columns = (kept.numbers.tolist(), at, kept.users.tolist(), kept.domains.tolist(), kept.outcomes.tolist())
    return [(server, *row) for row in zip(*columns, persisted, features, strict=True)]
