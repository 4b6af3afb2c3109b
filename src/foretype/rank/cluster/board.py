"""The board that servers read each minute: which ranker decides, its files, and where its learned table is published.

    foretype:learning:{name}:salt      the key of users' and domains' numbers in all journals
    foretype:learning:{name}:decides   which version, and when the learner last turned
    foretype:learning:{name}:ranker    that version's files
    foretype:learning:{name}:feeds     names of the tables that are published

Version and files change in one transaction. It does not know how anything is learned or served.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import msgspec

from foretype.errors import StoreError
from foretype.rank.online.version_book import digest_of
from foretype.redis_link import RedisLink
from foretype.runtime.whole_folder import whole_folder


@dataclass(frozen=True, slots=True)
class Decision:
    """Which version decides in all servers."""

    version: str
    digest: str  # of its files
    feed: str  # name of its table
    turned_s: float  # seconds since 1970, when the learner last looked for outcomes
    num_lessons: int


class Board:
    """One cluster's board. Raises StoreError wherever the server does not answer."""

    def __init__(self, link: RedisLink, name: str) -> None:
        self._link = link
        self._client = link.client
        self._key = f"foretype:learning:{{{name}}}:"

    def agree_on_salt(self, proposed: bytes) -> bytes:
        """The cluster's key of numbers: the first that anybody proposed."""
        with self._link.told(), self._client.pipeline(transaction=True) as change:
            change.setnx(self._key + "salt", proposed)
            change.get(self._key + "salt")
            return bytes(change.execute()[-1])

    def decision(self) -> Decision | None:
        """What was announced last; None before a learner was there."""
        with self._link.told():
            found = self._client.get(self._key + "decides")
        return None if found is None else msgspec.json.decode(found, type=Decision)

    def announce(self, decision: Decision, folder: Path) -> None:
        """Let all servers decide so; `folder` holds the version's files."""
        before = self.decision()
        with self._link.told(), self._client.pipeline(transaction=True) as change:
            if before is None or before.digest != decision.digest:
                change.delete(self._key + "ranker")
                change.hset(self._key + "ranker", mapping=_files_in(folder))
            change.set(self._key + "decides", msgspec.json.encode(asdict(decision)))
            change.execute()

    def fetch(self, decision: Decision, target: Path) -> None:
        """Put the version's files into a folder, whole, in place of one that is there. Raises StoreError."""
        with self._link.told():
            files: Mapping[bytes, bytes] = self._client.hgetall(self._key + "ranker")
        try:
            with whole_folder(target) as building:
                for name, content in files.items():
                    (building / Path(name.decode()).name).write_bytes(content)
                _check(building, decision)
        except OSError as error:
            raise StoreError(
                f"{target}: cannot be written ({error.strerror or error}); make room or mend its permissions"
            ) from error

    def add_feed(self, feed: str) -> None:
        """A table of this name is published from now on."""
        self._ask("sadd", feed)

    def drop_feed(self, feed: str) -> None:
        """No table of this name is published any more."""
        self._ask("srem", feed)

    def feeds(self) -> set[str]:
        return {name.decode() for name in self._ask("smembers")}

    def rewrite_log(self) -> None:
        """Leave what was deleted in no file of the server."""
        self._link.rewrite_log()

    def _ask(self, command: str, *values: str) -> Any:
        with self._link.told():
            return getattr(self._client, command)(self._key + "feeds", *values)


def _files_in(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def _check(folder: Path, decision: Decision) -> None:
    if digest_of(folder) != decision.digest:
        raise StoreError(
            f"redis: found other files than those of ranker {decision.version}: they were just replaced, or damaged; the "
            "next minute tries again"
        )
