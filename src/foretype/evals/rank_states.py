"""What the language model has read at each key of outcome rows: the rows' messages again, as tokens.

Rows hold no text. Given the same files, authors and limits as `foretype rank rows` had, the messages come in the same
order, so each key finds its text by message and position. It does not know the network.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from foretype.compose.lm_reader import Tokens, document_tokens
from foretype.compose.message import read_draft
from foretype.compose.protocols import LanguageModel
from foretype.errors import InputError
from foretype.evals.held_out_streams import Stream, author_number, seconds_of
from foretype.evals.messages import Message
from foretype.ngram.automaton import Automaton
from foretype.rank.neural.readings import Readings, gathered
from foretype.rank.rows import OutcomeRows
from foretype.text.prompt import recent


def typed_messages(streams: Iterable[Stream], *, limit: int) -> Iterator[tuple[Stream, Message]]:
    """The messages that the rows of one file were made of, in their order."""
    typed = (
        (stream, message)
        for stream in streams
        for at, message in enumerate(stream.messages)
        if at in stream.typed
    )
    return islice(typed, limit)


def read_places(
    rows: OutcomeRows,
    messages: Iterable[tuple[Stream, Message]],
    *,
    model: LanguageModel,
    background: Automaton,
) -> Readings:
    """Readings of every key of `rows`. Raises InputError where messages are not those that the rows were made of."""
    _, firsts = np.unique(rows.place, return_index=True)
    bounds = np.searchsorted(rows.message[firsts], np.arange(int(rows.message.max()) + 2))
    sequences: list[Tokens] = []
    where: list[tuple[int, int]] = []
    for number, (stream, message) in enumerate(messages):
        keys = firsts[bounds[number] : bounds[number + 1]] if number + 1 < len(bounds) else firsts[:0]
        if _is_foreign(rows, keys, stream, message):
            break
        anchors = [_anchor_tokens(message, at, model, background) for at in rows.position[keys].tolist()]
        own, own_where = shared_beginnings(anchors)
        where += [(len(sequences) + which, last) for which, last in own_where]
        sequences += own
    if len(where) != len(firsts):
        raise InputError(
            f"rows: found texts for {len(where)} of {len(firsts)} keys, wanted the messages that the rows were made "
            "of; name the same files in the same order, with the same --part, --limit and --per-author"
        )
    return gathered(sequences, where)


def shared_beginnings(anchors: Sequence[Tokens]) -> tuple[list[Tokens], list[tuple[int, int]]]:
    """As few sequences as hold every anchor as a beginning; and of each anchor, which one and its last token.

    >>> shared_beginnings([(1,), (1, 2), (1, 3), (1, 2, 4)])
    ([(1, 2, 4), (1, 3)], [(0, 0), (0, 1), (1, 1), (0, 2)])
    """
    sequences: list[Tokens] = []
    which: dict[Tokens, int] = {}
    for anchor in sorted(set(anchors), key=len, reverse=True):
        fitting = (at for at, tokens in enumerate(sequences) if tokens[: len(anchor)] == anchor)
        which[anchor] = next(fitting, len(sequences))
        if which[anchor] == len(sequences):
            sequences.append(anchor)
    return sequences, [(which[anchor], len(anchor) - 1) for anchor in anchors]


def _anchor_tokens(message: Message, position: int, model: LanguageModel, background: Automaton) -> Tokens:
    """Everything that the composer's language model has read when the caret stands at `position`."""
    draft = read_draft(message.body[:position], background=background)
    return document_tokens(model, recent(draft.settled_text), message.context)


def _is_foreign(rows: OutcomeRows, keys: NDArray[np.intp], stream: Stream, message: Message) -> bool:
    """Whether another author, or another day, is written at these keys."""
    authors = rows.author[keys] == author_number(stream.author)
    times = rows.time[keys] == seconds_of(message.date)
    return not bool((authors & times).all())
