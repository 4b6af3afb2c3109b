"""Lessons of many servers through a Redis or Valkey stream, each learned once however often somebody dies.

    foretype:lessons:{name}            the stream: one entry a batch of one server
    foretype:lessons:{name}:readings   by server: how far its journal was read

A server sends a batch and its reading in one transaction, so a batch is in the stream once. Delivery is at least once:
a learner that died before it acknowledged is given its entries again. It keeps the last entry's id in the same record as
what it learned from it, and passes over ids that are not beyond it. One learner at a time teaches a table.

A server's numbers for users are its own unless all share a journal's salt. It does not know what is learned.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from typing import Any

import msgspec
import numpy as np

from foretype.errors import ConfigError, StoreError
from foretype.rank.online.learner import Learner
from foretype.rank.online.lessons import Lessons
from foretype.rank.online.source import Batch, Reading, Source
from foretype.rank.schema import FEATURES, SCHEMA
from foretype.rank.table.delta import Delta

GROUP, LEARNER = b"learners", b"learner"
FETCHED = 16  # entries at once
MAX_ENTRY = 512  # lessons, 150 kB
MAX_ENTRIES = 100_000  # of the stream: days of what learners may be behind
EntryId = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Entry:
    """One batch as it came."""

    id: EntryId
    batch: Batch


class Stream:
    """The stream of one name. Raises ConfigError without the extra `redis`, StoreError when the server does not answer."""

    def __init__(self, url: str, name: str) -> None:
        self._redis = _import_redis()
        self._client = self._redis.Redis.from_url(url)
        self._key = f"foretype:lessons:{{{name}}}"
        with self._told():
            self._client.ping()

    def send(self, server: str, source: Source, *, now_s: float) -> int:
        """Put what came of age in a server's journal into the stream; how many lessons. Raises StoreError."""
        num_sent = 0
        while True:
            batch, reading = source.next(self.reading(server), now_s=now_s, limit=MAX_ENTRY)
            if len(batch):
                self._put(server, batch, reading)
            num_sent += len(batch.lessons)
            if len(batch.lessons) < MAX_ENTRY:
                return num_sent

    def reading(self, server: str) -> Reading:
        """How far a server's journal is in the stream."""
        with self._told():
            found = self._client.hget(self._key + ":readings", server)
        return Reading() if found is None else msgspec.json.decode(found, type=Reading)

    def entries(self, after: EntryId) -> Iterator[Entry]:
        """Entries given to the learners' group and not acknowledged, then new ones, in order; those beyond `after`.

        What is at or before `after` was learned, and is acknowledged here.
        """
        self._make_group()
        for start in (b"0", b">"):
            while found := self._read(start):
                for id, values in found:
                    if _id_of(id) > after:
                        yield Entry(_id_of(id), _batch_of(values[b"batch"], where=self._key))
                    self.acknowledge(_id_of(id))

    def acknowledge(self, id: EntryId) -> None:
        """The entry was learned, and that is on the disk."""
        with self._told():
            self._client.xack(self._key, GROUP, b"%d-%d" % id)

    def close(self) -> None:
        self._client.close()

    def _put(self, server: str, batch: Batch, reading: Reading) -> None:
        """Both or neither; a reply that was lost is no matter, since the reading is asked for again."""
        with self._told(), self._client.pipeline(transaction=True) as commands:
            commands.xadd(self._key, {b"batch": _bytes_of(batch)}, maxlen=MAX_ENTRIES, approximate=True)
            commands.hset(self._key + ":readings", server, msgspec.json.encode(asdict(reading)))
            commands.execute()

    def _make_group(self) -> None:
        with self._told():
            try:
                self._client.xgroup_create(self._key, GROUP, id=b"0", mkstream=True)
            except self._redis.ResponseError as error:
                if not str(error).startswith("BUSYGROUP"):
                    raise

    def _read(self, start: bytes) -> list[tuple[bytes, dict[bytes, bytes]]]:
        with self._told():
            found = self._client.xreadgroup(GROUP, LEARNER, {self._key: start}, count=FETCHED)
        return list(found[0][1]) if found else []

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except self._redis.RedisError as error:
            raise StoreError(
                f"redis: {error}; nothing was lost: see that the server runs, the next minute tries again"
            ) from error


def learn_from(stream: Stream, learner: Learner, *, now_min: int) -> Iterator[list[Delta]]:
    """Learn all there is in the stream, entry by entry; the deltas of each for replicas. Raises StoreError."""
    for entry in stream.entries(learner.standing.entry):
        yield learner.learn(entry.batch, now_min=now_min, entry=entry.id)


def _id_of(id: bytes) -> EntryId:
    milliseconds, _, number = id.partition(b"-")
    return int(milliseconds), int(number)


def _bytes_of(batch: Batch) -> bytes:
    columns = {
        part: [getattr(getattr(batch, part), field.name).tobytes() for field in fields(Lessons)]
        for part in ("lessons", "mends")
    }
    packed: bytes = msgspec.msgpack.encode(columns | {"schema": SCHEMA})
    return packed


def _batch_of(data: bytes, *, where: str) -> Batch:
    try:
        found = msgspec.msgpack.decode(data)
        if found["schema"] != SCHEMA:
            raise ValueError(f"features of schema {found['schema']}")
        return Batch(_lessons_of(found["lessons"]), _lessons_of(found["mends"]))
    except (msgspec.MsgspecError, KeyError, TypeError, ValueError) as error:
        raise StoreError(
            f"redis: {where} holds an entry that cannot be read ({error}), wanted schema {SCHEMA}; let all servers "
            "run one version of foretype, or delete that stream"
        ) from error


def _lessons_of(columns: list[bytes]) -> Lessons:
    kinds = (np.int64, np.int64, np.int64, np.int64, np.float32, np.bool_, np.bool_, np.float32)
    names = [field.name for field in fields(Lessons)]
    found: dict[str, Any] = {
        name: np.frombuffer(data, kind) for name, data, kind in zip(names, columns, kinds, strict=True)
    }
    return Lessons(**found | {"features": found["features"].reshape(-1, len(FEATURES))})


def _import_redis() -> Any:
    try:
        import redis
    except ImportError as error:
        raise ConfigError("redis: the client is not installed; pip install 'foretype[redis]'") from error
    return redis
