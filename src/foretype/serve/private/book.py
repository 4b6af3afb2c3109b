"""What a device keeps on its own disk for private statistics: counts of two days, the ledger, and the report of the day.

    days      counts of today and yesterday: what a season's answer is made of, gone after that
    ledger    the season's question and permanent answer, and what is left of the allowance
    report    the last one made, to show and send exactly that

One transaction makes a report and books it, before anybody sees it, so that two processes or a kill make no second one. It
does not know the network.
"""

from __future__ import annotations

import sqlite3
import threading
from datetime import date, timedelta
from pathlib import Path

import msgspec

from foretype.personal.database import connect, migrate, told, transaction
from foretype.privacy.ldp.day import Day, Seen, count
from foretype.privacy.ldp.device import Ledger, answer, day_number, enrol, renewed
from foretype.privacy.ldp.noise import Words, secure_word
from foretype.privacy.ldp.reports import Report

FILE_NAME = "private.sqlite3"
MIGRATIONS = (
    (
        "CREATE TABLE days(day TEXT PRIMARY KEY, counts BLOB NOT NULL) WITHOUT ROWID",
        "CREATE TABLE ledger(only INTEGER PRIMARY KEY CHECK (only = 1), kept BLOB NOT NULL)",
        "CREATE TABLE report(only INTEGER PRIMARY KEY CHECK (only = 1), made BLOB NOT NULL, is_sent INTEGER NOT NULL)",
    ),
)


class Book:
    """The book in `folder`/private.sqlite3, made if it is not there. Safe for threads and processes."""

    def __init__(self, folder: Path, *, words: Words = secure_word) -> None:
        """Raises StoreError for a folder that cannot be written, and a damaged, newer or foreign file."""
        self._path = folder / FILE_NAME
        self._connection = connect(self._path)
        self._words = words
        self._lock = threading.Lock()
        migrate(self._connection, self._path, MIGRATIONS)

    def count(self, seen: Seen, *, today: date) -> None:
        """Count a suggestion of today, and forget the days before yesterday."""
        with self._lock, told(self._path), transaction(self._connection) as writer:
            counts = msgspec.json.encode(count(_day(writer, today), seen, words=self._words))
            writer.execute("INSERT OR REPLACE INTO days VALUES (?, ?)", (today.isoformat(), counts))
            writer.execute("DELETE FROM days WHERE day < ?", (_yesterday(today).isoformat(),))

    def day(self, day: date) -> Day:
        """The counts of a day; an empty one where nothing was shown."""
        with self._lock, told(self._path):
            return _day(self._connection, day)

    def ledger(self, today: date) -> Ledger:
        """The ledger; a new one that begins in a few days where there is none."""
        with self._lock, told(self._path), transaction(self._connection) as writer:
            return self._enrolled(writer, today)

    def due(self, today: date) -> Report | None:
        """Today's report: the one made already, or a new one, booked before it is returned. None before the first day.

        Raises InputError as `answer` does.
        """
        with self._lock, told(self._path), transaction(self._connection) as writer:
            made = _report(writer)
            if made is not None and made[0].day == today.isoformat():
                return made[0]
            if day_number(today) < self._enrolled(writer, today).begins_day:
                return None
            return self._made(writer, today)

    def is_sent(self, report: Report) -> bool:
        with self._lock, told(self._path):
            made = _report(self._connection)
        return made is not None and made[0].id == report.id and made[1]

    def sent(self, report: Report) -> None:
        """Note that the report has arrived."""
        with self._lock, told(self._path), transaction(self._connection) as writer:
            made = _report(writer)
            if made is not None and made[0].id == report.id:
                writer.execute("UPDATE report SET is_sent = 1")

    def renew(self, today: date) -> Ledger:
        """Allow another year."""
        with self._lock, told(self._path), transaction(self._connection) as writer:
            ledger = renewed(self._enrolled(writer, today))
            _keep_ledger(writer, ledger)
            return ledger

    def close(self) -> None:
        with self._lock:
            self._connection.close()

    def _enrolled(self, writer: sqlite3.Connection, today: date) -> Ledger:
        row = writer.execute("SELECT kept FROM ledger").fetchone()
        if row:
            return msgspec.json.decode(row[0], type=Ledger)
        ledger = enrol(day_number(today), words=self._words)
        _keep_ledger(writer, ledger)
        return ledger

    def _made(self, writer: sqlite3.Connection, today: date) -> Report:
        ledger, report = answer(
            self._enrolled(writer, today),
            day_number(today),
            yesterday=lambda: _day(writer, _yesterday(today)),
            words=self._words,
        )
        _keep_ledger(writer, ledger)
        writer.execute("INSERT OR REPLACE INTO report VALUES (1, ?, 0)", (msgspec.json.encode(report),))
        return report


def _yesterday(today: date) -> date:
    return today - timedelta(days=1)


def _day(reader: sqlite3.Connection, day: date) -> Day:
    row = reader.execute("SELECT counts FROM days WHERE day = ?", (day.isoformat(),)).fetchone()
    return msgspec.json.decode(row[0], type=Day) if row else Day()


def _keep_ledger(writer: sqlite3.Connection, ledger: Ledger) -> None:
    writer.execute("INSERT OR REPLACE INTO ledger VALUES (1, ?)", (msgspec.json.encode(ledger),))


def _report(reader: sqlite3.Connection) -> tuple[Report, bool] | None:
    row = reader.execute("SELECT made, is_sent FROM report").fetchone()
    return (msgspec.json.decode(row[0], type=Report), bool(row[1])) if row else None
