"""Putting the parts of a cluster together: a server that takes part, and the one learner.

One cluster has one Redis database to itself. It does not know when a turn is made, nor what answers by what was learned.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from pathlib import Path

from foretype.errors import ForetypeError, StoreError
from foretype.rank.cluster.board import Board
from foretype.rank.cluster.claim import Claim
from foretype.rank.cluster.gathered import Gathered
from foretype.rank.cluster.member import Member
from foretype.rank.cluster.membership import CLUSTER, Membership
from foretype.rank.cluster.stream import Stream
from foretype.rank.cluster.teacher import Teacher
from foretype.rank.journal import Journal
from foretype.rank.online.live import LiveRanker
from foretype.rank.online.school import School
from foretype.rank.online.versions import RANKERS, Versions
from foretype.rank.ranker import Ranker
from foretype.redis_link import RedisLink

NAME = "cluster"  # of the keys; another cluster has another database
SALT_BYTES = 32
WAITS = "see that it runs; nothing was lost"


def open_member(
    url: str,
    journal: Journal,
    live: LiveRanker,
    *,
    data_dir: Path,
    built_in: Path,
    open_ranker: Callable[[Path], Ranker],
    tenant: str | None,
    clock: Callable[[], float] = time.time,
) -> Member:
    """Take part in the cluster at `url`. `live` decides as the cluster does, from the first exchange on.

    Raises ConfigError for an address that is none, StoreError where Redis does not answer to a server that joins for the
    first time; later it may be away.
    """
    link = RedisLink(url, remedy=WAITS)
    board = Board(link, NAME)
    membership = Membership(data_dir)
    try:
        _join(board, journal, membership, Versions(data_dir / RANKERS, built_in=built_in))
    except StoreError:
        membership.close()
        raise
    return Member(
        url,
        membership=membership,
        journal=journal,
        live=live,
        stream=Stream(link, NAME),
        board=board,
        open_ranker=open_ranker,
        built_in=built_in,
        tenant=tenant,
        clock=clock,
    )


def open_teacher(
    url: str,
    *,
    data_dir: Path,
    versions: Versions,
    open_ranker: Callable[[Path], Ranker],
    tenant: str | None,
    days: int,
    take_over: bool,
) -> Teacher:
    """Learn for the cluster at `url`, with what `data_dir` holds; `versions` are the cluster's rankers there.

    Raises StoreError where Redis does not answer, another folder learns (but with `take_over`) or another process here.
    """
    link = RedisLink(url, remedy=WAITS)
    stream, board = Stream(link, NAME), Board(link, NAME)
    gathered = Gathered(data_dir / CLUSTER)
    gathered.agree(board.agree_on_salt(gathered.salt or secrets.token_bytes(SALT_BYTES)))

    live, now_min = LiveRanker(open_ranker(versions.folder_of(versions.current.name))), int(time.time() // 60)
    school = School(versions, gathered, live, open_ranker=open_ranker, tenant=tenant, now_min=now_min)
    try:
        claim = Claim(link, NAME, stream, folder=gathered.folder)
        claim.make(take_over=take_over)
        return Teacher(
            url,
            name=NAME,
            gathered=gathered,
            versions=versions,
            school=school,
            claim=claim,
            stream=stream,
            board=board,
            days=days,
        )
    except ForetypeError:
        school.close()
        gathered.close()
        raise


def _join(board: Board, journal: Journal, membership: Membership, own: Versions) -> None:
    """Number users as the cluster does. What was learned alone goes: nobody could forget in it any more."""
    try:
        salt = board.agree_on_salt(journal.salt)
    except StoreError:
        if membership.salt != journal.salt:
            raise
        return
    if membership.salt != salt:
        own.drop_learned(except_for=set())
    if journal.salt != salt:
        journal.adopt(salt)
    membership.join(salt)
