"""A training table's changes through Redis or Valkey, for replicas on many machines.

    foretype:table:{name}:head             lineage, the last sync published, the sync and parts of the last whole table
    foretype:table:{name}:deltas           a stream; the id of an entry is its sync, so none is ever in it twice
    foretype:table:{name}:full:<sequence>  a whole table in parts

The relay reads the trainer's folder, not its memory: a sync is on the trainer's disk before anybody sees it, and what a
crash kept from being published is published later. The stream reaches back to the last whole table, always.

It does not know who follows.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

from foretype.errors import StoreError
from foretype.rank.table.delta import Delta, read_delta
from foretype.rank.table.replica import Feed, Full
from foretype.rank.table.snapshot import Stamp
from foretype.redis_link import RedisLink

RENEW_AFTER = 1_440  # syncs, a day of minutes: what a new replica reads behind a whole table
FETCHED = 16  # syncs at once, of at most 5 MB
LEFT_OVER_S = 3_600  # for replicas that are in the middle of a whole table when a newer one is published


@dataclass(frozen=True, slots=True)
class Published:
    """What the server has: the last sync, and the last whole table."""

    stamp: Stamp
    full_sequence: int
    num_parts: int


class RedisFeed:
    """Reads what a relay has published under a name."""

    def __init__(self, url: str, name: str) -> None:
        """Raises ConfigError without the extra `redis`, StoreError when the server does not answer."""
        self._link = RedisLink(url)
        self._client = self._link.client
        self.name = name
        self._key = f"foretype:table:{{{name}}}:"
        self._link.check()

    def after(self, stamp: Stamp) -> Iterator[Delta] | None:
        published = self.published()
        if published is None or published.stamp.lineage != stamp.lineage:
            return None
        if published.stamp.sequence <= stamp.sequence:
            return iter(()) if published.stamp == stamp else None
        deltas = self._deltas(stamp.sequence)
        first = next(deltas, None)
        return chain([first], deltas) if first and first.sequence == stamp.sequence + 1 else None

    def full(self) -> Full | None:
        published = self.published()
        if published is None:
            return None
        stamp = Stamp(published.stamp.lineage, published.full_sequence)
        return Full(stamp, self._parts(published))

    def published(self) -> Published | None:
        """What the server has, None if nothing was published yet."""
        with self._link.told():
            head = self._client.hgetall(self._key + "head")
        if not head:
            return None
        stamp = Stamp(int(head[b"lineage"]), int(head[b"sequence"]))
        return Published(stamp, int(head[b"full_sequence"]), int(head[b"parts"]))

    def close(self) -> None:
        self._client.close()

    def _deltas(self, sequence: int) -> Iterator[Delta]:
        while True:
            with self._link.told():
                found = self._client.xrange(self._key + "deltas", min=f"{sequence + 1}-0", count=FETCHED)
            if not found:
                return
            for _, fields in found:
                delta = read_delta(fields[b"delta"], where=self._key + "deltas")
                yield delta
                sequence = delta.sequence

    def _parts(self, published: Published) -> Iterator[Delta]:
        key = f"{self._key}full:{published.full_sequence}"
        for number in range(published.num_parts):
            with self._link.told():
                part = self._client.hget(key, number)
            if part is None:
                raise StoreError(f"redis: {key} was replaced while it was being read; follow again")
            yield read_delta(part, where=key)


class RedisRelay(RedisFeed):
    """Publishes a feed under a name, cut down to what replicas show. One relay a name."""

    def __init__(self, url: str, name: str, *, source: Feed, width: int) -> None:
        super().__init__(url, name)
        self._source = source
        self._width = width

    def relay(self) -> int:
        """Publish what is new; how many syncs that were, a whole table counting as one. Run it after each sync."""
        published = self.published()
        deltas = None if published is None else self._source.after(published.stamp)
        num_new = 0
        if published is None or deltas is None:
            published = self.begin_anew()
            if published is None:
                return 0
            num_new, deltas = 1, self._source.after(published.stamp)
        for delta in deltas or ():
            self._add(delta)
            num_new += 1
        self._renew_full(published)
        return num_new

    def begin_anew(self) -> Published | None:
        """Publish the newest whole table, and drop what was there: also what the table has let go of since."""
        full = self._source.full()
        if full is None:
            return None
        num_parts = self._put_parts(full)
        head = {
            "lineage": full.stamp.lineage,
            "sequence": full.stamp.sequence,
            "full_sequence": full.stamp.sequence,
            "parts": num_parts,
        }
        stale = [key for key in self._wholes() if not key.endswith(b":%d" % full.stamp.sequence)]
        with self._link.told(), self._client.pipeline() as change:
            change.delete(self._key + "deltas", *stale)
            change.hset(self._key + "head", mapping=head)
            change.execute()
        return Published(full.stamp, full.stamp.sequence, num_parts)

    def withdraw(self) -> None:
        """Leave nothing on the server; whoever follows finds nothing."""
        with self._link.told():
            self._client.delete(self._key + "head", self._key + "deltas", *self._wholes())

    def _wholes(self) -> list[bytes]:
        """Keys of all whole tables that are still there."""
        with self._link.told():
            return list(self._client.scan_iter(match=self._key + "full:*", count=1_000))

    def _add(self, delta: Delta) -> None:
        record = delta.narrowed(self._width).to_bytes()
        with self._link.told(), self._client.pipeline() as change:
            change.xadd(self._key + "deltas", {"delta": record}, id=f"{delta.sequence}-0")
            change.hset(self._key + "head", "sequence", delta.sequence)
            change.execute()

    def _renew_full(self, published: Published) -> None:
        """Publish the newest whole table when the last is old, and cut the stream behind it."""
        full = self._source.full()
        if full is None or full.stamp.sequence - published.full_sequence < RENEW_AFTER:
            return
        head = {"full_sequence": full.stamp.sequence, "parts": self._put_parts(full)}
        with self._link.told(), self._client.pipeline() as change:
            change.hset(self._key + "head", mapping=head)
            change.xtrim(self._key + "deltas", minid=f"{published.full_sequence}-0", approximate=False)
            change.expire(f"{self._key}full:{published.full_sequence}", LEFT_OVER_S)
            change.execute()

    def _put_parts(self, full: Full) -> int:
        key, num_parts = f"{self._key}full:{full.stamp.sequence}", 0
        with self._link.told():
            self._client.delete(key)
            for part in full.parts:
                self._client.hset(key, num_parts, part.narrowed(self._width).to_bytes())
                num_parts += 1
        return num_parts
