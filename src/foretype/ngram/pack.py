"""From smoothed tables to the packed file: coding probabilities, laying out children.

It does not count, smooth or answer questions; automaton.py reads what this writes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from foretype.ngram.arrays import write_arrays
from foretype.ngram.counts import Table
from foretype.ngram.level import STEP, ZERO
from foretype.ngram.lexicon import Lexicon
from foretype.ngram.smoothing import Estimate


def pack(
    path: Path,
    tables: Sequence[Table],
    estimates: Sequence[Estimate],
    *,
    lexicon: Lexicon,
    lower: NDArray[np.bool_],
    exact: bool = False,
    card: Mapping[str, Any] | None = None,
) -> None:
    """Write the model to `path`. `exact` keeps probabilities as float32 instead of 8-bit codes."""
    arrays: dict[str, NDArray[Any]] = {
        "lexicon": np.frombuffer("\x00".join(lexicon.words).encode(), np.uint8),
        "lower": np.packbits(lower),
    }
    coded = [_alphas(found, exact=exact) for found in estimates]
    for k, (table, (stored, _)) in enumerate(zip(tables, coded, strict=True), 1):
        if k > 1:
            arrays[f"words.{k}"] = table.words
        arrays[f"alphas.{k}"] = stored
        if k < len(tables):
            arrays |= _contexts(k, tables[k], estimates[k], coded[k][1], exact=exact)
    gamma = 1.0 - float(coded[0][1].sum())
    header = {
        "order": len(tables),
        "gamma": max(gamma, 1e-6),
        "evidence": float(estimates[0].evidence[0]),
        "ngrams": [len(table) for table in tables],
        "card": dict(card or {}),
    }
    write_arrays(path, arrays, kind="background", header=header)


def packed_bytes(tables: Sequence[Table], *, lexicon: Lexicon) -> int:
    """About how large `pack` makes these tables."""
    text = sum(len(word.encode()) + 1 for word in lexicon.words) + len(lexicon) * 9 // 8
    entries = sum(3 * len(table) for table in tables[1:])
    contexts = sum(10 * len(np.unique(table.prefixes)) for table in tables[1:])
    return text + entries + contexts


def _alphas(found: Estimate, *, exact: bool) -> tuple[NDArray[Any], NDArray[np.float64]]:
    """Stored values, and what they will be read as."""
    if exact:
        stored = found.alphas.astype(np.float32)
        return stored, stored.astype(np.float64)
    codes = _codes(found.alphas)
    return codes, np.where(codes == ZERO, 0.0, np.exp(-STEP * codes.astype(np.float64)))


def _contexts(
    k: int, longer: Table, found: Estimate, alphas: NDArray[np.float64], *, exact: bool
) -> dict[str, NDArray[Any]]:
    places, first = np.unique(longer.prefixes, return_index=True)
    mass = np.add.reduceat(alphas, first) if len(first) else np.zeros(0)
    gammas = np.clip(1.0 - mass, 1e-6, 1.0)
    evidence = np.clip(np.round(16 * np.log(np.maximum(found.evidence[places], 1.0))), 0, 255)
    return {
        f"contexts.{k}": places.astype(np.uint32),
        f"children.{k}": np.append(first, len(longer)).astype(np.uint32),
        f"gammas.{k}": gammas.astype(np.float32) if exact else _codes(gammas),
        f"evidence.{k}": evidence.astype(np.uint8),
    }


def _codes(values: NDArray[np.float64]) -> NDArray[np.uint8]:
    with np.errstate(divide="ignore"):
        codes = np.round(-np.log(values) / STEP)
    return np.where(codes > ZERO - 1, ZERO, np.maximum(codes, 0)).astype(np.uint8)
