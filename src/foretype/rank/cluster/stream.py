"""The way from servers to the learner: a Redis stream, in which each outcome is once however often somebody dies.

    foretype:learning:{name}:outcomes    the stream: parcels of servers, and numbers of users who are forgotten
    foretype:learning:{name}:places      by server: how far its journal is in the stream
    foretype:learning:{name}:forgotten   the users again, for the servers
    foretype:learning:{name}:era         a new learner begins another, and every journal is sent from its beginning

A parcel and the place behind it are one transaction. Nobody's parcel comes behind a forgotten user and holds what they
did before: the transaction fails where somebody was forgotten since the journal was read. Delivery is at least once;
whoever reads keeps the last id with what came of it. It does not know what is learned.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import msgspec

from foretype.rank.cluster.parcel import Parcel, Place, no_parcel, packed, unpacked
from foretype.redis_link import RedisLink

CONSUMER = b"learner"  # the one of each group
FETCHED = 16  # entries at once
MAX_WAITING = 10_000  # entries; while the learner is that far behind, outcomes wait in their journals
MAX_FORGOTTEN = 100_000  # users whom a server may have missed
START = b"0-0"
EntryId = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Entry:
    """A parcel as it came, or a user to be forgotten; neither where another foretype sent it."""

    id: EntryId
    server: int
    parcel: Parcel | None = None
    forgotten: int | None = None


@dataclass(frozen=True, slots=True)
class Sent:
    """What the stream knows of a server."""

    era: int = 0
    place: Place = field(default_factory=Place)
    forgotten: str = START.decode()  # id of the last one whom it has forgotten too


class Stream:
    """One cluster's stream. Raises StoreError wherever the server does not answer."""

    def __init__(self, link: RedisLink, name: str) -> None:
        self._link = link
        self._client = link.client
        self._key = f"foretype:learning:{{{name}}}:"

    def send(
        self,
        server: int,
        *,
        make: Callable[[Place], tuple[Parcel, Place]],
        forget: Callable[[int], object],
    ) -> Parcel:
        """Forget whom others have forgotten, then put the next parcel of a server into the stream; what was sent.

        `make` gives the parcel behind a place, and where it ends. An empty one is not sent.
        """
        while True:
            try:
                return self._try_to_send(server, make=make, forget=forget)
            except self._link.WatchError:
                continue

    def forget(self, user: int) -> None:
        """Tell the learner and all servers of a user who is forgotten."""
        with self._link.told(), self._client.pipeline(transaction=True) as change:
            change.xadd(self._key + "outcomes", {b"forgotten": user})
            change.xadd(self._key + "forgotten", {b"user": user}, maxlen=MAX_FORGOTTEN, approximate=True)
            change.execute()

    def entries(self, after: EntryId, *, reader: str) -> Iterator[Entry]:
        """Entries given to this reader and not acknowledged, then new ones, in order; those beyond `after`.

        What is at or before `after` was dealt with, and is acknowledged here. A reader is a group of its own, so none
        takes an entry from another.
        """
        self._make_group(reader)
        for start in (b"0", b">"):
            while found := self._read(reader, start):
                for id, values in found:
                    if values and _id_of(id) > after:
                        yield self._entry(_id_of(id), values)
                    self._acknowledge(reader, id)

    def drop(self, upto: EntryId, *, reader: str) -> None:
        """Leave nothing of the entries up to this one, which were dealt with, nor of readers before this one."""
        oldest = f"{upto[0]}-{upto[1] + 1}"
        with self._link.told():
            self._client.xtrim(self._key + "outcomes", minid=oldest, approximate=False)
            for group in self._client.xinfo_groups(self._key + "outcomes"):
                if group["name"] != reader.encode():
                    self._client.xgroup_destroy(self._key + "outcomes", group["name"])

    def begin_era(self, change: Any) -> None:
        """Within a transaction: let every journal be sent again, from its beginning, and drop what was on its way."""
        change.incr(self._key + "era")
        change.delete(self._key + "outcomes")

    @property
    def num_waiting(self) -> int:
        """Entries that the learner has not dealt with."""
        with self._link.told():
            return int(self._client.xlen(self._key + "outcomes"))

    def _try_to_send(
        self,
        server: int,
        *,
        make: Callable[[Place], tuple[Parcel, Place]],
        forget: Callable[[int], object],
    ) -> Parcel:
        with self._link.told(), self._client.pipeline(transaction=True) as change:
            change.watch(self._key + "era", self._key + "forgotten")
            before = self._sent(change, server)
            forgotten = before.forgotten
            for id, values in change.xrange(self._key + "forgotten", min=f"({before.forgotten}"):
                forget(int(values[b"user"]))
                forgotten = id.decode()
            parcel, place = make(before.place)
            if len(parcel) and change.xlen(self._key + "outcomes") >= MAX_WAITING:
                parcel, place = no_parcel(), before.place
            change.multi()
            if len(parcel):
                change.xadd(self._key + "outcomes", {b"server": server, b"parcel": packed(parcel)})
            after = Sent(before.era, place, forgotten)
            if after != before:
                change.hset(self._key + "places", str(server), msgspec.json.encode(after))
            change.execute()
            return parcel

    def _sent(self, reader: Any, server: int) -> Sent:
        era = int(reader.get(self._key + "era") or 0)
        found = reader.hget(self._key + "places", str(server))
        sent = Sent(era) if found is None else msgspec.json.decode(found, type=Sent)
        return sent if sent.era == era else Sent(era, forgotten=sent.forgotten)

    def _make_group(self, reader: str) -> None:
        with self._link.told():
            try:
                self._client.xgroup_create(self._key + "outcomes", reader, id=b"0", mkstream=True)
            except self._link.ResponseError as error:
                if not str(error).startswith("BUSYGROUP"):
                    raise

    def _read(self, reader: str, start: bytes) -> list[tuple[bytes, dict[bytes, bytes]]]:
        with self._link.told():
            found = self._client.xreadgroup(reader, CONSUMER, {self._key + "outcomes": start}, count=FETCHED)
        return list(found[0][1]) if found else []

    def _acknowledge(self, reader: str, id: bytes) -> None:
        with self._link.told():
            self._client.xack(self._key + "outcomes", reader, id)

    def _entry(self, id: EntryId, values: dict[bytes, bytes]) -> Entry:
        if b"forgotten" in values:
            return Entry(id, 0, forgotten=int(values[b"forgotten"]))
        return Entry(id, int(values[b"server"]), unpacked(values[b"parcel"], where=self._key + "outcomes"))


def _id_of(id: bytes) -> EntryId:
    milliseconds, _, number = id.partition(b"-")
    return int(milliseconds), int(number)
