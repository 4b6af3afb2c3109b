"""Vectors of who writes, for which tenant, to which domain and where: what the ranker reads and teaches.

Names are hashed under the installation's salt before anything is kept. An id without a row has the zero vector, and
so has an id whose row is new. It does not know the ranker, nor what the vectors come to mean.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from foretype.errors import InputError
from foretype.rank.table.entries import Keys, Mask, Rows, checked_rows
from foretype.rank.table.filters import Filter, OpenDoor
from foretype.rank.table.hashing import name_key
from foretype.rank.table.optimizer import Optimizer, RowAdagrad


class Rowed(Protocol):
    """Rows to read: a Table, a KeptTable or a Replica's table."""

    def rows(self, keys: NDArray[Any]) -> tuple[Rows, Mask]: ...


class Taught(Rowed, Protocol):
    """Rows to change too: a Table or a KeptTable."""

    def upsert(self, keys: NDArray[Any], rows: NDArray[Any], *, now_min: int) -> None: ...

    def erase(self, keys: NDArray[Any]) -> Mask: ...


@dataclass(frozen=True, slots=True)
class Ids:
    """The names around one suggestion; None where there is none."""

    user: str | None = None
    tenant: str | None = None
    domain: str | None = None  # of the recipients
    context: str | None = None  # a field, a document, an application


NAMESPACES = tuple(field.name for field in fields(Ids))


class Embeddings:
    """Looks up: for serving, from a replica or from the table that is being trained.

    >>> from foretype.rank.table.table import Table
    >>> table = Table(width=3)
    >>> taught = TaughtEmbeddings(table, dim=2, salt=bytes(16))
    >>> taught.learn([Ids(user="anna")], np.ones((1, 8), np.float32), now_min=29_000_000)
    >>> Embeddings(table, dim=2, salt=bytes(16)).lookup(user="anna", tenant="acme")
    array([-0.05, -0.05,  0.  ,  0.  ,  0.  ,  0.  ,  0.  ,  0.  ],
          dtype=float32)
    """

    def __init__(self, table: Rowed, *, dim: int, salt: bytes) -> None:
        """`dim` floats an id. Raises InputError for a salt that is not of 16 to 64 bytes."""
        self._table = table
        self._salt = salt
        self.dim = dim
        name_key("", "", salt=salt)  # an unusable salt is told of here

    @property
    def width(self) -> int:
        """Floats of a lookup."""
        return self.dim * len(NAMESPACES)

    def lookup(
        self,
        *,
        user: str | None = None,
        tenant: str | None = None,
        domain: str | None = None,
        context: str | None = None,
    ) -> Rows:
        """The vectors of user, tenant, domain and context behind each other (4 * dim,), zeros for unknown ones."""
        found: Rows = self.lookup_many([Ids(user, tenant, domain, context)])[0]
        return found

    def lookup_many(self, ids: Sequence[Ids]) -> Rows:
        """The same for each of many (n, 4 * dim)."""
        vectors = np.zeros((len(ids) * len(NAMESPACES), self.dim), np.float32)
        keys, places = self._keys(ids)
        vectors[places] = self._table.rows(keys)[0][:, : self.dim]
        return vectors.reshape(len(ids), self.width)

    def _keys(self, ids: Sequence[Ids]) -> tuple[Keys, NDArray[np.int64]]:
        """Keys of all names, and where their vectors stand: the i-th of Ids' names at 4 * row + i."""
        named = [
            (name_key(NAMESPACES[at % len(NAMESPACES)], name, salt=self._salt), at)
            for at, name in enumerate(
                name for one in ids for name in (one.user, one.tenant, one.domain, one.context)
            )
            if name is not None
        ]
        pairs = np.array(named, np.int64).reshape(len(named), 2)
        return np.ascontiguousarray(pairs[:, 0]), np.ascontiguousarray(pairs[:, 1])


class TaughtEmbeddings(Embeddings):
    """Looks up, learns and forgets: for training. Its table's rows are dim + optimizer.num_slots(dim) wide."""

    def __init__(
        self,
        table: Taught,
        *,
        dim: int,
        salt: bytes,
        optimizer: Optimizer | None = None,
        filter: Filter | None = None,
    ) -> None:
        super().__init__(table, dim=dim, salt=salt)
        self._taught = table
        self._optimizer = optimizer or RowAdagrad(rate=0.05)
        self._filter = filter or OpenDoor()

    def learn(self, ids: Sequence[Ids], gradients: NDArray[Any], *, now_min: int) -> None:
        """One step against gradients of the loss (n, 4 * dim), in the order of `lookup_many`; those of one id add up.

        Ids that the filter holds back learn nothing yet. Raises InputError for another shape.
        """
        given = checked_rows(gradients, num_rows=len(ids), width=self.width).reshape(-1, self.dim)
        named, places = self._keys(ids)
        keys, which, seen = np.unique(named, return_inverse=True, return_counts=True)
        sums = np.zeros((len(keys), self.dim), np.float32)
        np.add.at(sums, which, given[places])
        rows, there = self._taught.rows(keys)
        there[~there] = self._filter.admits(keys[~there], seen[~there], now_min=now_min)
        stepped = self._optimizer.step(rows[there], sums[there])
        self._taught.upsert(keys[there], stepped, now_min=now_min)

    def forget(self, *, user: str) -> bool:
        """Remove a user's row; False if there was none. Files keep it until the next checkpoint."""
        key = name_key("user", checked_name(user), salt=self._salt)
        return bool(self._taught.erase(np.array([key], np.int64))[0])


def checked_name(name: str) -> str:
    if not name:
        raise InputError("user: found no characters, wanted a user id; name whom to forget")
    return name
