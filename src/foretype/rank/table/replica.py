"""A copy of a training table that serves: it reads what was touched, and the whole when it has missed something.

It does not know how deltas travel.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any, Protocol

from numpy.typing import NDArray

from foretype.rank.table.delta import Delta
from foretype.rank.table.entries import Mask, Rows
from foretype.rank.table.kernels import Kernels
from foretype.rank.table.snapshot import Stamp
from foretype.rank.table.table import Table

SHOWN_AT_ONCE = 4_096  # rows between which readers get their turn: 2 ms


class Applied(Enum):
    """What became of a delta that a replica was given."""

    NEW = auto()  # the replica shows it now
    KNOWN = auto()  # it came before; nothing was changed
    GAP = auto()  # something before it is missing, or it is another table's; nothing was changed


@dataclass(frozen=True, slots=True)
class Full:
    """A whole table, in parts; and as a table where it lies on this machine."""

    stamp: Stamp
    parts: Iterable[Delta]
    table: Table | None = None


class Feed(Protocol):
    """Where a training table's deltas are read from."""

    def after(self, stamp: Stamp) -> Iterator[Delta] | None:
        """The deltas that follow a moment, in order; None if they are not all there any more."""
        ...

    def full(self) -> Full | None:
        """The newest whole table there is, None if there is none yet."""
        ...


class Replica:
    """A table of `width` columns that follows a feed. Any thread may read, each row whole, while one follows."""

    def __init__(self, *, width: int, kernels: Kernels | None = None) -> None:
        """`width` may be less than the training table's: its first columns are the vectors."""
        self._width = width
        self._kernels = kernels
        self.table = Table(width=width, kernels=kernels)
        self.stamp: Stamp | None = None  # None: nothing was loaded yet

    def rows(self, keys: NDArray[Any]) -> tuple[Rows, Mask]:
        return self.table.rows(keys)

    def apply(self, delta: Delta) -> Applied:
        """Show a delta if it is the next one."""
        if self.stamp is None or delta.lineage != self.stamp.lineage:
            return Applied.GAP
        if delta.sequence <= self.stamp.sequence:
            return Applied.KNOWN
        if delta.sequence != self.stamp.sequence + 1:
            return Applied.GAP
        _show(delta, self.table)
        self.stamp = Stamp(delta.lineage, delta.sequence)
        return Applied.NEW

    def load(self, full: Full) -> None:
        """Show a whole table instead of what was shown; it takes over when all of it is there."""
        table = self._filled(full.parts) if full.table is None else full.table.narrowed(self._width)
        self.table, self.stamp = table, full.stamp

    def follow(self, feed: Feed) -> int:
        """Read all there is; how many syncs further the replica is, counting a whole table as one."""
        num_new = 0
        deltas = None if self.stamp is None else feed.after(self.stamp)
        if deltas is None:
            full = feed.full()
            if full is None or full.stamp == self.stamp:
                return 0
            self.load(full)
            num_new, deltas = 1, feed.after(full.stamp)
        return num_new + sum(self.apply(delta) is Applied.NEW for delta in deltas or ())

    def _filled(self, parts: Iterable[Delta]) -> Table:
        table = Table(width=self._width, seed=self.table.seed, kernels=self._kernels)
        for part in parts:
            _show(part, table)
        return table


def _show(delta: Delta, table: Table) -> None:
    table.erase(delta.gone)
    changed = delta.narrowed(table.width).changed
    for start in range(0, len(changed), SHOWN_AT_ONCE):
        table.put(changed.take(slice(start, start + SHOWN_AT_ONCE)))
