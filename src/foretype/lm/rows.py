"""Rows of equal length out of examples of any length: whole examples side by side, padding at the end.

The order is a function of the seed, so a run that is continued reads on exactly where it stopped. Examples that share a row
do not see one another (`documents`). It does not know networks.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from foretype.errors import InputError
from foretype.lm.examples import Examples

NO_DOCUMENT = -1  # what padding belongs to
IGNORE = -100  # of a target that is not learned; torch's own choice


class Batch(NamedTuple):
    """Token ids and, for each place, the next token to learn; all of shape (rows, length), int64."""

    ids: Tensor
    targets: Tensor  # IGNORE where nothing is learned
    documents: Tensor  # which example a place belongs to, counted within its row; NO_DOCUMENT for padding
    places: Tensor  # flat indices of the learned places; shape (learned,)


@dataclass
class Place:
    """Where a stream of rows stands: examples of `epoch` taken so far."""

    epoch: int = 0
    taken: int = 0


class RowStream:
    """Endless batches over examples, shuffled anew each epoch; `rank` of `world` reads every world-th batch."""

    def __init__(
        self, examples: Examples, *, rows: int, length: int, seed: int, rank: int = 0, world: int = 1
    ) -> None:
        _check_lengths(examples, length)
        self._examples = examples
        self._rows = rows
        self._length = length
        self._seed = seed
        self._rank, self._world = rank, world
        self._lengths = examples.lengths
        self._orders: dict[int, NDArray[np.int64]] = {}  # the present epoch's alone
        self.place = Place()

    def __iter__(self) -> Iterator[Batch]:
        return self

    def __next__(self) -> Batch:
        """This process's next batch; what the other processes take is passed over."""
        for rank in range(self._world):
            chosen = [self._next_row() for _ in range(self._rows)]
            if rank == self._rank:
                mine = chosen
        return _batch(self._examples, mine, length=self._length)

    def state_dict(self) -> dict[str, Any]:
        return asdict(self.place)

    def load_state_dict(self, state: dict[str, Any]) -> None:
        self.place = Place(**state)

    @property
    def epochs(self) -> float:
        """Passes over the examples so far."""
        return self.place.epoch + self.place.taken / len(self._examples)

    def _next_row(self) -> NDArray[np.int64]:
        """Examples of the next row: as many of the shuffled order as fit."""
        order = self._order(self.place.epoch)
        taken = self.place.taken
        count = _num_fitting(self._lengths[order[taken : taken + self._length]], self._length)
        row = order[taken : taken + count]
        self.place.taken += len(row)
        if self.place.taken >= len(order):
            self.place = Place(self.place.epoch + 1, 0)
        return row

    def _order(self, epoch: int) -> NDArray[np.int64]:
        if epoch not in self._orders:
            order = np.random.default_rng([self._seed, epoch]).permutation(len(self._examples))
            self._orders = {epoch: order}
        return self._orders[epoch]


def one_pass(examples: Examples, *, rows: int, length: int) -> Iterator[Batch]:
    """Every example once, in order: for measuring. The last batch may have fewer rows.

    Raises InputError for an example that is longer than a row.
    """
    _check_lengths(examples, length)
    lengths, taken = examples.lengths, 0
    chosen: list[NDArray[np.int64]] = []
    while taken < len(examples):
        count = _num_fitting(lengths[taken : taken + length], length)
        chosen.append(np.arange(taken, taken + count))
        taken += count
        if len(chosen) == rows or taken == len(examples):
            yield _batch(examples, chosen, length=length)
            chosen = []


def _check_lengths(examples: Examples, length: int) -> None:
    longest = int(examples.lengths.max())
    if longest > length + 1:
        raise InputError(f"rows of {length} tokens: found an example of {longest}; use longer rows")


def _num_fitting(lengths: NDArray[np.int64], length: int) -> int:
    """How many of the next examples share a row."""
    return max(1, int(np.searchsorted(np.cumsum(lengths), length + 1, side="right")))


def _batch(examples: Examples, rows: list[NDArray[np.int64]], *, length: int) -> Batch:
    shape = (len(rows), length + 1)
    ids = np.zeros(shape, np.int64)
    documents = np.full(shape, NO_DOCUMENT, np.int64)
    learned = np.zeros(shape, np.bool_)
    laid = _lay(examples, rows, width=shape[1])
    ids.flat[laid.cells] = laid.tokens
    documents.flat[laid.cells] = laid.documents
    learned.flat[laid.cells] = laid.learned
    learned &= ~np.isin(ids, np.array(examples.card["never_targets"], np.int64))
    same = documents[:, :-1] == documents[:, 1:]  # the last token of an example has no next one
    targets = np.where(learned[:, 1:] & same, ids[:, 1:], IGNORE)
    parts = (ids[:, :-1], targets, documents[:, :-1], np.flatnonzero(targets != IGNORE))
    return Batch(*(torch.from_numpy(np.ascontiguousarray(part)) for part in parts))


@dataclass(frozen=True, slots=True)
class _Laid:
    """Tokens and the cells of the batch that they lie in; all one-dimensional and of equal length."""

    cells: NDArray[np.int64]
    tokens: NDArray[np.uint16]
    documents: NDArray[np.int64]
    learned: NDArray[np.bool_]


def _lay(examples: Examples, rows: list[NDArray[np.int64]], *, width: int) -> _Laid:
    """Examples side by side, row after row."""
    counts = [len(row) for row in rows]
    chosen = np.concatenate(rows)
    begins = examples.starts[chosen]
    lengths = examples.starts[chosen + 1] - begins
    before = np.cumsum(lengths) - lengths  # tokens laid before each example
    first = np.cumsum([0, *counts[:-1]])  # of each row
    row_start = np.arange(len(rows)) * width - before[first]
    within = np.arange(int(lengths.sum())) - np.repeat(before, lengths)
    numbers = np.arange(len(chosen)) - np.repeat(first, counts)
    return _Laid(
        cells=np.repeat(before + np.repeat(row_start, counts), lengths) + within,
        tokens=examples.tokens[np.repeat(begins, lengths) + within],
        documents=np.repeat(numbers, lengths),
        learned=within >= np.repeat(examples.num_context[chosen], lengths),
    )
