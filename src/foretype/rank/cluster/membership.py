"""What a server keeps of its cluster: its number among the servers, and users whom others have not been told to forget.

One SQLite file, written before anything is forgotten here; so a user who was forgotten while Redis was away, or in the
moment of a crash, is told of later. It does not know how it is told.
"""

from __future__ import annotations

import secrets
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from foretype.personal.database import connect, migrate, told, transaction
from foretype.rank.journal import Journal

CLUSTER = "cluster"  # folder in the data folder
FILE_NAME = "member.sqlite3"
MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        "CREATE TABLE state(server INTEGER NOT NULL, salt BLOB)",
        "CREATE TABLE forgotten(user INTEGER PRIMARY KEY)",
    ),
)


class Membership:
    """One data folder's file. Safe for threads and processes."""

    def __init__(self, data_dir: Path) -> None:
        """Raises StoreError for a folder that cannot be written, and a damaged, newer or foreign file."""
        self.folder = data_dir / CLUSTER
        self._path = self.folder / FILE_NAME
        self._connection = connect(self._path)
        self._lock = threading.Lock()
        migrate(self._connection, self._path, MIGRATIONS)
        self.server = self._numbered()

    @property
    def salt(self) -> bytes | None:
        """The key of the cluster that this server joined; None before it did."""
        found: bytes | None = self._ask("SELECT salt FROM state")[0][0]
        return found

    def join(self, salt: bytes) -> None:
        """Remember the cluster's key."""
        with self._writing() as writer:
            writer.execute("UPDATE state SET salt = ?", (salt,))

    def forget(self, user: int) -> None:
        """The cluster has to be told of this user. Durable on return."""
        with self._writing() as writer:
            writer.execute("INSERT INTO forgotten VALUES (?) ON CONFLICT DO NOTHING", (user,))

    def untold(self) -> list[int]:
        """Users whom the cluster was not told of yet."""
        return [user for (user,) in self._ask("SELECT user FROM forgotten")]

    def told_of(self, user: int) -> None:
        """The cluster knows."""
        with self._writing() as writer:
            writer.execute("DELETE FROM forgotten WHERE user = ?", (user,))

    def close(self) -> None:
        with self._lock, told(self._path):
            self._connection.close()

    def _ask(self, query: str) -> list[tuple[Any, ...]]:
        with self._lock, told(self._path):
            return self._connection.execute(query).fetchall()

    def _numbered(self) -> int:
        with self._writing() as writer:
            found = writer.execute("SELECT server FROM state").fetchone()
            if found is None:
                found = (secrets.randbits(62),)
                writer.execute("INSERT INTO state VALUES (?, NULL)", found)
        return int(found[0])

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._lock, told(self._path), transaction(self._connection):
            yield self._connection


class ClusterJournal(Journal):
    """A journal whose forgotten users the whole cluster is told of."""

    def __init__(self, data_dir: Path, membership: Membership, **options: Any) -> None:
        super().__init__(data_dir, **options)
        self.membership = membership

    def forget(self, user: str) -> bool:
        """As Journal.forget; the others follow within minutes, or when they can be told."""
        self.membership.forget(self.number(user))
        return super().forget(user)

    def close(self) -> None:
        super().close()
        self.membership.close()
