"""The member: what a server does for its cluster each minute, and what it decides by.

    users who are forgotten here  -> Redis        those forgotten elsewhere -> out of the journal
    the journal's due outcomes    -> Redis        version, files, table     -> the ranker that decides

While Redis is away it says so once and goes on with what it has; outcomes wait in the journal. It does not know threads.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path

import numpy as np

from foretype.errors import InputError, StoreError
from foretype.rank.cluster.board import Board, Decision
from foretype.rank.cluster.membership import Membership
from foretype.rank.cluster.parcel import Parcel, next_parcel
from foretype.rank.cluster.stream import Stream
from foretype.rank.journal import Journal
from foretype.rank.online.correction import LearnedCorrection, dense_of
from foretype.rank.online.inputs import DIM
from foretype.rank.online.learner import ROW_WIDTH
from foretype.rank.online.live import LiveRanker
from foretype.rank.online.school import Event
from foretype.rank.online.standing import SALT, standing_in
from foretype.rank.online.version_book import digest_of
from foretype.rank.ranker import Ranker
from foretype.rank.table.embeddings import Embeddings
from foretype.rank.table.hashing import name_key
from foretype.rank.table.redis_feed import RedisFeed
from foretype.rank.table.replica import Replica

RANKER = "ranker"  # folder of the version that the cluster decided on


class Member:
    """One server of a cluster. One thread turns its minutes; `forget` may come from another, not meanwhile."""

    def __init__(
        self,
        url: str,
        *,
        membership: Membership,
        journal: Journal,
        live: LiveRanker,
        stream: Stream,
        board: Board,
        open_ranker: Callable[[Path], Ranker],
        built_in: Path,
        tenant: str | None,
        clock: Callable[[], float],
    ) -> None:
        """Lets the version that the cluster decided on last decide at once. Raises ModelError for one that cannot."""
        self._url = url
        self._membership = membership
        self._journal = journal
        self._live = live
        self._stream = stream
        self._board = board
        self._open_ranker = open_ranker
        self._built_in = built_in
        self._tenant = None if tenant is None else str(journal.number(tenant))
        self.current_name = ""
        self._replica = Replica(width=ROW_WIDTH)
        self._feed: RedisFeed | None = None
        self._correction: LearnedCorrection | None = None
        self._clock = clock
        self._heard_s = self._turned_s = clock()
        self._is_away = False
        live.install(open_ranker(ranker_folder(membership, built_in)))

    def turn_minute(self, now_s: float) -> list[Event]:
        """Exchange with the cluster all that is due; what whoever administers should know of."""
        try:
            self._exchange(now_s)
        except StoreError as error:
            was_away, self._is_away = self._is_away, True
            return [] if was_away else [Event(self.current_name, "learning waits", str(error))]
        was_away, self._is_away, self._heard_s = self._is_away, False, now_s
        return [Event(self.current_name, "learning goes on", "the cluster answers again")] if was_away else []

    def forget(self, user: str) -> bool:
        """Decide nothing more by what was learned of a user, and tell the cluster, now or when it answers again."""
        number = self._journal.number(user)
        key = np.array([name_key("user", str(number), salt=SALT)], np.int64)
        known = bool(self._replica.table.erase(key)[0])
        self._renew()
        with suppress(StoreError):  # it is on the disk, and told of each minute
            self._tell_forgotten()
        return known

    def behind_s(self, now_s: float) -> float:
        """For how long nothing was exchanged with the cluster, or its learner did not turn."""
        return max(0.0, now_s - min(self._heard_s, self._turned_s))

    def folder_of(self, name: str) -> Path:
        """Where the version in power lies. Raises InputError for another: only the learner has it."""
        if name != self.current_name:
            raise InputError(
                f"ranker {name!r}: found {self.current_name!r} deciding in the cluster, wanted none other; compare "
                "coverages, or let the learner try a ranker in the shadow: `foretype rank add` there"
            )
        return ranker_folder(self._membership, self._built_in)

    def close(self) -> None:
        self._leave_feed()
        self._membership.close()

    def _exchange(self, now_s: float) -> None:
        self._check_numbers()
        self._tell_forgotten()
        while len(self._send(now_s)):
            continue
        decision = self._board.decision()
        if decision is not None:
            self._turned_s = decision.turned_s
            self._follow(decision)

    def _check_numbers(self) -> None:
        """Raises StoreError where the cluster numbers users by another key than this journal."""
        if self._board.agree_on_salt(self._journal.salt) != self._journal.salt:
            raise StoreError(
                "redis: found another cluster than this server joined, whose users have other numbers; start the server "
                "again to join that one"
            )

    def _tell_forgotten(self) -> None:
        for user in self._journal.untold():
            self._stream.forget(user)
            self._journal.told_of(user)

    def _send(self, now_s: float) -> Parcel:
        make = partial(next_parcel, self._journal, now_s=now_s)
        return self._stream.send(self._membership.server, make=make, forget=self._journal.forget_number)

    def _follow(self, decision: Decision) -> None:
        """Decide as was announced: by that version, corrected by what its table says now."""
        if self._feed is None or self._feed.name != decision.feed:
            self._change_to(decision)
        elif self._replica.follow(self._feed):
            self._renew()

    def _change_to(self, decision: Decision) -> None:
        """Another version decides from the next key on, as soon as its files and its table are here."""
        folder = self._folder_for(decision)
        feed, replica = RedisFeed(self._url, decision.feed), Replica(width=ROW_WIDTH)
        replica.follow(feed)
        ranker = self._open_ranker(folder)
        correction = LearnedCorrection(
            Embeddings(replica, dim=DIM, salt=SALT),
            dense_of(standing_in(replica)),
            tenant=self._tenant,
            number=self._journal.number,
            clock=self._clock,
        )
        ranker.correction = correction
        self._leave_feed()
        self._feed, self._replica, self._correction = feed, replica, correction
        self.current_name = decision.version
        self._live.install(ranker)

    def _folder_for(self, decision: Decision) -> Path:
        own = ranker_folder(self._membership, self._built_in)
        if digest_of(own) != decision.digest:
            own = self._membership.folder / RANKER
            self._board.fetch(decision, own)
        return own

    def _leave_feed(self) -> None:
        if self._feed is not None:
            self._feed.close()

    def _renew(self) -> None:
        if self._correction is not None:
            self._correction.renew(dense_of(standing_in(self._replica)))


def ranker_folder(membership: Membership, built_in: Path) -> Path:
    """The version that the cluster decided on when this server last heard of it; at first the built-in one."""
    fetched = membership.folder / RANKER
    return fetched if fetched.is_dir() else built_in
