"""Outcome rows out of held-out messages: at each key, every proposal with what the author really wrote next.

A simulated writer types the messages, sees what the fixed gate shows, and takes what is right most of the time. The
labels depend on the author's text alone; what the writer takes decides only which keys are met, and what happened before
them. Rows are the same on every run. It does not know how a composer is opened, nor what learns from the rows.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from foretype.compose.composer import Composer
from foretype.compose.gate import Gate
from foretype.compose.path import Path as Proposal
from foretype.compose.request import Request
from foretype.compose.situation import Situation
from foretype.evals.held_out_streams import Stream, author_number, seconds_of
from foretype.evals.messages import Message
from foretype.evals.writer import Usable, num_common, usable
from foretype.rank.features import Proposals, proposals
from foretype.rank.reach import WideReach
from foretype.rank.rows import COLUMNS, OutcomeRows, no_rows

DEADLINE_MS = 10_000.0  # rows must not depend on how busy the machine is


@dataclass(frozen=True, slots=True)
class Plan:
    """How messages are typed."""

    chars: int = 200  # of each message, as in a replay
    takes: float = 0.6  # share of what is right that the writer takes; people overlook some


class Noting:
    """A decider that answers as the fixed gate does, and notes all that it could have shown at the last key."""

    def __init__(self, gate: Gate | None = None) -> None:
        self.gate = gate or Gate()
        self._reach = WideReach()
        self.noted: Proposals | None = None
        self.shown: int | None = None  # which of the noted ones the gate shows

    @property
    def phrase_from(self) -> float:
        return self._reach.phrase_from

    def goes_further(self, num_chars: int, next_prob: float) -> bool:
        return self._reach.goes_further(num_chars, next_prob)

    def choose(self, paths: Iterable[Proposal], situation: Situation, *, n: int) -> list[Proposal]:
        grown = list(paths)
        self.noted = proposals(grown, replace(situation, elapsed_ms=0.0))  # times differ from run to run
        chosen = self.gate.choose((as_the_gate_grows(path, self.gate) for path in grown), situation, n=n)
        self.shown = next((at for at, path in enumerate(self.noted.paths) if path in chosen[:1]), None)
        return chosen


def as_the_gate_grows(path: Proposal, gate: Gate) -> Proposal:
    """The beginning of a widely grown path at which the fixed gate stops growing."""
    for num in range(1, len(path.hypotheses)):
        beginning = path.first(num)
        length = len(beginning.text.rstrip())
        too_unsure = num == 1 and path.probs[0] < gate.phrase_from
        if length and (too_unsure or not gate.goes_further(length, path.hypotheses[num].prob)):
            return beginning
    return path


class RowMaker:
    """Types messages at a composer whose decider is `noting`, and keeps the rows of every key."""

    def __init__(self, composer: Composer, noting: Noting, plan: Plan) -> None:
        self._composer, self._noting, self._plan = composer, noting, plan
        self._num_places = 0
        self._num_messages = 0

    def rows_of(self, stream: Stream, *, learn: bool) -> Iterator[OutcomeRows]:
        """The rows of each message that is typed; with `learn`, the author's memory learns every one behind it."""
        for at, message in enumerate(stream.messages):
            user = message.author if learn else None
            if at in stream.typed:
                yield self._typed(message, user, author=author_number(stream.author))
            if user is not None:
                self._composer.learn(message.body, user=user, context=message.context)

    def _typed(self, message: Message, user: str | None, *, author: int) -> OutcomeRows:
        body = message.body[: self._plan.chars]
        chance = random.Random(message.id)
        parts: list[OutcomeRows] = []
        position = 0
        while position < len(body):
            shown = self._ask(body, position, message, user)
            parts.append(self._labelled(body, position, message, author=author))
            position += self._step(usable(shown, body[position:]), chance)
        self._composer.release(message.id)
        self._num_messages += 1
        return stacked(parts)

    def _ask(self, body: str, position: int, message: Message, user: str | None) -> str:
        self._noting.noted = None
        request = Request(
            body[:position],
            user=user,
            session=message.id,
            context=message.context,
            deadline_ms=DEADLINE_MS,
        )
        answer = self._composer.answer(request)
        return answer.suggestions[0].text if answer.suggestions else ""

    def _step(self, seen: Usable, chance: random.Random) -> int:
        """Characters that the next key brings: one typed, or what is taken."""
        is_worth = (seen.is_right and seen.chars > 1) or seen.chars > seen.words > 0
        return seen.chars if is_worth and chance.random() < self._plan.takes else 1

    def _labelled(self, body: str, position: int, message: Message, *, author: int) -> OutcomeRows:
        noted = self._noting.noted
        if noted is None or not noted.paths:
            return no_rows()
        rest, num = body[position:], len(noted.paths)
        labels = [usable(path.text, rest) for path in noted.paths]
        columns: dict[str, object] = {
            "features": noted.rows,
            "place": [self._num_places] * num,
            "message": [self._num_messages] * num,
            "author": [author] * num,
            "time": [seconds_of(message.date)] * num,
            "position": [position] * num,
            "path": noted.sources,
            "inserted": [len(path.text) for path in noted.paths],
            "agreed": [num_common(path.text, rest) for path in noted.paths],
            "right_chars": [label.chars for label in labels],
            "right_words": [label.words for label in labels],
            "is_right": [label.is_right for label in labels],
            "by_gate": [at == self._noting.shown for at in range(num)],
        }
        self._num_places += 1
        return OutcomeRows(**{name: np.asarray(columns[name], kind) for name, kind in COLUMNS.items()})


def stacked(parts: Sequence[OutcomeRows]) -> OutcomeRows:
    """Rows one behind the other, numbered as they are."""
    if not parts:
        return no_rows()
    return OutcomeRows(**{name: np.concatenate([getattr(part, name) for part in parts]) for name in COLUMNS})


def make_rows(
    maker: RowMaker,
    streams: Iterable[Stream],
    *,
    learn: bool,
    limit: int,
    advance: Callable[[OutcomeRows], None] = lambda rows: None,
) -> OutcomeRows:
    """Rows of at most `limit` messages."""
    parts: list[OutcomeRows] = []
    for stream in streams:
        for rows in maker.rows_of(stream, learn=learn):
            parts.append(rows)
            advance(rows)
            if len(parts) == limit:
                return stacked(parts)
    return stacked(parts)
