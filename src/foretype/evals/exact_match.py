"""ExactMatch as Smart Compose counted it: of the phrases shown, the share that was written word for word.

A network shows a phrase where it is sure enough. Thresholds differ between networks, so all are compared at equal
coverage: the same share of places, each network's surest ones. It does not know how phrases were found
(lm/phrase_places.py), nor that a shorter phrase is easier: a network that ends early looks better overall.
"""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from foretype.errors import InputError

LENGTHS = (1, 2, 3, 5)  # words; those that Smart Compose's table has


@dataclass(frozen=True, slots=True)
class Places:
    """The best phrase of each place; all (places,). A place without a phrase has no words.

    confidence: mean log p of a phrase's tokens. right: the whole phrase is what was written.
    """

    confidence: NDArray[np.float32]
    num_words: NDArray[np.int64]
    right: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Share:
    """`right` of `shown` phrases.

    >>> Share(right=3, shown=4).value, Share(right=0, shown=0).value
    (0.75, None)
    """

    right: int
    shown: int

    @property
    def value(self) -> float | None:
        """None where nothing was shown."""
        return self.right / self.shown if self.shown else None

    @property
    def standard_error(self) -> float | None:
        """Of `value`, as if places were drawn one by one."""
        value = self.value
        return None if value is None else float(np.sqrt(value * (1 - value) / self.shown))


@dataclass(frozen=True, slots=True)
class ExactMatch:
    """Shares by number of words, over all lengths, and the words that right phrases held for each place asked."""

    by_length: Mapping[int, Share]
    overall: Share
    words_per_place: float


def exact_match(places: Places, *, coverage: float) -> ExactMatch:
    """ExactMatch of the surest phrases at `coverage` of all places. Raises InputError for no share, 0 to 1.

    >>> places = Places(
    ...     confidence=np.array([-0.1, -0.2, -0.3, -3.0], np.float32),
    ...     num_words=np.array([1, 2, 2, 5]),
    ...     right=np.array([True, True, False, False]),
    ... )
    >>> found = exact_match(places, coverage=0.75)
    >>> found.by_length[2].value, round(found.overall.value or 0, 2), found.words_per_place
    (0.5, 0.67, 0.75)
    """
    shown = surest(places, coverage=coverage)
    num_words, right = places.num_words[shown], places.right[shown]
    by_length = {length: _share(right[num_words == length]) for length in LENGTHS}
    words = float(num_words[right].sum()) / len(places.num_words)
    return ExactMatch(by_length, _share(right), words)


def surest(places: Places, *, coverage: float) -> NDArray[np.int64]:
    """The places with the highest confidence that have words, at most `coverage` of all; surest first."""
    if not 0 < coverage <= 1:
        raise InputError(f"coverage: found {coverage}, wanted a share above 0 and up to 1; try 0.1")
    speaking = np.flatnonzero(places.num_words > 0)
    order = speaking[np.argsort(-places.confidence[speaking], kind="stable")]
    return order[: round(coverage * len(places.num_words))]


def load_places(path: Path) -> dict[tuple[str, str], Places]:
    """Places by (row, split) out of a run's NAME-tried.npz. Raises InputError where there are none."""
    try:
        with np.load(path) as arrays:
            names = sorted({name.rpartition("|")[0] for name in arrays.files})
            return {_row_and_split(name): _places(arrays, name) for name in names}
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise InputError(
            f"{path}: no tried phrases ({error}); make them with `experiment.py table`"
        ) from error


def _row_and_split(name: str) -> tuple[str, str]:
    row, _, split = name.rpartition("|")
    return row, split


def _places(arrays: Mapping[str, NDArray[np.generic]], name: str) -> Places:
    return Places(
        confidence=arrays[f"{name}|confidence"].astype(np.float32),
        num_words=arrays[f"{name}|num_words"].astype(np.int64),
        right=arrays[f"{name}|right"].astype(np.bool_),
    )


def _share(right: NDArray[np.bool_]) -> Share:
    return Share(int(right.sum()), len(right))
