"""The journal: what became of suggestions, kept on this machine for some weeks, in numbers only.

`record` takes microseconds: a thread of its own turns what has ended into numbers and writes them every two seconds, or
sooner when many wait. A journal that cannot be written loses outcomes, never a suggestion; `fault` tells why. It does not
know what is learned or shown from it (counts.py reads it, journal_file.py stores it).
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, TypeAlias

from foretype.compose.outcomes import Ended
from foretype.compose.situation import Rates
from foretype.errors import StoreError
from foretype.rank.journal_file import FILE_NAME, JournalFile, Kept, Settled
from foretype.rank.outcome import Outcome, domain_of, number_for, outcome_of
from foretype.rank.tally import Tally

Waiting: TypeAlias = tuple[datetime, Ended] | Settled

FLUSH_S = 2.0  # a crash loses that much
FLUSH_AT = 256  # waiting outcomes, each about 5 kB of memory
MAX_WAITING = 20_000  # while the disk is full; then the oldest are lost
SECONDS_A_DAY = 86_400
DAYS = 30  # that outcomes are kept when nobody says otherwise


class Journal:
    """Satisfies compose.outcomes.Outcomes. Safe for threads."""

    def __init__(
        self,
        folder: Path,
        *,
        days: int = DAYS,
        now: Callable[[], datetime] = lambda: datetime.now().astimezone(),
    ) -> None:
        """Opens `folder`/outcomes.sqlite3, which is made if need be, and drops what is older than `days`.

        `now` gives the writer's time, with its zone. Raises StoreError for a file that cannot be used.
        """
        self._days = days
        self._now = now
        self._file = JournalFile(folder / FILE_NAME)
        self._file_lock = threading.RLock()
        self._waiting: deque[Waiting] = deque()
        self._wake = threading.Condition()
        self._is_closed = False
        self._cleaned_on: int | None = None
        self.fault: StoreError | None = None  # why the last write failed; None when it did not
        self.num_lost = 0  # outcomes that could not be kept
        self._tally = Tally()
        for user, shown, taken in self._file.rates():
            self._tally.add_many(user, shown=shown, taken=taken)
        self._drop_old()
        self._thread = threading.Thread(target=self._write_on, name="foretype-journal", daemon=True)
        self._thread.start()

    def record(self, ended: Ended) -> None:
        if ended.user is not None:
            self._tally.add(self.number(ended.user), ended.outcome)
        self._put((self._now(), ended))

    def settle(self, answer_id: str, *, persisted: bool) -> None:
        self._put(Settled(number_for(answer_id), persisted))

    def number(self, name: str) -> int:
        """What stands in this journal for a user, or for a recipient's domain."""
        return number_for(name, key=self._file.salt)

    @property
    def salt(self) -> bytes:
        """The key of this journal's numbers."""
        return self._file.salt

    def adopt(self, salt: bytes) -> None:
        """Share the numbers of other journals from now on: what was recorded so far becomes nobody's. Raises StoreError."""
        self.flush()
        with self._file_lock:
            self._file.adopt(salt)
        self._tally = Tally()

    def rates(self, user: str) -> Rates:
        return self._tally.rates_of(self.number(user))

    def forget(self, user: str) -> bool:
        """Delete all outcomes of the user, from the file too; whoever learns is told. Raises StoreError; then ask again."""
        return self._drop(self.number(user), self._file.forget)

    def forget_number(self, number: int) -> bool:
        """The same by what stands for the user, where whoever learns told us."""
        return self._drop(number, self._file.drop_user)

    def untold(self) -> list[int]:
        """Users who are forgotten here, by this process or another, and whom whoever learns has to forget."""
        with self._file_lock:
            return [user for (user,) in self._file.query("SELECT user FROM forgotten")]

    def told_of(self, number: int) -> None:
        """It has."""
        with self._file_lock:
            self._file.told_of(number)

    def flush(self) -> None:
        """Write what waits, now. Raises StoreError; what could not be written waits on."""
        with self._file_lock:
            waiting = self._take()
            try:
                self._file.write([self._entry(each) for each in waiting])
            except StoreError as error:
                self.fault = error
                self._put_back(waiting)
                raise
            self.fault = None

    def kept(self, *, after: int = 0, limit: int = 100_000) -> Kept:
        """At most `limit` outcomes behind the one numbered `after`, oldest first: what a ranker goes on learning from."""
        self.flush()
        with self._file_lock:
            return self._file.kept(after=after, limit=limit)

    def query(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        """The answers to a statement of counts.py, of all that was recorded before this call."""
        self.flush()
        with self._file_lock:
            return self._file.query(statement, values)

    def close(self) -> None:
        """Write what waits and release the file; a second call does nothing."""
        with self._wake:
            if self._is_closed:
                return
            self._is_closed = True
            self._wake.notify()
        self._thread.join()
        try:
            self.flush()
        finally:
            self._file.close()

    def _drop(self, number: int, drop: Callable[[int], bool]) -> bool:
        counted = self._tally.drop(number)
        self.flush()
        with self._file_lock:
            return drop(number) or counted

    def _put(self, entry: Waiting) -> None:
        with self._wake:
            self._waiting.append(entry)
            self._trim()
            if len(self._waiting) >= FLUSH_AT:
                self._wake.notify()

    def _put_back(self, entries: list[Waiting]) -> None:
        with self._wake:
            self._waiting.extendleft(reversed(entries))
            self._trim()

    def _trim(self) -> None:
        while len(self._waiting) > MAX_WAITING:
            self._waiting.popleft()
            self.num_lost += 1

    def _take(self) -> list[Waiting]:
        with self._wake:
            taken = list(self._waiting)
            self._waiting.clear()
            return taken

    def _entry(self, waiting: Waiting) -> Outcome | Settled:
        if isinstance(waiting, Settled):
            return waiting
        now, ended = waiting
        user = None if ended.user is None else self.number(ended.user)
        domain = domain_of(ended.situation.context.to)
        return outcome_of(ended, now=now, user=user, domain=None if domain is None else self.number(domain))

    def _write_on(self) -> None:
        while True:
            with self._wake:
                self._wake.wait(FLUSH_S)
                if self._is_closed:
                    return
            try:
                self.flush()
                self._drop_old()
            except StoreError:
                continue  # `fault` tells; the next round tries again

    def _drop_old(self) -> None:
        """Once a day: what has been kept long enough goes."""
        now = self._now()
        if self._cleaned_on != now.toordinal():
            with self._file_lock:
                self._file.drop_before(int(now.timestamp()) - self._days * SECONDS_A_DAY)
            self._cleaned_on = now.toordinal()
