"""Who learns for a cluster: one folder, and of its processes the one that was started last.

    foretype:learning:{name}:learner    the folder's name and the process's

No clock decides: a learner that was killed goes on in its folder at once, and a second one is refused until somebody
says that it takes over. It does not know what a learner does.
"""

from __future__ import annotations

import secrets

from foretype.errors import ConfigError, StoreError
from foretype.rank.cluster.stream import Stream
from foretype.redis_link import RedisLink


class Claim:
    """The claim of one process. Raises StoreError where the server does not answer."""

    def __init__(self, link: RedisLink, name: str, stream: Stream, *, folder: str) -> None:
        """Nothing is claimed yet."""
        self._link = link
        self._key = f"foretype:learning:{{{name}}}:learner"
        self._stream = stream
        self._folder = folder
        self.process = secrets.token_hex(8)

    def make(self, *, take_over: bool) -> bool:
        """Learn from now on, whoever did before; whether all journals are sent anew: a folder that begins lacks them.

        Raises StoreError where another folder learns and `take_over` does not say that it is given up.
        """
        while True:
            try:
                return self._try_to_make(take_over=take_over)
            except self._link.WatchError:
                continue

    def check(self) -> None:
        """Raises ConfigError where another process learns by now; claims again what Redis has lost."""
        with self._link.told():
            found = self._link.client.hget(self._key, "process")
        if found is None:
            self.make(take_over=False)
        elif found != self.process.encode():
            raise ConfigError(
                "redis: another learner took over, wanted one at a time; leave this one stopped"
            )

    def _try_to_make(self, *, take_over: bool) -> bool:
        with self._link.told(), self._link.client.pipeline(transaction=True) as change:
            change.watch(self._key)
            before = change.hget(self._key, "folder")
            begins = before != self._folder.encode() or take_over
            if before is not None and begins and not take_over:
                raise StoreError(
                    f"redis: found the learner of folder {before.decode()}, wanted {self._folder}, this one; start it "
                    "there, or give that folder up with --take-over: all is learned anew from the servers' journals"
                )
            change.multi()
            if begins:
                self._stream.begin_era(change)
            change.hset(self._key, mapping={"folder": self._folder, "process": self.process})
            change.execute()
            return bool(begins)
