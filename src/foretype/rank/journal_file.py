"""The journal's tables in one SQLite file: writing outcomes, forgetting users, dropping what is old.

Deleted bytes are overwritten, and the file is rewritten when a user is forgotten. Blocking, one call at a time. It does
not know who counts what (counts.py), nor when it is written (journal.py).
"""

from __future__ import annotations

import secrets
import sqlite3
import struct
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from foretype.personal.database import connect, migrate, told, transaction, wipe
from foretype.rank.outcome import KINDS, OUTCOMES, SOURCES, Outcome
from foretype.rank.schema import FEATURES, SCHEMA

FILE_NAME = "outcomes.sqlite3"
MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        "CREATE TABLE state(salt BLOB NOT NULL, wipe_due INTEGER NOT NULL)",
        "CREATE TABLE names(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE)",  # models, locales, schemas
        "CREATE TABLE outcomes(number INTEGER PRIMARY KEY AUTOINCREMENT, answer INTEGER NOT NULL, at INTEGER NOT NULL, "
        "day INTEGER NOT NULL, hour INTEGER NOT NULL, weekday INTEGER NOT NULL, user INTEGER, outcome INTEGER NOT NULL, "
        "characters INTEGER NOT NULL, length INTEGER NOT NULL, words INTEGER NOT NULL, position INTEGER NOT NULL, "
        "prob REAL NOT NULL, latency_ms REAL NOT NULL, kind INTEGER NOT NULL, locale INTEGER NOT NULL, "
        "model INTEGER NOT NULL, mix BLOB NOT NULL, schema INTEGER NOT NULL, features BLOB NOT NULL, persisted INTEGER)",
        "CREATE INDEX outcomes_at ON outcomes(at)",
        "CREATE INDEX outcomes_answer ON outcomes(answer)",
        "CREATE INDEX outcomes_user ON outcomes(user) WHERE user IS NOT NULL",
    ),
    ("ALTER TABLE outcomes ADD COLUMN domain INTEGER",),
    ("CREATE TABLE forgotten(user INTEGER PRIMARY KEY)",),  # of whom whoever learns was not told yet
)
_INSERT = f"""
    INSERT INTO outcomes(answer, at, day, hour, weekday, user, outcome, characters, length, words, position, prob,
    latency_ms, kind, locale, model, mix, schema, features, domain) VALUES ({", ".join("?" * 20)})
"""
_MIX = struct.Struct(f"<{len(SOURCES)}f")


@dataclass(frozen=True, slots=True)
class Settled:
    """A later word on an outcome: whether what was taken stayed in the text."""

    answer: int
    persisted: bool


@dataclass(frozen=True, slots=True)
class Kept:
    """Outcomes that were kept, oldest first; columns of equal length."""

    numbers: NDArray[np.int64]  # ascending; an outcome keeps its number
    at: NDArray[np.int64]
    users: NDArray[np.int64]  # 0 for nobody
    domains: NDArray[np.int64]  # of the first recipient, 0 for none
    outcomes: NDArray[np.int8]  # places in outcome.OUTCOMES
    persisted: NDArray[np.int8]  # 1 stayed, 0 undone, -1 not known
    features: NDArray[np.float32]  # (outcomes, features), as schema.FEATURES


class JournalFile:
    """Outcomes in `path`, which is made if it is not there. Not safe for threads: its caller locks."""

    def __init__(self, path: Path) -> None:
        """Raises StoreError for a folder that cannot be written, and a damaged, newer or foreign file."""
        self._path = path
        self._connection = connect(path)
        migrate(self._connection, path, MIGRATIONS)
        self.salt = self._salt()
        self._finish_wipe()

    def write(self, entries: Sequence[Outcome | Settled]) -> None:
        """Keep them all, in order, or none."""
        with self._writing() as writer:
            for entry in entries:
                if isinstance(entry, Outcome):
                    writer.execute(_INSERT, self._values(writer, entry))
                else:
                    query = "UPDATE outcomes SET persisted = ? WHERE answer = ?"
                    writer.execute(query, (entry.persisted, entry.answer))

    def forget(self, user: int) -> bool:
        """As `drop_user`, and remember that whoever learns has to be told."""
        with self._writing() as writer:
            writer.execute("INSERT INTO forgotten VALUES (?) ON CONFLICT DO NOTHING", (user,))
            found = _drop(writer, user)
        self._finish_wipe()
        return found

    def drop_user(self, user: int) -> bool:
        """Delete a user's outcomes, from every byte of the file; False when there were none."""
        with self._writing() as writer:
            found = _drop(writer, user)
        self._finish_wipe()
        return found

    def told_of(self, user: int) -> None:
        """Whoever learns has forgotten the user too."""
        with self._writing() as writer:
            writer.execute("DELETE FROM forgotten WHERE user = ?", (user,))

    def adopt(self, salt: bytes) -> None:
        """Number names by another key from now on; what was kept so far becomes nobody's, in every byte of the file."""
        with self._writing() as writer:
            writer.execute("UPDATE outcomes SET user = NULL, domain = NULL")
            writer.execute("DELETE FROM forgotten")
            writer.execute("UPDATE state SET salt = ?, wipe_due = 1", (salt,))
        self.salt = salt
        self._finish_wipe()

    def drop_before(self, at: int) -> int:
        """Delete what is older than `at`, in seconds since 1970; how many those were."""
        with self._writing() as writer:
            return writer.execute("DELETE FROM outcomes WHERE at < ?", (at,)).rowcount

    def rates(self) -> Iterator[tuple[int, int, int]]:
        """Each user with how many suggestions were shown, and how many taken in whole or part."""
        query = "SELECT user, count(*), sum(outcome < 2) FROM outcomes WHERE user IS NOT NULL GROUP BY user"
        with told(self._path):
            yield from self._connection.execute(query).fetchall()

    def kept(self, *, after: int = 0, limit: int = 100_000) -> Kept:
        """At most `limit` outcomes with numbers above `after` that have this schema, oldest first."""
        query = (
            "SELECT number, at, coalesce(user, 0), coalesce(domain, 0), outcome, coalesce(persisted, -1), features "
            "FROM outcomes JOIN names ON names.id = schema WHERE number > ? AND name = ? ORDER BY number LIMIT ?"
        )
        with told(self._path):
            rows = self._connection.execute(query, (after, SCHEMA, limit)).fetchall()
        return columns_of(rows)

    def query(self, statement: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """The answers to a statement that only reads."""
        with told(self._path):
            return self._connection.execute(statement, tuple(values)).fetchall()

    def close(self) -> None:
        with told(self._path):
            self._connection.close()

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with told(self._path), transaction(self._connection):
            yield self._connection

    def _salt(self) -> bytes:
        with self._writing() as writer:
            found = writer.execute("SELECT salt FROM state").fetchone()
            if found is None:
                found = (secrets.token_bytes(32),)
                writer.execute("INSERT INTO state VALUES (?, 0)", found)
            salt: bytes = found[0]
            return salt

    def _finish_wipe(self) -> None:
        """Wipe if a user was deleted, in this run or in one that was killed before it could."""
        with told(self._path):
            if self._connection.execute("SELECT wipe_due FROM state").fetchone()[0]:
                wipe(self._connection, self._path)
                self._connection.execute("UPDATE state SET wipe_due = 0")

    def _values(self, writer: sqlite3.Connection, entry: Outcome) -> tuple[object, ...]:
        return (
            entry.answer,
            entry.at,
            entry.day,
            entry.hour,
            entry.weekday,
            entry.user,
            OUTCOMES.index(entry.outcome),
            entry.characters,
            entry.length,
            entry.words,
            entry.position,
            entry.prob,
            entry.latency_ms,
            KINDS.index(entry.kind),
            _name(writer, entry.locale),
            _name(writer, entry.model),
            _MIX.pack(*entry.mix),
            _name(writer, SCHEMA),
            entry.features,
            entry.domain,
        )


def _drop(writer: sqlite3.Connection, user: int) -> bool:
    num_gone = writer.execute("DELETE FROM outcomes WHERE user = ?", (user,)).rowcount
    writer.execute("UPDATE state SET wipe_due = wipe_due OR ?", (num_gone > 0,))
    return num_gone > 0


def _name(writer: sqlite3.Connection, name: str) -> int:
    writer.execute("INSERT INTO names(name) VALUES (?) ON CONFLICT DO NOTHING", (name,))
    id: int = writer.execute("SELECT id FROM names WHERE name = ?", (name,)).fetchone()[0]
    return id


def columns_of(rows: Sequence[tuple[Any, ...]]) -> Kept:
    """Rows in the order of Kept's columns, side by side."""
    numbers, at, users, domains, outcomes, persisted, features = (
        zip(*rows, strict=True) if rows else ((),) * 7
    )
    return Kept(
        np.array(numbers, np.int64),
        np.array(at, np.int64),
        np.array(users, np.int64),
        np.array(domains, np.int64),
        np.array(outcomes, np.int8),
        np.array(persisted, np.int8),
        np.frombuffer(b"".join(features), np.float32).reshape(len(rows), len(FEATURES)),
    )
