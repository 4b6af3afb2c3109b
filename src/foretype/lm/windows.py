"""Batches of text windows, cut on the device that trains: inputs, targets, and the mail's context beside them or before.

A mail longer than a window is read in several, each seeing the last tokens of the one before. Rows of a batch have
about the same length. It does not know networks; what a network does with the context is its own affair.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from foretype.lm.fields import TEXT
from foretype.lm.mail_arrays import MailArrays
from foretype.lm.word_vocabulary import MARKS, PAD_ID

Numbers: TypeAlias = NDArray[np.int64]

WINDOW = 160  # tokens: 88 % of Enron's mails in one window
HISTORY = 32  # tokens of the window before that are read again
WIDTH_STEP = 32  # rows of a batch differ by less than this
IGNORE = -100  # target of a place that teaches nothing; torch's own choice
TEXT_ID = MARKS.index(TEXT)


class Way(StrEnum):
    """How a network is given the context."""

    NONE = "none"
    AVERAGED = "A"  # every field averaged, added at every step
    SEQUENCE = "B"  # one sequence: context, then text
    ENCODED = "encoder-decoder"


@dataclass(frozen=True, slots=True)
class Batch:
    """inputs, targets: (rows, width); context, fields: (rows, context width), width 0 where the way needs none.

    lengths: (rows,) places of each row that are no padding.
    """

    inputs: Tensor
    targets: Tensor
    context: Tensor
    fields: Tensor
    lengths: Tensor


@dataclass(frozen=True, slots=True)
class Cuts:
    """Windows of mails, all (windows,): read from `read`, learn `first` up to but not including `last`."""

    mail: Numbers
    read: Numbers
    first: Numbers
    last: Numbers

    def __len__(self) -> int:
        return len(self.mail)

    def take(self, chosen: Numbers) -> Cuts:
        return Cuts(self.mail[chosen], self.read[chosen], self.first[chosen], self.last[chosen])


def cut(lengths: Numbers, *, window: int = WINDOW, history: int = HISTORY) -> Cuts:
    """Windows that learn every token of texts once.

    >>> cuts = cut(np.array([3, 12]), window=8, history=2)
    >>> list(zip(cuts.mail.tolist(), cuts.read.tolist(), cuts.first.tolist(), cuts.last.tolist()))
    [(0, 0, 0, 3), (1, 0, 0, 8), (1, 6, 8, 12)]
    """
    step = window - history
    counts = 1 + np.maximum(-(-(lengths - window) // step), 0)
    mail = np.repeat(np.arange(len(lengths)), counts)
    nth = np.arange(len(mail)) - np.repeat(np.cumsum(counts) - counts, counts)
    first = np.where(nth > 0, window + (nth - 1) * step, 0)
    return Cuts(mail, np.maximum(first - history, 0), first, np.minimum(lengths[mail], window + nth * step))


class MailWindows:
    """Mails on one device, and batches of their windows."""

    def __init__(self, mails: MailArrays, way: Way, *, device: torch.device) -> None:
        self.way = way
        self.mails = mails
        self.device = device
        self.cuts = cut(np.diff(mails.text_starts))
        self._text = self._there(mails.text)
        self._context, self._fields = self._there(mails.context), self._there(mails.fields)
        self._context_lengths = np.diff(mails.context_starts)

    @property
    def num_learned(self) -> int:
        """Targets of one pass."""
        return len(self.mails.text)

    def pass_over(self, *, places_per_batch: int, seed: int | None = None) -> Iterator[Batch]:
        """Every window once. Batches are shuffled by `seed`; None: shortest rows first."""
        random = None if seed is None else np.random.default_rng(seed)
        widths = self.widths(self.cuts)
        tie = np.arange(len(widths)) if random is None else random.permutation(len(widths))
        order = np.lexsort((tie, -(-widths // WIDTH_STEP)))
        parts = _parts(-(-widths[order] // WIDTH_STEP) * WIDTH_STEP, places_per_batch)
        for at in range(len(parts)) if random is None else random.permutation(len(parts)):
            yield self.batch(self.cuts.take(order[slice(*parts[at])]))

    def widths(self, cuts: Cuts) -> Numbers:
        """Places that each window takes in a row."""
        return cuts.last - cuts.read + self._before(cuts)

    def batch(self, cuts: Cuts) -> Batch:
        """One batch of the given windows."""
        before, lengths = self._before(cuts), self.widths(cuts)
        text_at = self._column(self.mails.text_starts[cuts.mail])
        read, first, last = map(self._column, (cuts.read, cuts.first, cuts.last))
        column = torch.arange(int(lengths.max()), device=self.device)[None]
        place = column - self._column(before) + read  # in the text; below `read` lies the context
        is_text = (place >= read) & (place < last)
        said = self._at(self._text, text_at + place - 1)
        inputs = torch.where(is_text, torch.where(place == read, TEXT_ID, said), PAD_ID)
        if self.way is Way.SEQUENCE:
            context_at = self._column(self.mails.context_starts[cuts.mail])
            inputs = torch.where(place < read, self._at(self._context, context_at + column), inputs)
        targets = torch.where(is_text & (place >= first), self._at(self._text, text_at + place), IGNORE)
        context, fields = self._beside(cuts)
        return Batch(inputs, targets, context, fields, torch.from_numpy(lengths))

    def _before(self, cuts: Cuts) -> Numbers:
        """Places of context in front of each window."""
        if self.way is Way.SEQUENCE:
            return self._context_lengths[cuts.mail]
        return np.zeros(len(cuts), np.int64)

    def _beside(self, cuts: Cuts) -> tuple[Tensor, Tensor]:
        """Context tokens and their fields, padded, for ways that read them apart from the text."""
        apart = self.way in (Way.AVERAGED, Way.ENCODED)
        lengths = self._context_lengths[cuts.mail]
        column = torch.arange(int(lengths.max()) if apart else 0, device=self.device)[None]
        there = column < self._column(lengths)
        at = self._column(self.mails.context_starts[cuts.mail]) + column
        return (
            torch.where(there, self._at(self._context, at), PAD_ID),
            torch.where(there, self._at(self._fields, at), 0),
        )

    def _at(self, stream: Tensor, places: Tensor) -> Tensor:
        if not len(stream):
            return torch.zeros_like(places)
        return stream[places.clamp(0, len(stream) - 1)].long()

    def _column(self, numbers: Numbers) -> Tensor:
        return torch.from_numpy(numbers).to(self.device)[:, None]

    def _there(self, ids: NDArray[np.uint16] | NDArray[np.uint8]) -> Tensor:
        return torch.from_numpy(ids.astype(np.int32)).to(self.device)


def _parts(widths: Numbers, places: int) -> list[tuple[int, int]]:
    """First and last of batches of equally wide rows, `places` in each at most; `widths` ascends."""
    found = []
    for width in np.unique(widths):
        low, high = np.searchsorted(widths, [width, width + 1]).tolist()
        rows = max(places // int(width), 1)
        found += [(start, min(start + rows, high)) for start in range(low, high, rows)]
    return found
