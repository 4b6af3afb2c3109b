"""Where a learner stands: dense weights, the cursor, what is still open; kept in the table that it teaches.

A sync of the table is one record, whole or not there. So the lessons that changed the vectors and the cursor behind
those lessons are on the disk together or not at all: after kill -9 nothing is learned twice and nothing is left out.
Replicas of the table get the dense weights by the same deltas.

    rows under keys of their own: bytes in pieces of 16 bits, which float32 holds exactly; the first piece counts them

It does not know what the weights weigh.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field

import msgspec
import numpy as np
from numpy.typing import NDArray

from foretype.errors import StoreError
from foretype.rank.online.inputs import WIDTH
from foretype.rank.online.source import Reading
from foretype.rank.table.embeddings import Rowed
from foretype.rank.table.entries import Keys, Rows
from foretype.rank.table.hashing import name_key

FORMAT = 1
SALT = b"foretype learner"  # names under it are keyed numbers already, or ours
MAX_BYTES = 65_536
_HEAD_PIECES = 1


@dataclass(frozen=True, slots=True)
class Standing:
    """All that a learner knows besides the vectors of ids."""

    weights: NDArray[np.float64] = field(default_factory=lambda: np.zeros(WIDTH))
    sums: NDArray[np.float64] = field(default_factory=lambda: np.zeros(WIDTH))  # of squared gradients
    reading: Reading = field(default_factory=Reading)  # of the journal
    num_lessons: int = 0
    num_mends: int = 0
    learned_min: int = 0  # minutes since 1970 of the last lesson


def rows_of(standing: Standing, *, width: int) -> tuple[Keys, Rows]:
    """The standing as rows of a table of that width. Raises StoreError for one that is too large."""
    data = msgspec.json.encode(
        asdict(standing)
        | {"format": FORMAT, "weights": standing.weights.tolist(), "sums": standing.sums.tolist()}
    )
    if len(data) > MAX_BYTES:
        raise StoreError(f"learner: found a state of {len(data)} bytes, wanted {MAX_BYTES}; this is a bug")
    pieces = np.frombuffer(data + b" " * (len(data) % 2), "<u2").astype(np.float32)
    flat = np.concatenate([[np.float32(len(pieces))], pieces])
    num_rows = -(-len(flat) // width)
    rows = np.zeros(num_rows * width, np.float32)
    rows[: len(flat)] = flat
    return _keys(num_rows), rows.reshape(num_rows, width)


def standing_in(table: Rowed) -> Standing:
    """What `rows_of` put into a table; the beginning where nothing was. Raises StoreError for another format."""
    rows, there = table.rows(_keys(1))
    if not there[0]:
        return Standing()
    num_pieces, width = int(rows[0, 0]), rows.shape[1]
    flat = table.rows(_keys(-(-(num_pieces + _HEAD_PIECES) // width)))[0].ravel()
    pieces = flat[_HEAD_PIECES : num_pieces + _HEAD_PIECES]
    return _read(pieces.astype("<u2").tobytes())


def _read(data: bytes) -> Standing:
    try:
        found = msgspec.json.decode(data)
        if found.pop("format") != FORMAT or len(found["weights"]) != WIDTH:
            raise ValueError("another format")
        reading = msgspec.convert(found["reading"], Reading)
        arrays = {name: np.array(found[name]) for name in ("weights", "sums")}
        found.pop("entry", None)  # files before the cluster had its own journal
        return Standing(**found | arrays | {"reading": reading})
    except (msgspec.MsgspecError, KeyError, TypeError, ValueError) as error:
        raise StoreError(
            f"learner: found a state that cannot be read ({error}), wanted format {FORMAT}; delete the folder "
            "`learned` of this ranker: it is learned anew from the journal"
        ) from error


def _keys(num: int) -> Keys:
    return np.array([name_key("standing", str(at), salt=SALT) for at in range(num)], np.int64)
