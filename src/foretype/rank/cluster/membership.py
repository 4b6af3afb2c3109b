"""What a server keeps of its cluster: its number among the servers, and the key of the users' numbers once it joined.

It does not know how either is used.
"""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from foretype.personal.database import connect, migrate, told, transaction

CLUSTER = "cluster"  # folder in the data folder
FILE_NAME = "member.sqlite3"
MIGRATIONS: tuple[tuple[str, ...], ...] = (("CREATE TABLE state(server INTEGER NOT NULL, salt BLOB)",),)


class Membership:
    """One data folder's file. One thread calls it."""

    def __init__(self, data_dir: Path) -> None:
        """Raises StoreError for a folder that cannot be written, and a damaged, newer or foreign file."""
        self.folder = data_dir / CLUSTER
        self._path = self.folder / FILE_NAME
        self._connection = connect(self._path)
        migrate(self._connection, self._path, MIGRATIONS)
        self.server, self.salt = self._kept()

    def join(self, salt: bytes) -> None:
        """Remember the key of the cluster."""
        with self._writing() as writer:
            writer.execute("UPDATE state SET salt = ?", (salt,))
        self.salt = salt

    def close(self) -> None:
        with told(self._path):
            self._connection.close()

    def _kept(self) -> tuple[int, bytes | None]:
        with self._writing() as writer:
            found = writer.execute("SELECT server, salt FROM state").fetchone()
            if found is None:
                found = (secrets.randbits(62), None)
                writer.execute("INSERT INTO state VALUES (?, ?)", found)
        return found[0], found[1]

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with told(self._path), transaction(self._connection):
            yield self._connection
