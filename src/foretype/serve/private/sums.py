"""What an aggregator keeps: for each day and question, how many reports came and how many have each cell set. Sums only.

Ids of reports are kept while their day may still be reported, so that a report that is sent twice counts once; then they are
gone. No report is kept. It does not know how noise is taken out again.
"""

from __future__ import annotations

import sqlite3
import threading
from datetime import date, timedelta
from pathlib import Path

from foretype.personal.database import connect, migrate, snapshot, told, transaction
from foretype.privacy.ldp.estimates import Sums, no_sums
from foretype.privacy.ldp.plan import VERSION, Statistic
from foretype.privacy.ldp.reports import MAX_DAYS_LATE, Report, counted

FILE_NAME = "statistics.sqlite3"
MIGRATIONS = (
    (
        "CREATE TABLE reports(version INTEGER, statistic TEXT, day TEXT, row INTEGER, num INTEGER NOT NULL, "
        "PRIMARY KEY(version, statistic, day, row)) WITHOUT ROWID",
        "CREATE TABLE cells(version INTEGER, statistic TEXT, day TEXT, cell INTEGER, num INTEGER NOT NULL, "
        "PRIMARY KEY(version, statistic, day, cell)) WITHOUT ROWID",
        "CREATE TABLE ids(id TEXT PRIMARY KEY, day TEXT NOT NULL) WITHOUT ROWID",
        "CREATE INDEX ids_by_day ON ids(day)",
    ),
)
_ADD = (
    "INSERT INTO {table} VALUES (?, ?, ?, ?, 1) "
    "ON CONFLICT(version, statistic, day, {place}) DO UPDATE SET num = num + 1"
)
_ADD_REPORT = _ADD.format(table="reports", place="row")
_ADD_CELL = _ADD.format(table="cells", place="cell")


class SumsStore:
    """The sums in `folder`/statistics.sqlite3, made if it is not there. Safe for threads and processes."""

    def __init__(self, folder: Path) -> None:
        """Raises StoreError for a folder that cannot be written, and a damaged, newer or foreign file."""
        self._path = folder / FILE_NAME
        self._connection = connect(self._path)
        self._lock = threading.Lock()
        migrate(self._connection, self._path, MIGRATIONS)

    def take(self, report: Report, *, today: date) -> bool:
        """Count a report, durable on return; False for one that was counted before. Raises InputError as `counted` does."""
        found = counted(report, today=today)
        key = (VERSION, report.statistic, report.day)
        with self._lock, told(self._path), transaction(self._connection) as writer:
            _forget_ids(writer, today)
            if not writer.execute(
                "INSERT OR IGNORE INTO ids VALUES (?, ?)", (report.id, report.day)
            ).rowcount:
                return False
            writer.execute(_ADD_REPORT, (*key, found.row))
            writer.executemany(_ADD_CELL, [(*key, cell) for cell in found.cells])
        return True

    def sums(
        self, statistic: Statistic, *, since: date | None = None, until: date | None = None
    ) -> list[Sums]:
        """The sums of every day that has reports, from `since` to `until`, both included."""
        span = (VERSION, statistic.name, _text(since, "0000"), _text(until, "9999"))
        found: dict[str, Sums] = {}
        with self._lock, told(self._path), snapshot(self._connection) as reader:
            for day, row, num in reader.execute(_query("reports", "row"), span):
                found.setdefault(day, no_sums(statistic, day)).rows[row] = num
            for day, cell, num in reader.execute(_query("cells", "cell"), span):
                found[day].cells[cell] = num
        return list(found.values())

    def close(self) -> None:
        with self._lock:
            self._connection.close()


def _forget_ids(writer: sqlite3.Connection, today: date) -> None:
    first = today - timedelta(days=MAX_DAYS_LATE)
    writer.execute("DELETE FROM ids WHERE day < ?", (first.isoformat(),))


def _text(day: date | None, otherwise: str) -> str:
    return otherwise if day is None else day.isoformat()


def _query(table: str, place: str) -> str:
    return f"SELECT day, {place}, num FROM {table} WHERE version = ? AND statistic = ? AND day BETWEEN ? AND ? ORDER BY day"
