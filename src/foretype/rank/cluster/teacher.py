"""The teacher: one process that learns for all servers. A turn gathers, learns, judges and publishes.

    stream -> gathered -> school (learners, guard, shadow, duel) -> table's relay, board

All it knows is in its folder: what came twice is learned once, and what a crash kept from being published is published
by the next turn. It does not know when it is called, nor who follows.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

from foretype.rank.cluster.board import Board, Decision
from foretype.rank.cluster.claim import Claim
from foretype.rank.cluster.gathered import Gathered
from foretype.rank.cluster.stream import Stream
from foretype.rank.online.learner import ROW_WIDTH
from foretype.rank.online.school import Event, School
from foretype.rank.online.version_book import digest_of
from foretype.rank.online.versions import Versions
from foretype.rank.table.folder_feed import FolderFeed
from foretype.rank.table.redis_feed import RedisRelay

DAY_S = 86_400


@dataclass(frozen=True, slots=True)
class Turned:
    """What a turn did."""

    version: str  # that decides
    num_gathered: int  # outcomes that came
    num_lessons: int  # of all turns, those that the version in power learned from
    oldest_s: float | None  # age of the oldest outcome that came
    took_ms: float
    events: tuple[Event, ...]


class Teacher:
    """Learns for one cluster. One thread calls it. Raises StoreError where disk or server refuse: call again."""

    def __init__(
        self,
        url: str,
        *,
        name: str,
        gathered: Gathered,
        versions: Versions,
        school: School,
        claim: Claim,
        stream: Stream,
        board: Board,
        days: int,
    ) -> None:
        """`days` are how long gathered outcomes are kept."""
        self._url = url
        self._name = name
        self._gathered = gathered
        self._versions = versions
        self._claim = claim
        self._stream = stream
        self._board = board
        self._days = days
        self._school = school
        self._relay = self._relay_of(self._version)

    def turn(self, now_s: float) -> Turned:
        """Do all that is due by now."""
        began = time.perf_counter()
        self._claim.check()
        self._gathered.agree(self._board.agree_on_salt(self._gathered.salt or b""))
        num_gathered, oldest_s = self._gather(now_s)
        events = tuple(self._school.turn_minute(now_s))
        self._publish(now_s)
        self._claim.check()
        self._stream.drop(self._gathered.entry, reader=self._claim.process)
        self._gathered.drop_before(int(now_s) - self._days * DAY_S)
        took_ms = (time.perf_counter() - began) * 1000
        return Turned(self._version, num_gathered, self._num_lessons, oldest_s, took_ms, events)

    def close(self) -> None:
        self._relay.close()
        self._school.close()
        self._gathered.close()

    @property
    def _version(self) -> str:
        return self._school.current.version.name

    @property
    def _num_lessons(self) -> int:
        return self._school.current.learner.standing.num_lessons

    def _gather(self, now_s: float) -> tuple[int, float | None]:
        """Take what came, in order; how many outcomes, and the age of the oldest."""
        num_new, oldest = 0, now_s
        for entry in self._stream.entries(self._gathered.entry, reader=self._claim.process):
            if entry.forgotten is not None:
                self._forget(entry.forgotten)
            elif entry.parcel is not None and len(entry.parcel.outcomes.at):
                oldest = min(oldest, float(entry.parcel.outcomes.at[0]))
            num_new += self._gathered.take(entry, now_s=now_s)
        return num_new, now_s - oldest if num_new else None

    def _forget(self, user: int) -> None:
        """Leave nothing of a user here nor on the server. Done again after a crash, since the entry is not noted yet."""
        self._gathered.forget(user)
        self._school.forget_number(user)
        self._relay.begin_anew()
        self._drop_other_feeds()
        self._stream.drop(self._gathered.entry, reader=self._claim.process)
        self._board.rewrite_log()

    def _publish(self, now_s: float) -> None:
        """What was learned, and then that it decides; so whoever reads of a version finds its table."""
        if self._relay.name != self._feed_of(self._version):
            self._relay.close()
            self._relay = self._relay_of(self._version)
        self._relay.relay()
        folder = self._versions.folder_of(self._version)
        decision = Decision(self._version, digest_of(folder), self._relay.name, now_s, self._num_lessons)
        self._board.announce(decision, folder)
        self._drop_other_feeds()

    def _drop_other_feeds(self) -> None:
        """Leave no table on the server but that of the version in power."""
        for feed in self._board.feeds() - {self._relay.name}:
            other = RedisRelay(self._url, feed, source=self._source_of(self._version), width=ROW_WIDTH)
            other.withdraw()
            other.close()
            self._board.drop_feed(feed)

    def _relay_of(self, version: str) -> RedisRelay:
        self._board.add_feed(self._feed_of(version))
        return RedisRelay(self._url, self._feed_of(version), source=self._source_of(version), width=ROW_WIDTH)

    def _feed_of(self, version: str) -> str:
        """By what is learned on, so that a package's own ranker that changed has another."""
        return f"{self._name}/{self._versions.learned_folder(version).name}"

    def _source_of(self, version: str) -> FolderFeed:
        return FolderFeed(self._versions.learned_folder(version))
