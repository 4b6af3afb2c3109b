"""Rows of replayed proposals with what the author really wrote: what rankers are trained on and judged by.

One row a proposal at a key; the rows of one key share its `place`. A file is a .npz that carries the features' schema.
It does not know who made the rows (evals/outcome_rows.py).
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from foretype.errors import InputError
from foretype.rank.schema import FEATURES, NAMES, SCHEMA

UNPACKING = (zipfile.BadZipFile, zlib.error, RuntimeError)  # what a damaged archive raises
COLUMNS = {
    "features": np.float32,
    "place": np.int64,
    "message": np.int64,
    "author": np.int64,
    "time": np.int64,
    "position": np.int32,
    "path": np.int16,
    "inserted": np.int16,
    "agreed": np.int16,
    "right_chars": np.int16,
    "right_words": np.int16,
    "is_right": np.bool_,
    "by_gate": np.bool_,
}


@dataclass(frozen=True, slots=True)
class OutcomeRows:
    """Columns of equal length, in the order of writing: messages of an author, keys of a message, proposals of a key.

    Proposals of a key come path by path, each path's beginnings shortest first; so whoever knows `is_right` of
    each knows at which word boundary a path goes wrong.
    """

    features: NDArray[np.float32]  # (rows, features), as schema.FEATURES
    place: NDArray[np.int64]  # number of the key
    message: NDArray[np.int64]  # number of the message
    author: NDArray[np.int64]  # stands for who wrote it: the same number, the same author
    time: NDArray[np.int64]  # seconds since 1970 when the message was sent; 0 where unknown
    position: NDArray[np.int32]  # characters before the caret
    path: NDArray[np.int16]  # which path of the key the proposal begins
    inserted: NDArray[np.int16]  # characters of the proposal, a blank at its end included
    agreed: NDArray[np.int16]  # of them that the author wrote next
    right_chars: NDArray[np.int16]  # characters of its first words that are right: what a writer can take
    right_words: NDArray[np.int16]  # and how many words those are
    is_right: NDArray[np.bool_]  # all of it is what the author wrote, up to a word's end
    by_gate: NDArray[np.bool_]  # the fixed gate shows this one

    def __len__(self) -> int:
        return len(self.place)

    def chosen(self, which: NDArray[Any]) -> OutcomeRows:
        """The rows that a mask or indices pick out."""
        return OutcomeRows(**{field.name: getattr(self, field.name)[which] for field in fields(self)})


def joined(parts: Sequence[OutcomeRows]) -> OutcomeRows:
    """Rows of several files as one; places and messages are numbered on, so that none are mixed up."""
    next_place = next_message = 0
    found: list[dict[str, NDArray[Any]]] = []
    for part in parts:
        columns = {field.name: getattr(part, field.name) for field in fields(part)}
        columns["place"] = columns["place"] + next_place
        columns["message"] = columns["message"] + next_message
        found.append(columns)
        if len(part):
            next_place = int(columns["place"].max()) + 1
            next_message = int(columns["message"].max()) + 1
    return OutcomeRows(**{name: np.concatenate([part[name] for part in found]) for name in COLUMNS})


def no_rows() -> OutcomeRows:
    """Nothing yet."""
    shapes = {name: (0, len(FEATURES)) if name == "features" else (0,) for name in COLUMNS}
    return OutcomeRows(**{name: np.zeros(shapes[name], kind) for name, kind in COLUMNS.items()})


def save_rows(path: Path, rows: OutcomeRows) -> None:
    """Write the rows, whole or not at all."""
    temporary = path.with_name(path.name + ".partial.npz")
    columns = {field.name: getattr(rows, field.name) for field in fields(rows)}
    np.savez_compressed(temporary, schema=np.array(SCHEMA), names=np.array(NAMES), **columns)
    temporary.replace(path)


def load_rows(path: Path) -> OutcomeRows:
    """Read rows written by `save_rows`. Raises InputError for a foreign or damaged file, and for another schema."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as found:
            schema = str(found["schema"])
            if schema != SCHEMA:
                raise InputError(
                    f"{path}: found rows of schema {schema}, wanted {SCHEMA}; make them again with "
                    "`foretype rank rows`"
                )
            return _checked(path, {name: found[name] for name in COLUMNS})
    except (OSError, ValueError, KeyError, EOFError, *UNPACKING) as error:
        why = error.strerror if isinstance(error, OSError) else "not an archive that it wrote"
        raise InputError(f"{path}: no outcome rows ({why}); `foretype rank rows` makes them") from error


def _checked(path: Path, columns: dict[str, NDArray[Any]]) -> OutcomeRows:
    for name, kind in COLUMNS.items():
        found = columns[name]
        wanted = (len(columns["place"]), len(FEATURES)) if name == "features" else columns["place"].shape
        if found.dtype != kind or found.shape != wanted:
            raise InputError(
                f"{path}: column {name} is {found.dtype} {found.shape}, wanted {np.dtype(kind)} {wanted}; "
                "make the rows again with `foretype rank rows`"
            )
    if not np.isfinite(columns["features"]).all():
        raise InputError(
            f"{path}: found features that are no numbers, wanted finite ones; make the rows again with "
            "`foretype rank rows`"
        )
    return OutcomeRows(**columns)
