"""The shelf in one SQLite file: for one machine, any number of threads and processes.

Reads and writes have a connection each, so that a suggestion does not wait until another person's mail is
synced. Rows are short and lie in the tree itself; a pack's index stands before its texts, so opening a user
never touches the pages of the texts.

It does not know what the bytes say.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from foretype.personal.database import connect, migrate, snapshot, told, transaction, wipe
from foretype.personal.records import Pack
from foretype.personal.shelf import Indexed, Written

FILE_NAME = "memories.sqlite3"

MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        "CREATE TABLE state(last_version INTEGER NOT NULL, wipe_due INTEGER NOT NULL)",
        "INSERT INTO state VALUES (0, 0)",
        "CREATE TABLE users(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, version INTEGER NOT NULL)",
        "CREATE TABLE rows(user INTEGER, number INTEGER, row BLOB NOT NULL, PRIMARY KEY(user, number)) "
        "WITHOUT ROWID",
        "CREATE TABLE packs(user INTEGER, number INTEGER, lexicon BLOB NOT NULL, ids BLOB NOT NULL, "
        "strange BLOB NOT NULL, texts BLOB NOT NULL, PRIMARY KEY(user, number))",
    ),
)

_NEXT_ROW = "SELECT coalesce(max(number), 0) + 1 FROM rows WHERE user = ?"
_NEXT_PACK = "SELECT coalesce(max(number), 0) + 1 FROM packs WHERE user = ?"
_USER_BYTES = """
    SELECT (SELECT coalesce(sum(length(row)), 0) FROM rows WHERE user = :id)
         + (SELECT coalesce(sum(length(ids) + length(strange) + length(texts)), 0) FROM packs WHERE user =
         :id)
"""


class SqliteShelf:
    """A Shelf in `folder`/memories.sqlite3, which is made if it is not there."""

    def __init__(self, folder: Path) -> None:
        """Raises StoreError for a folder that cannot be written, and a damaged, newer or foreign file."""
        self._path = folder / FILE_NAME
        self._writer = connect(self._path)
        migrate(self._writer, self._path, MIGRATIONS)
        self._reader = connect(self._path)
        self._write_lock = threading.Lock()
        self._read_lock = threading.Lock()
        self._finish_wipe()

    def version(self, user: str) -> int | None:
        with self._reading() as reader:
            found = _find(reader, user)
        return found[1] if found else None

    def indexed(self, user: str) -> Indexed | None:
        with self._reading() as reader, snapshot(reader):
            found = _find(reader, user)
            if found is None:
                return None
            id, version = found
            query = "SELECT lexicon, ids, strange FROM packs WHERE user = ? ORDER BY number"
            return Indexed(version, reader.execute(query, (id,)).fetchall(), _rows(reader, id))

    def written(self, user: str) -> Written | None:
        with self._reading() as reader, snapshot(reader):
            found = _find(reader, user)
            if found is None:
                return None
            id, version = found
            texts = reader.execute("SELECT texts FROM packs WHERE user = ? ORDER BY number", (id,))
            return Written(version, [text for (text,) in texts], _rows(reader, id))

    def append(self, user: str, row: bytes) -> int:
        with self._writing() as writer:
            id = _touch(writer, user)
            number = writer.execute(_NEXT_ROW, (id,)).fetchone()[0]
            writer.execute("INSERT INTO rows VALUES (?, ?, ?)", (id, number, row))
            total = writer.execute("SELECT sum(length(row)) FROM rows WHERE user = ?", (id,))
            return int(total.fetchone()[0])

    def seal(self, user: str, packs: Sequence[Pack], *, version: int) -> bool:
        with self._writing() as writer:
            id = _touch_if(writer, user, version)
            if id is None:
                return False
            writer.execute("DELETE FROM rows WHERE user = ?", (id,))
            _add_packs(writer, id, packs)
            return True

    def reindex(self, user: str, packs: Sequence[Pack], *, version: int) -> bool:
        with self._writing() as writer:
            id = _touch_if(writer, user, version)
            if id is None:
                return False
            _clear(writer, id)
            _add_packs(writer, id, packs)
            return True

    def rewrite(self, user: str, packs: Sequence[Pack], *, version: int) -> bool:
        with self._writing() as writer:
            id = _touch_if(writer, user, version)
            if id is None:
                return False
            _clear(writer, id)
            _add_packs(writer, id, packs)
            writer.execute("UPDATE state SET wipe_due = 1")
        self._finish_wipe()
        return True

    def delete(self, user: str) -> bool:
        with self._writing() as writer:
            found = _find(writer, user)
            if found is not None:
                _clear(writer, found[0])
                writer.execute("DELETE FROM users WHERE id = ?", (found[0],))
                writer.execute("UPDATE state SET wipe_due = 1")
        self._finish_wipe()
        return found is not None

    def num_bytes(self, user: str) -> int:
        with self._reading() as reader:
            found = _find(reader, user)
            return int(reader.execute(_USER_BYTES, {"id": found[0]}).fetchone()[0]) if found else 0

    def users(self) -> list[str]:
        with self._reading() as reader:
            return [name for (name,) in reader.execute("SELECT name FROM users ORDER BY name")]

    def close(self) -> None:
        with self._read_lock, self._write_lock, told(self._path):
            self._reader.close()
            self._writer.close()

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        with self._read_lock, told(self._path):
            yield self._reader

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._write_lock, told(self._path), transaction(self._writer):
            yield self._writer

    def _finish_wipe(self) -> None:
        """Wipe if something was deleted, in this run or in one that was killed before it could."""
        with self._write_lock, told(self._path):
            if self._writer.execute("SELECT wipe_due FROM state").fetchone()[0]:
                wipe(self._writer, self._path)
                self._writer.execute("UPDATE state SET wipe_due = 0")


def _find(connection: sqlite3.Connection, user: str) -> tuple[int, int] | None:
    query = "SELECT id, version FROM users WHERE name = ?"
    found: tuple[int, int] | None = connection.execute(query, (user,)).fetchone()
    return found


def _touch(writer: sqlite3.Connection, user: str) -> int:
    """The id of the user, made if new, with a version that was never given to anyone."""
    writer.execute("UPDATE state SET last_version = last_version + 1")
    writer.execute(
        "INSERT INTO users(name, version) SELECT ?, last_version FROM state WHERE true "
        "ON CONFLICT(name) DO UPDATE SET version = excluded.version",
        (user,),
    )
    id: int = writer.execute("SELECT id FROM users WHERE name = ?", (user,)).fetchone()[0]
    return id


def _rows(reader: sqlite3.Connection, id: int) -> list[bytes]:
    found = reader.execute("SELECT row FROM rows WHERE user = ? ORDER BY number", (id,))
    return [row for (row,) in found]


def _touch_if(writer: sqlite3.Connection, user: str, version: int) -> int | None:
    """As _touch, but None, and no change, when `version` is not the user's any more."""
    found = _find(writer, user)
    return _touch(writer, user) if found is not None and found[1] == version else None


def _add_packs(writer: sqlite3.Connection, id: int, packs: Sequence[Pack]) -> None:
    first = writer.execute(_NEXT_PACK, (id,)).fetchone()[0]
    writer.executemany(
        "INSERT INTO packs VALUES (?, ?, ?, ?, ?, ?)",
        [
            (id, number, pack.lexicon_hash, pack.index, pack.strange, pack.texts)
            for number, pack in enumerate(packs, start=first)
        ],
    )


def _clear(writer: sqlite3.Connection, id: int) -> None:
    writer.execute("DELETE FROM rows WHERE user = ?", (id,))
    writer.execute("DELETE FROM packs WHERE user = ?", (id,))
