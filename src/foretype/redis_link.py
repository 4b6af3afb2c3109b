"""The way to a Redis or Valkey server: the optional client, opened by an address, and its errors in our words.

A command is sent once, whatever the client's version would do by itself: what got no answer may have been done, and
sent again it would add twice. Whoever asks here looks what the server then says. It does not know what is kept there.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from foretype.errors import ConfigError, StoreError

CONNECT_S, ANSWER_S = (
    3.0,
    20.0,
)  # a server in the next room answers in a millisecond; one that saves may take seconds
REWRITE_S, POLL_S = 60.0, 0.02


class RedisLink:
    """One server's client. Safe for threads."""

    def __init__(self, url: str, *, remedy: str = "mend it and try again") -> None:
        """`url` is such as "redis://localhost:6379/0"; nothing is sent yet. `remedy` ends what errors tell.

        Raises ConfigError without the extra `redis`, and for an address that is none.
        """
        self._redis = _import_redis()
        self._remedy = remedy
        try:
            self.client = self._redis.Redis.from_url(
                url, socket_connect_timeout=CONNECT_S, socket_timeout=ANSWER_S, retry=_never_again()
            )
        except ValueError as error:  # the address may hold a password: it is not told
            raise ConfigError(
                "redis: found an address that is none, wanted one such as redis://localhost:6379/0; mend it"
            ) from error
        self.WatchError = self._redis.WatchError
        self.ResponseError = self._redis.ResponseError

    def check(self) -> None:
        """Raises StoreError when the server does not answer."""
        with self.told():
            self.client.ping()

    @contextmanager
    def told(self) -> Iterator[None]:
        """The client's errors as StoreError, but for a transaction that lost a race (WatchError)."""
        try:
            yield
        except self._redis.WatchError:
            raise
        except self._redis.RedisError as error:
            raise StoreError(
                f"redis: {error}; wanted a server that answers and has memory free: {self._remedy}"
            ) from error

    def rewrite_log(self) -> None:
        """Leave what was deleted in no append-only file. Raises StoreError."""
        with self.told():
            if not self.client.info("persistence")["aof_enabled"]:
                return
            self._wait_for_log()  # one that began before the deletion would keep it
            self.client.bgrewriteaof()
            self._wait_for_log()

    def close(self) -> None:
        self.client.close()

    def _wait_for_log(self) -> None:
        give_up = time.monotonic() + REWRITE_S
        while time.monotonic() < give_up:
            state = self.client.info("persistence")
            if not state["aof_rewrite_in_progress"] and not state["aof_rewrite_scheduled"]:
                return
            time.sleep(POLL_S)
        raise StoreError(
            f"redis: deleted, but the log was not rewritten in {REWRITE_S:.0f} s; run BGREWRITEAOF"
        )


def _never_again() -> Any:
    from redis.backoff import NoBackoff
    from redis.retry import Retry

    return Retry(NoBackoff(), 0)


def _import_redis() -> Any:
    try:
        import redis
    except ImportError as error:
        raise ConfigError("redis: the client is not installed; pip install 'foretype[redis]'") from error
    return redis
