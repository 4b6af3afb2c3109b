"""Replay: held-out messages typed key by key by the simulated writers, and everything that was asked on the
way.

Each position of a message is asked once, whichever writer comes by. With `learn`, an author's earlier
messages are learned from, and each message is learned after it was written, as if it had been sent.

It does not know what the figures mean: metrics.py does.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from foretype.evals.doors import Door, Shown
from foretype.evals.familiar import Familiar
from foretype.evals.messages import Message
from foretype.evals.writer import Move, Usable, Writer, usable, write


@dataclass(frozen=True, slots=True)
class Limits:
    """How much is replayed. The defaults are those of the published figures."""

    messages: int = 120
    chars: int = 200  # a message's beginning
    min_chars: int = 40  # shorter messages are not replayed
    seconds: float | None = None  # stop after the message that passes this


class Stage(StrEnum):
    """Where in the message a key falls: the three cost differently."""

    MESSAGE_START = "message start"  # the field opens, or its first key
    WORD_START = "word start"
    IN_WORD = "in a word"


STAGE_NAMES = {
    "all": "all keys",
    Stage.MESSAGE_START.value: "first in a message",
    Stage.WORD_START.value: "first in a word",
    Stage.IN_WORD.value: "in a word",
}  # as tables and pages say it


@dataclass(frozen=True, slots=True)
class Ask:
    """One position's question and answer. No text of the writer is kept."""

    position: int
    stage: Stage
    num_words: int  # shown, 0 in silence
    is_right: bool  # all that was shown is what follows
    is_useful: bool  # at least its first word is
    elapsed_ms: float
    confidence: float | None
    silence: str | None
    lm_steps: int | None


@dataclass(frozen=True, slots=True)
class Replayed:
    """One message's replay."""

    id: str
    num_chars: int
    asks: tuple[Ask, ...]  # in the order asked, each position once
    moves: dict[Writer, tuple[Move, ...]]
    seen: tuple[bool, ...] | None  # of each character: is its word familiar? None without learning

    def keys(self, writer: Writer) -> int:
        return sum(move.keys for move in self.moves[writer])

    def ksr(self, writer: Writer) -> float:
        """Keystroke savings: 1 - keys / characters."""
        return 1 - self.keys(writer) / self.num_chars


def replay(
    door: Door, messages: Iterable[Message], *, limits: Limits | None = None, learn: bool = False
) -> Iterator[Replayed]:
    """Type the messages at the door, result by result. With `learn` the door's users are the authors."""
    limits = limits or Limits()
    familiar = Familiar()
    started, num_done = time.monotonic(), 0
    for message in messages:
        if not message.warm and len(message.body) < limits.min_chars:
            continue
        if not message.warm:
            if num_done >= limits.messages or _is_late(started, limits.seconds):
                return
            yield _replay_one(door, message, limits.chars, familiar if learn else None)
            num_done += 1
        if learn:
            door.learn(message, user=message.author)
            familiar.learn(message)


def _is_late(started: float, seconds: float | None) -> bool:
    return seconds is not None and time.monotonic() - started > seconds


def _replay_one(door: Door, message: Message, max_chars: int, familiar: Familiar | None) -> Replayed:
    body = message.body[:max_chars]
    typist = _Typist(door, message, body, user=None if familiar is None else message.author)
    moves = {writer: tuple(write(body, writer, typist.ask)) for writer in Writer}
    return Replayed(
        id=message.id,
        num_chars=len(body),
        asks=tuple(typist.asks),
        moves=moves,
        seen=None if familiar is None else familiar.seen(message.author, body),
    )


class _Typist:
    """Asks the door about one message, each position once."""

    def __init__(self, door: Door, message: Message, body: str, *, user: str | None) -> None:
        self._door, self._message, self._body, self._user = door, message, body, user
        self._answers: dict[int, Usable] = {}
        self.asks: list[Ask] = []

    def ask(self, position: int) -> Usable:
        if position not in self._answers:
            shown = self._door.suggest(self._body[:position], self._message, user=self._user)
            answer = usable(shown.text, self._body[position:])
            self.asks.append(_noted(shown, answer, stage_of(self._body, position), position))
            self._answers[position] = answer
        return self._answers[position]


def stage_of(body: str, position: int) -> Stage:
    """Where the caret at `position` stands.

    >>> [stage_of("Hi Sue", n).name for n in (0, 1, 2, 3, 4)]
    ['MESSAGE_START', 'MESSAGE_START', 'IN_WORD', 'WORD_START', 'IN_WORD']
    """
    if position <= 1:
        return Stage.MESSAGE_START
    return Stage.IN_WORD if body[position - 1].isalnum() else Stage.WORD_START


def _noted(shown: Shown, answer: Usable, stage: Stage, position: int) -> Ask:
    return Ask(
        position=position,
        stage=stage,
        num_words=len(shown.text.split()),
        is_right=answer.is_right,
        is_useful=answer.is_right or answer.words > 0,
        elapsed_ms=shown.elapsed_ms,
        confidence=shown.confidence,
        silence=shown.silence,
        lm_steps=shown.lm_steps,
    )
