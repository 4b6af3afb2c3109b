"""The shelf in Redis or Valkey: for many machines that serve the same people.

All keys of a user begin with "foretype:{<hash of the id>}:"; MULTI makes each method one transaction. What is
written is as durable as the server: set `appendonly yes` and `appendfsync always`. After a deletion the
server rewrites its log, and we wait for it; its snapshots (RDB) it replaces by its own schedule.

It does not know what the bytes say.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from typing import Any

from foretype.ngram.lexicon import Lexicon
from foretype.personal.records import Pack
from foretype.personal.shelf import Indexed, Written
from foretype.personal.store import Store
from foretype.redis_link import RedisLink

PREFIX = "foretype:"
LISTS = ("lexicons", "ids", "strange", "texts")  # one entry a pack in each


def open_redis_store(url: str, lexicon: Lexicon, **options: Any) -> Store:
    """A store in the server at `url`, e.g. "redis://localhost:6379/0"; `options` are Store's.

    Raises ConfigError without the extra `redis`, StoreError when the server does not answer.
    """
    return Store(RedisShelf(url), lexicon, **options)


class RedisShelf:
    """A Shelf in one Redis database."""

    def __init__(self, url: str) -> None:
        self._link = RedisLink(url)
        self._link.check()
        self._client = self._link.client

    def version(self, user: str) -> int | None:
        with self._link.told():
            found = self._client.hget(_key(user, "head"), "version")
        return None if found is None else int(found)

    def indexed(self, user: str) -> Indexed | None:
        version, lexicons, ids, strange, rows = self._read(user, "lexicons", "ids", "strange", "rows")
        packs = list(zip(lexicons, ids, strange, strict=True))
        return None if version is None else Indexed(int(version), packs, rows)

    def written(self, user: str) -> Written | None:
        version, texts, rows = self._read(user, "texts", "rows")
        return None if version is None else Written(int(version), texts, rows)

    def append(self, user: str, row: bytes) -> int:
        with self._link.told(), self._client.pipeline() as change:
            _touch(change, user)
            change.rpush(_key(user, "rows"), row)
            change.hincrby(_key(user, "head"), "row_bytes", len(row))
            return int(change.execute()[-1])

    def seal(self, user: str, packs: Sequence[Pack], *, version: int) -> bool:
        return self._change(user, packs, version=version, replaced=("rows",))

    def reindex(self, user: str, packs: Sequence[Pack], *, version: int) -> bool:
        return self._change(user, packs, version=version, replaced=("rows", *LISTS))

    def rewrite(self, user: str, packs: Sequence[Pack], *, version: int) -> bool:
        done = self._change(user, packs, version=version, replaced=("rows", *LISTS))
        if done:
            self._link.rewrite_log()
        return done

    def delete(self, user: str) -> bool:
        with self._link.told():
            found = self._client.delete(*_keys(user))
        if found:
            self._link.rewrite_log()
        return bool(found)

    def num_bytes(self, user: str) -> int:
        with self._link.told():
            return sum(self._client.memory_usage(key, samples=0) or 0 for key in _keys(user))

    def users(self) -> list[str]:
        with self._link.told():
            heads = list(self._client.scan_iter(match=f"{PREFIX}*:head", count=1_000))
            names = (self._client.hget(head, "name") for head in heads)
            return sorted(name.decode() for name in names if name is not None)

    def close(self) -> None:
        self._client.close()

    def _read(self, user: str, *lists: str) -> list[Any]:
        """The version and some lists, of one moment."""
        with self._link.told(), self._client.pipeline() as reading:
            reading.hget(_key(user, "head"), "version")
            for name in lists:
                reading.lrange(_key(user, name), 0, -1)
            return list(reading.execute())

    def _change(self, user: str, packs: Sequence[Pack], *, version: int, replaced: Sequence[str]) -> bool:
        """Drop the `replaced` lists and add packs, if `version` still holds when it is done."""
        head = _key(user, "head")
        with self._link.told(), self._client.pipeline() as change:
            change.watch(head)
            found = change.hget(head, "version")
            if found is None or int(found) != version:
                return False
            change.multi()
            _touch(change, user)
            change.hset(head, "row_bytes", 0)
            change.delete(*(_key(user, name) for name in replaced))
            for pack in packs:
                values = (pack.lexicon_hash, pack.index, pack.strange, pack.texts)
                for name, value in zip(LISTS, values, strict=True):
                    change.rpush(_key(user, name), value)
            try:
                change.execute()
            except self._link.WatchError:
                return False
            return True


def _key(user: str, name: str) -> str:
    return f"{PREFIX}{{{hashlib.sha256(user.encode()).hexdigest()}}}:{name}"


def _keys(user: str) -> list[str]:
    return [_key(user, name) for name in ("head", "rows", *LISTS)]


def _touch(change: Any, user: str) -> None:
    """A version that was never used: 62 random bits, so that machines need not agree on a counter."""
    change.hset(_key(user, "head"), mapping={"name": user, "version": secrets.randbits(62)})
