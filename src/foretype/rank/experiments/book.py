"""The book of experiments in a data folder: what runs, and the sums of every user in it. Any process may read and write.

Users stand in it as numbers under each experiment's own salt. It does not know what is decided by it.
"""

from __future__ import annotations

import secrets
import sqlite3
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, astuple, replace
from pathlib import Path

import msgspec
import numpy as np

from foretype.errors import InputError, StoreError
from foretype.personal.database import connect, migrate, told, transaction, wipe
from foretype.rank.experiments.plan import Arm, Experiment, checked_arms, checked_name, digest_of, free_slots
from foretype.rank.experiments.sums import NAMES, Floats, Sums

FILE_NAME = "experiments.sqlite3"
MIGRATIONS = (
    (
        "CREATE TABLE experiments(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, body BLOB NOT NULL)",
        "CREATE TABLE state(salt TEXT NOT NULL)",
        "CREATE TABLE sums(experiment INTEGER NOT NULL, arm TEXT NOT NULL, user INTEGER NOT NULL, "
        + ", ".join(f"{name} REAL NOT NULL" for name in NAMES)
        + ", PRIMARY KEY(experiment, user)) WITHOUT ROWID",
    ),
)
_ADD = (
    f"INSERT INTO sums VALUES (?, ?, ?, {', '.join('?' * len(NAMES))}) ON CONFLICT DO UPDATE SET "
    + ", ".join(f"{name} = {name} + excluded.{name}" for name in NAMES)
)


class Book:
    """Safe for threads. Raises StoreError for a file that cannot be used."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE_NAME
        self._connection = connect(self._path)
        migrate(self._connection, self._path, MIGRATIONS)
        self._lock = threading.Lock()

    def all(self) -> list[Experiment]:
        """Every experiment, the oldest first."""
        with self._lock, told(self._path):
            rows = self._connection.execute("SELECT body FROM experiments ORDER BY id").fetchall()
        return [self._read(body) for (body,) in rows]

    def start(
        self, name: str, arms: list[Arm], *, layer: str, percent: float, now_s: float, salt: str | None = None
    ) -> Experiment:
        """Begin an experiment. `salt` is one that several servers share, None for this file's own.

        Raises InputError for a name that was used or is none, arms or a share that cannot be.
        """
        checked_name(name, "experiment")
        checked_name(layer, "layer")
        checked = checked_arms(arms)
        with self._writing() as writer:
            if self._body(writer, name) is not None:
                raise InputError(f"experiment {name!r}: found it in the book already, wanted a new name")
            running = [self._read(body) for (body,) in writer.execute("SELECT body FROM experiments")]
            slots = free_slots(running, layer=layer, percent=percent)
            made = Experiment(name, layer, checked, slots, salt or self._salt(writer), now_s)
            writer.execute("INSERT INTO experiments(name, body) VALUES (?, ?)", (name, _written(made)))
        return made

    def stop(self, name: str, *, why: str, now_s: float) -> Experiment:
        """End an experiment; its sums stay. Raises InputError for one that does not run."""
        with self._writing() as writer:
            found = self._running(writer, name)
            return self._put(writer, replace(found, stopped_s=now_s, stopped_why=why))

    def stop_arm(self, name: str, arm: str, *, why: str, now_s: float) -> Experiment:
        """End one arm; the experiment ends with its last arm besides the control. Raises InputError."""
        with self._writing() as writer:
            found = self._running(writer, name)
            stopped = tuple(dict.fromkeys((*found.stopped_arms, arm)))
            changed = replace(found, stopped_arms=stopped, stopped_why=f"{arm}: {why}")
            if len(stopped) == len(found.arms) - 1:
                changed = replace(changed, stopped_s=now_s)
            return self._put(writer, changed)

    def add(self, name: str, arm: str, users: Mapping[str, Sums]) -> None:
        """Add to the sums of an arm's users. All of it, or nothing on StoreError."""
        with self._writing() as writer:
            id, experiment = self._named(writer, name)
            for user, sums in users.items():
                writer.execute(_ADD, (id, arm, _number(user, experiment), *astuple(sums)))

    def sums(self, name: str) -> dict[str, Floats]:
        """Sums of the users of each arm (users, sums.NAMES). Raises InputError for an unknown experiment."""
        with self._lock, told(self._path):
            id, experiment = self._named(self._connection, name)
            query = f"SELECT arm, {', '.join(NAMES)} FROM sums WHERE experiment = ?"
            rows = self._connection.execute(query, (id,)).fetchall()
        return {
            arm.name: np.array([row[1:] for row in rows if row[0] == arm.name]).reshape(-1, len(NAMES))
            for arm in experiment.arms
        }

    def forget(self, user: str) -> bool:
        """Remove a user's sums from every experiment, and from the file. Raises StoreError."""
        num_gone = 0
        with self._writing() as writer:
            for id, body in writer.execute("SELECT id, body FROM experiments").fetchall():
                query = "DELETE FROM sums WHERE experiment = ? AND user = ?"
                num_gone += writer.execute(query, (id, _number(user, self._read(body)))).rowcount
        if num_gone:
            with self._lock:
                wipe(self._connection, self._path)
        return num_gone > 0

    def close(self) -> None:
        with self._lock, told(self._path):
            self._connection.close()

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._lock, told(self._path), transaction(self._connection):
            yield self._connection

    def _salt(self, writer: sqlite3.Connection) -> str:
        found = writer.execute("SELECT salt FROM state").fetchone()
        if found is None:
            found = (secrets.token_hex(16),)
            writer.execute("INSERT INTO state VALUES (?)", found)
        return str(found[0])

    def _body(self, reader: sqlite3.Connection, name: str) -> tuple[int, bytes] | None:
        found: tuple[int, bytes] | None = reader.execute(
            "SELECT id, body FROM experiments WHERE name = ?", (name,)
        ).fetchone()
        return found

    def _named(self, reader: sqlite3.Connection, name: str) -> tuple[int, Experiment]:
        found = self._body(reader, name)
        if found is None:
            known = ", ".join(row[0] for row in reader.execute("SELECT name FROM experiments")) or "none"
            raise InputError(f"experiment {name!r}: found no such one, wanted one of: {known}")
        return found[0], self._read(found[1])

    def _running(self, reader: sqlite3.Connection, name: str) -> Experiment:
        _, found = self._named(reader, name)
        if not found.is_running:
            raise InputError(f"experiment {name!r}: found it stopped already, wanted one that runs")
        return found

    def _put(self, writer: sqlite3.Connection, changed: Experiment) -> Experiment:
        writer.execute("UPDATE experiments SET body = ? WHERE name = ?", (_written(changed), changed.name))
        return changed

    def _read(self, body: bytes) -> Experiment:
        try:
            return msgspec.json.decode(body, type=Experiment)
        except msgspec.MsgspecError as error:
            raise StoreError(
                f"{self._path}: found an experiment that cannot be read ({error}); a newer foretype wrote it: use that one"
            ) from error


def _written(experiment: Experiment) -> bytes:
    return msgspec.json.encode(asdict(experiment))


def _number(user: str, experiment: Experiment) -> int:
    """A user within one experiment, as SQLite's 64 bits."""
    digest = digest_of(user, f"{experiment.salt}/{experiment.name}/sums")
    return digest - 2**64 if digest >= 2**63 else digest
