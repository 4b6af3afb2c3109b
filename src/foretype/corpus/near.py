"""Near-duplicates: texts that share most of their runs of words with an earlier one, by MinHash.

A signature stands for a text's set of word runs; equal bands of signatures make candidates, and whoever agrees
with the first of a band in enough places goes. Short texts are left alone: "Thanks, see you then" is what
people write. Memory: 256 bytes a text. It does not know who wrote a text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from foretype.errors import ConfigError

NUM_HASHES = 64  # estimates a likeness of 0.8 within 0.05
NUM_BANDS = 16  # of four hashes: a pair of likeness 0.8 shares one with 0.9997, one of 0.3 with 0.12
RUN_WORDS = 3
MIN_WORDS = 20  # shorter texts are alike by chance
SEED = 1  # any number; signatures of one corpus must share it

Signatures = NDArray[np.uint32]  # (texts, NUM_HASHES)

_WORD = re.compile(r"\w+")


def signatures(texts: Sequence[str]) -> tuple[Signatures, NDArray[np.bool_]]:
    """A signature for each text, and whether the text is long enough to be judged by it.

    Raises ConfigError where rensa, of the train extra, is not installed.
    """
    sets = [word_runs(text) for text in texts]
    is_long = np.array([bool(runs) for runs in sets], np.bool_)
    found = np.zeros((len(sets), NUM_HASHES), np.uint32)
    if is_long.any():
        found[is_long] = _rensa().digests_from_token_sets([runs for runs in sets if runs], NUM_HASHES, SEED)
    return found, is_long


def word_runs(text: str) -> list[str]:
    """The different runs of RUN_WORDS words, without marks and capitals; none of a text that is too short.

    >>> word_runs("Thanks, see you then")
    []
    """
    words = _WORD.findall(text.casefold())
    if len(words) < MIN_WORDS:
        return []
    return sorted({" ".join(words[at : at + RUN_WORDS]) for at in range(len(words) - RUN_WORDS + 1)})


def near_duplicates(
    found: Signatures, is_long: NDArray[np.bool_], *, min_likeness: float
) -> NDArray[np.bool_]:
    """Which texts are much like an earlier one: an estimated share of `min_likeness` of all their word runs."""
    is_double = np.zeros(len(found), np.bool_)
    places = np.flatnonzero(is_long)
    if not len(places):
        return is_double
    for band in range(NUM_BANDS):
        keys = _band_keys(found[places], band)
        order = np.argsort(keys, kind="stable")
        starts = np.append(True, keys[order][1:] != keys[order][:-1])
        first = np.maximum.accumulate(np.where(starts, np.arange(len(order)), 0))
        members, firsts = places[order[~starts]], places[order[first[~starts]]]
        is_double[members[_likeness(found, members, firsts) >= min_likeness]] = True
    return is_double


def _band_keys(found: Signatures, band: int) -> NDArray[np.uint64]:
    """One number for the hashes of a band."""
    width = NUM_HASHES // NUM_BANDS
    keys = np.zeros(len(found), np.uint64)
    for column in found[:, band * width : (band + 1) * width].T:
        keys = (keys ^ column) * np.uint64(0x9E3779B97F4A7C15)  # Fibonacci hashing; wraps around
    return keys


def _likeness(found: Signatures, some: NDArray[np.intp], others: NDArray[np.intp]) -> NDArray[np.float64]:
    return np.asarray((found[some] == found[others]).mean(axis=1))


def _rensa() -> Any:
    try:
        from rensa import RMinHash
    except ImportError as error:
        raise ConfigError(
            "near-duplicates: the package rensa is not installed; install foretype[train], "
            "or leave them in with --near 0"
        ) from error
    return RMinHash
