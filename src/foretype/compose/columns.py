"""Columns of the blend, in plain numbers: what is asked about, and sums over rows and columns.

Every sum has its order, as another one rounds otherwise: answers are the same to the last bit on every machine, and
nearly so in the browser. It does not know whose the rows are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from foretype.ngram.level import UNROLLED

Range: TypeAlias = tuple[int, int]  # of ids: first, one past the last
Row: TypeAlias = list[float]  # a number for each column


@dataclass(frozen=True, slots=True)
class Columns:
    """What is asked about: words, and behind them one column for each of `masses`, the words of some ranges together."""

    ids: Sequence[int]
    masses: Sequence[Sequence[Range]] = ()

    def __len__(self) -> int:
        return len(self.ids) + len(self.masses)


def column_sums(rows: Sequence[Row]) -> Row:
    """The rows added up, one after the other from the first on: another order rounds otherwise."""
    found = rows[0]
    for row in rows[1:]:
        found = [sum_so_far + value for sum_so_far, value in zip(found, row, strict=True)]
    return found


def joined(own: Row | None, shorter: Row | None, *, passed_down: float, total: float) -> Row | None:
    """One source's shares where `own` joins what the shorter context leaves."""
    if own is None:
        return None if shorter is None else [passed_down * share / total for share in shorter]
    if shorter is None:
        return [mine / total for mine in own]
    return [(mine + passed_down * share) / total for mine, share in zip(own, shorter, strict=True)]


def gathered(row: Row, columns: Sequence[Sequence[int]]) -> Row:
    """One number for each of `columns`, those that it names added up."""
    found = []
    for first, *others in columns:
        value = row[first]
        for at in others:
            value += row[at]
        found.append(value)
    return found


def summed(row: Row) -> float:
    """Added up as numpy does, eight at a time: of many numbers that rounds less."""
    if len(row) >= UNROLLED:
        return float(np.array(row).sum())
    found = 0.0
    for value in row:
        found += value
    return found
