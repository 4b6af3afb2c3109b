"""Two words for one place, the one that was written and one that was shown instead: as tokens, in batches.

A pair is the first token in which the text that was shown leaves the text that was written, where that token begins a
word: of a word nothing else is asked of the network while somebody types (compose/lm_voice.py), and what both texts have in
common cancels out of the loss. So both words of all pairs of a message are judged in one pass over what was
written. It does not know the loss (dpo.py), nor who judged.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from foretype.corpus.documents import Document
from foretype.errors import InputError
from foretype.lm.mail_examples import MessageReader
from foretype.lm.rows import IGNORE
from foretype.runtime.checkpoint import Checkpoint

Ids: TypeAlias = NDArray[np.int64]

LENGTH_STEP = 16  # tokens: messages of a batch differ by less, so that little of it is padding


@dataclass(frozen=True, slots=True)
class Wrong:
    """A text that would have stood behind the first `at` characters of a message, and is not what was written there."""

    at: int
    text: str


@dataclass(frozen=True, slots=True)
class Judged:
    """A message, and what was proposed wrongly while it was typed; once for each key."""

    document: Document
    wrong: tuple[Wrong, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Paired:
    """A message as tokens, context first, and its pairs: arrays of (pairs,).

    Invariant: 1 <= num_context <= written < len(tokens), so that something is read before each written token.
    """

    tokens: Ids
    num_context: int
    written: Ids  # places in `tokens` of what was written
    rejected: Ids  # tokens that were proposed there
    reference: NDArray[np.float32]  # nats by which the network, before it learns, prefers what was written


class PairBatch(NamedTuple):
    """Messages side by side, padded behind. The first four fields are those of rows.Batch: NextToken learns from it too."""

    ids: Tensor  # (rows, length)
    targets: Tensor  # (rows, length): the next token of the text, IGNORE elsewhere
    documents: None  # every row is one message, and nothing sees the padding behind it
    places: Tensor  # (learned,) flat indices of the targets
    told: Tensor  # (pairs,) flat indices of the places that foretell the pairs
    chosen: Tensor  # (pairs,) tokens that were written
    rejected: Tensor  # (pairs,)
    reference: Tensor  # (pairs,) float32, nats


def paired(messages: Sequence[Judged], checkpoint: Checkpoint, *, max_tokens: int) -> list[Paired]:
    """The messages that have pairs, cut to `max_tokens`; references are 0 until dpo.referred() finds them.

    Raises InputError when no message has any, ModelError for too large a vocabulary.
    """
    reader = MessageReader(checkpoint)
    found = [each for message in messages if (each := _paired(message, reader, max_tokens)) is not None]
    if not found:
        raise InputError(
            f"preferences: found {len(messages)} messages and no pair, wanted at least one; name more mail"
        )
    return found


class PairStream:
    """Batches of messages without end, shuffled anew each pass; a function of the seed, so a run can go on."""

    def __init__(self, examples: Sequence[Paired], *, rows: int, seed: int) -> None:
        self._examples = examples
        self._rows = rows
        self._seed = seed
        self._taken = 0
        self._orders: dict[int, list[Ids]] = {}  # the present pass's alone

    @property
    def batches_a_pass(self) -> int:
        return -(-len(self._examples) // self._rows)

    def __iter__(self) -> Iterator[PairBatch]:
        return self

    def __next__(self) -> PairBatch:
        number, at = divmod(self._taken, self.batches_a_pass)
        self._taken += 1
        return batch_of([self._examples[index] for index in self._order(number)[at]])

    def state_dict(self) -> dict[str, Any]:
        return {"taken": self._taken}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        self._taken = state["taken"]

    def _order(self, number: int) -> list[Ids]:
        if number not in self._orders:
            random = np.random.default_rng([self._seed, number])
            steps = np.array([len(example.tokens) // LENGTH_STEP for example in self._examples])
            order = np.lexsort((random.permutation(len(steps)), steps))
            parts = [order[start : start + self._rows] for start in range(0, len(order), self._rows)]
            self._orders = {number: [parts[at] for at in random.permutation(len(parts))]}
        return self._orders[number]


def in_order(examples: Sequence[Paired], *, rows: int) -> Iterator[PairBatch]:
    """Every message once, in order: for measuring."""
    for start in range(0, len(examples), rows):
        yield batch_of(examples[start : start + rows])


def batch_of(examples: Sequence[Paired]) -> PairBatch:
    """The messages side by side."""
    length = max(len(example.tokens) for example in examples) - 1  # the last token foretells nothing
    ids = np.zeros((len(examples), length), np.int64)
    targets = np.full((len(examples), length), IGNORE, np.int64)
    for row, example in enumerate(examples):
        ids[row, : len(example.tokens) - 1] = example.tokens[:-1]
        learned = slice(example.num_context - 1, len(example.tokens) - 1)
        targets[row, learned] = example.tokens[example.num_context :]
    told = [row * length + example.written - 1 for row, example in enumerate(examples)]
    return PairBatch(
        torch.from_numpy(ids),
        torch.from_numpy(targets),
        None,
        torch.from_numpy(np.flatnonzero(targets != IGNORE)),
        torch.from_numpy(np.concatenate(told)),
        torch.from_numpy(np.concatenate([example.tokens[example.written] for example in examples])),
        torch.from_numpy(np.concatenate([example.rejected for example in examples])),
        torch.from_numpy(np.concatenate([example.reference for example in examples])),
    )


def _paired(message: Judged, reader: MessageReader, max_tokens: int) -> Paired | None:
    """The message's tokens and pairs; None without a pair, or where tokens do not spell the text."""
    text, context = message.document.text, reader.context(message.document)
    token_bytes = reader.vocabulary.token_bytes
    tokens = reader.vocabulary.encode(text)
    data = b"".join(token_bytes[token] for token in tokens)
    room = max_tokens - len(context)
    if data != text.encode("utf-8", "replace") or room < 1 or not context:
        return None
    starts = [0, *accumulate(len(token_bytes[token]) for token in tokens)]
    found = []
    for wrong in message.wrong:
        shown = reader.vocabulary.encode(text[: wrong.at] + wrong.text.rstrip())
        at = _first_difference(tokens, shown)
        if at is None or at >= room:
            continue
        before = data[: starts[at]]
        if all(_begins_word(before, token_bytes[token]) for token in (tokens[at], shown[at])):
            found.append((at, shown[at]))
    if not found:
        return None
    written, rejected = np.array(found, np.int64).T
    return Paired(
        np.array([*context, *tokens[:room]], np.int64),
        len(context),
        written + len(context),
        np.ascontiguousarray(rejected),
        np.zeros(len(written), np.float32),
    )


def _first_difference(written: Sequence[int], shown: Sequence[int]) -> int | None:
    """The first place where both have a token, and not the same."""
    pairs = enumerate(zip(written, shown, strict=False))
    return next((at for at, (one, other) in pairs if one != other), None)


def _begins_word(before: bytes, token: bytes) -> bool:
    """Whether a token is a word's first, or a mark's, and not a later part of one.

    >>> _begins_word(b"Hi", b" there"), _begins_word(b"Hi", b"ve"), _begins_word(b"Hi", b"!"), _begins_word(b"Hi ", b"thx")
    (True, False, True, False)
    """
    if not before or not token:
        return not before
    if before.endswith(b" "):  # a blank that the word's own first token is
        return token.startswith(b" ")
    return not (_in_word(before[-1]) and _in_word(token[0]))


def _in_word(byte: int) -> bool:
    return byte >= 0x80 or chr(byte).isalnum()
