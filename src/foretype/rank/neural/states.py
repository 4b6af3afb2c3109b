"""The language model's last state at each key: one pass over every sequence, read off where anchors stand.

It does not know what a state is used for.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from foretype.errors import InputError
from foretype.lm.gpt import Gpt
from foretype.rank.neural.readings import Readings

TOKENS_PER_BATCH = 4096


def frozen_states(
    gpt: Gpt, readings: Readings, places: NDArray[np.int64] | None = None
) -> NDArray[np.float16]:
    """The state at every place, or at `places`, of the network as it is; shape (places, hidden).

    Raises InputError for tokens that the network does not have.
    """
    check_vocabulary(gpt, readings)
    at = readings.at if places is None else readings.at[places]
    where, which = np.unique(at, return_inverse=True)
    found = np.empty((len(where), gpt.arch.hidden_size), np.float16)
    sequence = readings.sequence_of(where)
    gpt.eval()
    with torch.inference_mode():
        for batch in batches(readings, np.unique(sequence), tokens=TOKENS_PER_BATCH):
            here = np.flatnonzero(np.isin(sequence, batch))
            found[here] = states_at(gpt, readings, batch, where[here]).numpy()
    return found[which]


def states_at(gpt: Gpt, readings: Readings, sequences: NDArray[np.int64], where: NDArray[np.int64]) -> Tensor:
    """The states behind the tokens at `where`, all of which lie in `sequences`; shape (len(where), hidden), float32."""
    lengths = readings.starts[sequences + 1] - readings.starts[sequences]
    ids = np.zeros(
        (len(sequences), int(lengths.max())), np.int64
    )  # what is behind a sequence's end is not read
    for row, (start, length) in enumerate(zip(readings.starts[sequences], lengths, strict=True)):
        ids[row, :length] = readings.tokens[start : start + length]
    row_of = {int(sequence): row for row, sequence in enumerate(sequences)}
    owner = readings.sequence_of(where)
    rows = torch.tensor([row_of[int(sequence)] for sequence in owner], dtype=torch.int64)
    found = gpt.hidden(torch.from_numpy(ids))[rows, torch.from_numpy(where - readings.starts[owner])]
    return found.float()


def batches(readings: Readings, sequences: NDArray[np.int64], *, tokens: int) -> Iterator[NDArray[np.int64]]:
    """Sequences of about the same length together, at most `tokens` with what pads them, or one sequence."""
    lengths = readings.starts[sequences + 1] - readings.starts[sequences]
    batch: list[int] = []
    for at in np.argsort(-lengths, kind="stable").tolist():
        if batch and (len(batch) + 1) * lengths[batch[0]] > tokens:
            yield sequences[batch]
            batch = []
        batch.append(at)
    if batch:
        yield sequences[batch]


def check_vocabulary(gpt: Gpt, readings: Readings) -> None:
    """Raise InputError for readings of another vocabulary."""
    found = int(readings.tokens.max())
    if found >= gpt.arch.vocab_size:
        raise InputError(
            f"readings: found token {found}, wanted below {gpt.arch.vocab_size}, the network's vocabulary; make them "
            "with the model that was exported from this checkpoint"
        )
