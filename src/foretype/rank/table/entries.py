"""What a table holds, as arrays side by side: keys, minutes of last use, rows of floats.

The same arrays travel between shards, into snapshots and over the wire. It does not know where an entry lies.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from foretype.errors import InputError

Keys: TypeAlias = NDArray[np.int64]
Minutes: TypeAlias = NDArray[np.uint32]  # since 1970; 32 bits last 8,000 years, 16 would wrap after 45 days
Rows: TypeAlias = NDArray[np.float32]
Slots: TypeAlias = NDArray[np.int64]
Mask: TypeAlias = NDArray[np.bool_]

EMPTY = -(2**63)  # the one key that no entry may have: it marks a free slot, so a look-up reads keys only
MAX_MINUTE = 2**32 - 1


@dataclass(frozen=True, slots=True)
class Entries:
    """Entries side by side: keys (n,), minutes (n,), rows (n, width)."""

    keys: Keys
    minutes: Minutes
    rows: Rows

    def __len__(self) -> int:
        return len(self.keys)

    @property
    def num_bytes(self) -> int:
        return self.keys.nbytes + self.minutes.nbytes + self.rows.nbytes

    def take(self, chosen: NDArray[Any] | slice) -> Entries:
        """The chosen entries, by index, mask or slice."""
        return Entries(self.keys[chosen], self.minutes[chosen], self.rows[chosen])


def no_entries(width: int) -> Entries:
    return Entries(np.zeros(0, np.int64), np.zeros(0, np.uint32), np.zeros((0, width), np.float32))


def joined(parts: Sequence[Entries]) -> Entries:
    """All parts behind each other."""
    return Entries(
        np.concatenate([part.keys for part in parts]),
        np.concatenate([part.minutes for part in parts]),
        np.concatenate([part.rows for part in parts]),
    )


def checked_keys(keys: NDArray[Any]) -> Keys:
    """Keys as contiguous int64. Raises InputError for another kind, shape, or the key that marks free slots.

    >>> checked_keys(np.array([3, 1])).tolist()
    [3, 1]
    """
    if keys.ndim != 1 or not (
        keys.dtype == np.int64 or (keys.dtype.kind in "iu" and keys.dtype.itemsize < 8)
    ):
        raise InputError(
            f"keys: found {keys.dtype} of shape {keys.shape}, wanted int64 in a row; convert them"
        )
    wanted = np.ascontiguousarray(keys, np.int64)
    if (wanted == EMPTY).any():
        raise InputError(f"keys: found {EMPTY}, which marks free slots; use any other int64")
    return wanted


def checked_rows(rows: NDArray[Any], *, num_rows: int, width: int) -> Rows:
    """Rows as contiguous float32. Raises InputError for another shape, and for what is not a number."""
    if rows.shape != (num_rows, width):
        raise InputError(f"rows: found shape {rows.shape}, wanted {(num_rows, width)}; a row for each key")
    wanted = np.ascontiguousarray(rows, np.float32)
    if not np.isfinite(wanted).all():
        raise InputError("rows: found NaN or infinity, wanted finite numbers; leave that step out")
    return wanted


def checked_minute(minute: int) -> int:
    """A minute since 1970 that fits 32 bits."""
    if not 0 <= minute <= MAX_MINUTE:
        raise InputError(f"minute: found {minute}, wanted 0 to {MAX_MINUTE}: minutes since 1970, not seconds")
    return minute
