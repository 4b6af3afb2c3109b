"""Where the records of users lie: the small protocol between the store's logic and a database.

A shelf keeps, for each user, packs followed by rows (records.py), and a version that is never used twice: it
tells whether what one holds is still what lies there, also when another process wrote. Every method is one
transaction, durable before it returns, and may be called from any thread.

It does not know what the bytes say.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from foretype.personal.records import Pack


@dataclass(frozen=True, slots=True)
class Indexed:
    """What opening a user needs: per pack (lexicon hash, index, strange), and the rows after them."""

    version: int
    packs: Sequence[tuple[bytes, bytes, bytes]]
    rows: Sequence[bytes]


@dataclass(frozen=True, slots=True)
class Written:
    """What a user wrote: the texts of the packs, then the rows, oldest first."""

    version: int
    texts: Sequence[bytes]
    rows: Sequence[bytes]


class Shelf(Protocol):
    """Durable records. Every method raises StoreError when the database cannot do what is asked."""

    def version(self, user: str) -> int | None:
        """The user's version, None for a user with no records."""
        ...

    def indexed(self, user: str) -> Indexed | None:
        """All that opening needs, of one moment."""
        ...

    def written(self, user: str) -> Written | None:
        """All that was written, of one moment."""
        ...

    def append(self, user: str, row: bytes) -> int:
        """Add a row, and the user with it if new; gives the bytes of the rows that lie in no pack yet."""
        ...

    def seal(self, user: str, packs: Sequence[Pack], *, version: int) -> bool:
        """Replace all rows by `packs`, after those there are; False, and no change, if `version` is old."""
        ...

    def reindex(self, user: str, packs: Sequence[Pack], *, version: int) -> bool:
        """Replace all by `packs` of the same words; False, and no change, if `version` is old."""
        ...

    def rewrite(self, user: str, packs: Sequence[Pack], *, version: int) -> bool:
        """Replace all by `packs` of fewer words; False, and no change, if `version` is old.

        What was replaced is in no file any more when this returns.
        """
        ...

    def delete(self, user: str) -> bool:
        """Remove the user; False if there was none. No byte of the user is in any file when this returns."""
        ...

    def num_bytes(self, user: str) -> int:
        """Bytes that the user's records take, 0 for an unknown user."""
        ...

    def users(self) -> list[str]:
        """All users with records, sorted."""
        ...

    def close(self) -> None:
        """Release the database; a second call does nothing."""
        ...
