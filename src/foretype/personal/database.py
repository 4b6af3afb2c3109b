"""One SQLite file: opening it safely, numbered migrations, errors in our words, and wiping what was deleted.

Write-ahead log, synced at every commit. Deleted bytes are overwritten as they go (secure_delete); since page
splits can still leave copies in the unused middle of a page, `wipe` rewrites the file and empties the log.

It does not know what the tables mean.
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from foretype.errors import StoreError

APPLICATION_ID = 0x466F7265  # "Fore": tells our files from another program's SQLite files
BUSY_TIMEOUT_S = 60.0  # a wipe rewrites 100 MB in up to 3 s (docs/why/personalisation.md)
SWITCH_PAUSE_S = 0.01  # the other process's switch takes a millisecond or two
LOG_PAGES = 256  # of 4 KB: the log is folded into the file at 1 MB

_SETTINGS = (
    "PRAGMA synchronous=FULL",
    "PRAGMA fullfsync=ON",  # macOS: a plain fsync leaves the bytes in the drive's cache
    "PRAGMA secure_delete=ON",
    f"PRAGMA wal_autocheckpoint={LOG_PAGES}",
)
_REMEDIES = {
    sqlite3.SQLITE_FULL: "the disk is full; nothing was changed; free some space and try again",
    sqlite3.SQLITE_IOERR: "the disk refused a read or write; nothing was changed; check space and disk",
    sqlite3.SQLITE_READONLY: "it cannot be written; make the folder writable or set data_dir to one that is",
    sqlite3.SQLITE_CANTOPEN: "it cannot be opened; make the folder writable or set data_dir to one that is",
    sqlite3.SQLITE_PERM: "it cannot be opened; make the folder writable or set data_dir to one that is",
    sqlite3.SQLITE_BUSY: f"another process held it for {BUSY_TIMEOUT_S:.0f} s; try again",
    sqlite3.SQLITE_CORRUPT: "the file is damaged; it was left as it is; move it away or restore a copy",
    sqlite3.SQLITE_NOTADB: "the file is damaged or not ours; it was left as it is; move it away or mend it",
}


def connect(path: Path) -> sqlite3.Connection:
    """A connection for any thread (callers lock), autocommit. Creates the file, for its owner only."""
    _make_private(path)
    with told(path):
        connection = sqlite3.connect(
            path, timeout=BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False
        )
        try:
            _check_ours(connection, path)
            _set_up(connection, path)
        except BaseException:
            connection.close()
            raise
        return connection


def migrate(connection: sqlite3.Connection, path: Path, migrations: Sequence[Sequence[str]]) -> None:
    """Bring the file to version len(migrations), one transaction a version; a newer file is refused."""
    with told(path), transaction(connection):
        version: int = connection.execute("PRAGMA user_version").fetchone()[0]
        if version > len(migrations):
            raise StoreError(
                f"{path}: found schema version {version}, wanted at most {len(migrations)}; "
                "a newer foretype wrote it: use that one, or another data_dir"
            )
        for statement in (line for step in migrations[version:] for line in step):
            connection.execute(statement)
        if version < len(migrations):
            connection.execute(f"PRAGMA application_id={APPLICATION_ID}")
            connection.execute(f"PRAGMA user_version={len(migrations)}")


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """All or nothing: takes the write lock at once, commits at the end, rolls back on any error."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield connection
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


@contextmanager
def snapshot(connection: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """Several reads of one moment."""
    connection.execute("BEGIN")
    try:
        yield connection
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


@contextmanager
def told(path: Path) -> Iterator[None]:
    """SQLite's errors as StoreError: where, what, and what to do."""
    try:
        yield
    except sqlite3.ProgrammingError as error:
        raise StoreError(f"{path}: {error}; open the store again") from error
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
        remedy = _REMEDIES.get(code, "it was left as it is; move it away, or restore a copy of it")
        raise StoreError(f"{path}: {error}: {remedy}") from error


def wipe(connection: sqlite3.Connection, path: Path) -> None:
    """Leave no deleted byte in the file or its log. Takes time in proportion to the file."""
    try:
        connection.execute("VACUUM")
    except sqlite3.OperationalError as error:
        raise StoreError(
            f"{path}: deleted, but the file could not be rewritten ({error}); free as much space "
            "as the file takes: the next start of foretype tries again"
        ) from error
    busy: int = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
    if busy:
        raise StoreError(
            f"{path}-wal: deleted, but another process kept reading for {BUSY_TIMEOUT_S:.0f} s; the "
            "log will be emptied at the next start of foretype"
        )


def _make_private(path: Path) -> None:
    """Create the file if it is not there. One that is there is not touched.

    To close a file drops all locks this process has on it (POSIX); then another could delete our log.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not path.exists():
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    except FileExistsError:
        return  # another process was quicker
    except OSError as error:
        raise StoreError(
            f"{path}: {error.strerror or error}; wanted a folder that can be written: "
            "make it so, or set data_dir to another"
        ) from error


def _check_ours(connection: sqlite3.Connection, path: Path) -> None:
    found: int = connection.execute("PRAGMA application_id").fetchone()[0]
    tables: int = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]
    if tables and found != APPLICATION_ID:
        raise StoreError(f"{path}: found another program's database; set data_dir to another folder")


def _set_up(connection: sqlite3.Connection, path: Path) -> None:
    for setting in _SETTINGS:
        connection.execute(setting)
    mode = _switch_to_log(connection)
    if mode != "wal":
        raise StoreError(
            f"{path}: this disk cannot share memory between processes (journal mode {mode!r}, wanted 'wal'); "
            "set data_dir to a folder on a local disk"
        )


def _switch_to_log(connection: sqlite3.Connection) -> str:
    """The journal mode after asking for a write-ahead log.

    Where two processes switch a new file at once, SQLite refuses one of them without waiting: it could wait for ever.
    """
    give_up = time.monotonic() + BUSY_TIMEOUT_S
    while True:
        try:
            mode: str = connection.execute("PRAGMA journal_mode=WAL").fetchone()[0]
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > give_up:
                raise
            time.sleep(SWITCH_PAUSE_S)
        else:
            return mode
