"""What the language model reads before each key of outcome rows: tokens, each beginning of a message once.

Made from the texts for one training and thrown away with them: readings are as private as the texts, so whoever writes
a file of them must delete it. It does not know texts, nor the network that reads.
"""

from __future__ import annotations

import os
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from foretype.errors import InputError

OWNER_ONLY = 0o600


@dataclass(frozen=True, slots=True)
class Readings:
    """Sequences one behind the other, and the token that each key's anchor follows.

    Invariants: `starts` grows from 0 to len(tokens); every entry of `at` is below len(tokens).
    """

    tokens: NDArray[np.int32]
    starts: NDArray[np.int64]  # (sequences + 1,) where each begins, and where the last ends
    at: NDArray[np.int64]  # (places,) index in `tokens` of the last one that the key's anchor follows

    @property
    def num_sequences(self) -> int:
        return len(self.starts) - 1

    def sequence_of(self, at: NDArray[np.int64]) -> NDArray[np.int64]:
        """Which sequence each index of a token lies in.

        >>> gathered([[5, 6], [7]], [(0, 0), (1, 0)]).sequence_of(np.array([0, 1, 2])).tolist()
        [0, 0, 1]
        """
        return np.searchsorted(self.starts, at, side="right") - 1


def gathered(sequences: Sequence[Sequence[int]], where: Sequence[tuple[int, int]]) -> Readings:
    """Readings of sequences and, for each place, its sequence and the token within it that it follows.

    >>> gathered([[5, 6], [7]], [(0, 0), (1, 0), (0, 1)]).at.tolist()
    [0, 2, 1]
    """
    starts = np.cumsum([0, *map(len, sequences)], dtype=np.int64)
    tokens = np.array([token for sequence in sequences for token in sequence], np.int32)
    return Readings(tokens, starts, np.array([starts[which] + last for which, last in where], np.int64))


def joined_readings(parts: Sequence[Readings]) -> Readings:
    """Readings of several files of rows, in the order in which the rows are joined."""
    offsets = np.cumsum([0, *(len(part.tokens) for part in parts)])[:-1]
    starts = [part.starts[:-1] + offset for part, offset in zip(parts, offsets, strict=True)]
    total = sum(len(part.tokens) for part in parts)
    return Readings(
        np.concatenate([part.tokens for part in parts]),
        np.concatenate([*starts, [total]]),
        np.concatenate([part.at + offset for part, offset in zip(parts, offsets, strict=True)]),
    )


def save_readings(path: Path, readings: Readings) -> None:
    """Write them for one training; only the owner may read the file."""
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, OWNER_ONLY), "wb") as file:  # noqa: PTH123
        np.savez_compressed(file, **{field.name: getattr(readings, field.name) for field in fields(readings)})


def load_readings(path: Path) -> Readings:
    """Read what `save_readings` wrote. Raises InputError for a foreign or damaged file."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as found:
            return _checked(path, *(found[field.name] for field in fields(Readings)))
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise InputError(f"{path}: no readings ({error}); `foretype rank readings` makes them") from error


def _checked(path: Path, tokens: NDArray[Any], starts: NDArray[Any], at: NDArray[Any]) -> Readings:
    is_sound = (
        len(starts) > 0
        and starts[0] == 0
        and starts[-1] == len(tokens)
        and (np.diff(starts) > 0).all()
        and (not len(at) or (at.min() >= 0 and at.max() < len(tokens)))
    )
    if not is_sound:
        raise InputError(
            f"{path}: found sequences that do not cover {len(tokens)} tokens, wanted each token in one; "
            "make the readings again with `foretype rank readings`"
        )
    return Readings(tokens, starts, at)
