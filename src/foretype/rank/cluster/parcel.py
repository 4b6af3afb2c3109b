"""A parcel: outcomes of one server's journal, and later word on some that it sent before; and what is due for one.

Numbers all: features, labels' makings, users and domains under the cluster's key. Packed, an outcome takes 100 bytes.
It does not know how a parcel travels.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

import msgspec
import numpy as np
from numpy.typing import NDArray

from foretype.errors import StoreError
from foretype.rank.journal_file import Kept, columns_of
from foretype.rank.online.lessons import ACCEPTED, MEND_S, WAIT_S
from foretype.rank.online.source import MAX_OPEN, Outcomes
from foretype.rank.schema import FEATURES, SCHEMA

MAX_OUTCOMES = 512  # of a parcel: 50 kB as a rule
_LEVEL = 1  # of zlib: a third of the bytes; level 6 takes a quarter, and three times as long
_SETTLED = (
    "SELECT number, persisted FROM outcomes WHERE persisted IS NOT NULL AND number IN ({}) ORDER BY number"
)
_KINDS = (np.int64, np.int64, np.int64, np.int64, np.int8, np.int8, np.float32)  # of Kept's columns


@dataclass(frozen=True, slots=True)
class Parcel:
    """What is sent at once."""

    outcomes: Kept
    settled: tuple[tuple[int, int], ...] = ()  # numbers sent before, and 1 for stayed, 0 for undone

    def __len__(self) -> int:
        return len(self.outcomes.numbers) + len(self.settled)


@dataclass(frozen=True, slots=True)
class Place:
    """How far a journal was sent: up to which number, and what is not settled yet, with its time."""

    cursor: int = 0
    open: tuple[tuple[int, int], ...] = ()


def next_parcel(
    journal: Outcomes, place: Place, *, now_s: float, limit: int = MAX_OUTCOMES
) -> tuple[Parcel, Place]:
    """What is due behind a place, oldest first, and where that ends; an empty parcel where nothing is.

    An outcome is due after WAIT_S: what becomes of most is known by then, and goes with it.
    """
    settled = _settled(journal, [number for number, _ in place.open])
    done = {number for number, _ in settled}
    kept = _ripe(journal.kept(after=place.cursor, limit=limit), now_s=now_s)
    still_open = [one for one in place.open if one[0] not in done and one[1] > now_s - MEND_S]
    cursor = int(kept.numbers[-1]) if len(kept.numbers) else place.cursor
    return Parcel(kept, settled), Place(cursor, (*still_open, *_opened(kept))[-MAX_OPEN:])


def no_parcel() -> Parcel:
    """Nothing to send."""
    return Parcel(columns_of([]))


def packed(parcel: Parcel) -> bytes:
    """The parcel as bytes."""
    columns = [getattr(parcel.outcomes, field.name).tobytes() for field in fields(Kept)]
    return zlib.compress(
        msgspec.msgpack.encode({"schema": SCHEMA, "columns": columns, "settled": parcel.settled}), _LEVEL
    )


def unpacked(data: bytes, *, where: str) -> Parcel | None:
    """What `packed` made; None where a foretype of other features did. Raises StoreError for anything else."""
    try:
        found = msgspec.msgpack.decode(zlib.decompress(data))
        if found["schema"] != SCHEMA:
            return None
        columns = [np.frombuffer(each, kind) for each, kind in zip(found["columns"], _KINDS, strict=True)]
        columns[-1] = columns[-1].reshape(-1, len(FEATURES))
        if {len(column) for column in columns} != {len(columns[0])}:
            raise ValueError("columns of several lengths")
        return Parcel(Kept(*columns), tuple((number, persisted) for number, persisted in found["settled"]))
    except (msgspec.MsgspecError, zlib.error, KeyError, TypeError, ValueError) as error:
        raise StoreError(
            f"redis: {where} holds an entry that cannot be read ({error}), wanted a parcel of outcomes; "
            "delete that entry, or give the cluster a database of its own"
        ) from error


def _ripe(kept: Kept, *, now_s: float) -> Kept:
    """Those up to the first that is too young."""
    is_young = kept.at > now_s - WAIT_S
    num = int(np.argmax(is_young)) if is_young.any() else len(is_young)
    return replace(kept, **{field.name: getattr(kept, field.name)[:num] for field in fields(Kept)})


def _opened(kept: Kept) -> list[tuple[int, int]]:
    is_open: NDArray[np.bool_] = (kept.outcomes == ACCEPTED) & (kept.persisted < 0)
    return list(zip(kept.numbers[is_open].tolist(), kept.at[is_open].tolist(), strict=True))


def _settled(journal: Outcomes, numbers: Sequence[int]) -> tuple[tuple[int, int], ...]:
    if not numbers:
        return ()
    marks = ",".join("?" * len(numbers))
    return tuple(
        (number, int(persisted)) for number, persisted in journal.query(_SETTLED.format(marks), *numbers)
    )
