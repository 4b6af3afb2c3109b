"""What was proposed wrongly while held-out messages were typed: the raw material of preference tuning.

A simulated writer types the messages. Where what is shown is wrong it is noted; where all of it is right, the next best
proposal that is wrong. So the pairs are the present system's own mistakes and near-mistakes, at its own rate. They
hold text: they live in memory only, and only where somebody trains on texts of their own. It does not know tokens.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

from foretype.compose.composer import Composer
from foretype.compose.decider import Decider
from foretype.compose.path import Path as Proposal
from foretype.compose.request import Request
from foretype.compose.situation import Situation
from foretype.corpus.documents import Document
from foretype.evals.held_out_streams import Stream
from foretype.evals.messages import Message
from foretype.evals.writer import Usable, Writer, usable, write
from foretype.lm.preference_pairs import Judged, Wrong

DEADLINE_MS = 10_000.0  # pairs must not depend on how busy the machine is
LAST_SHARE = 5  # of one's own mail the last fifth is judged by
MIN_OWN = 10  # messages of an author, at least, to be parted in time


class Watching:
    """A decider that answers as another does, and remembers what else there was at the last key."""

    def __init__(self, decider: Decider) -> None:
        self._decider = decider
        self.texts: tuple[str, ...] = ()  # what is shown comes first; empty in silence

    @property
    def phrase_from(self) -> float:
        return self._decider.phrase_from

    def goes_further(self, num_chars: int, next_prob: float) -> bool:
        return self._decider.goes_further(num_chars, next_prob)

    def choose(self, paths: Iterable[Proposal], situation: Situation, *, n: int) -> list[Proposal]:
        grown = list(paths)
        chosen = self._decider.choose(grown, situation, n=n)
        others = (path for path in grown if path not in chosen)
        self.texts = tuple(path.text for path in (*chosen, *others)) if chosen else ()
        return chosen


class PairMaker:
    """Types messages at a composer whose decider is `watching`."""

    def __init__(self, composer: Composer, watching: Watching, *, chars: int) -> None:
        self._composer, self._watching, self._chars = composer, watching, chars

    def judged(self, stream: Stream) -> Iterator[Judged]:
        """Each message that is typed; the author's memory learns every one when it is behind."""
        for at, message in enumerate(stream.messages):
            if at in stream.typed:
                yield self._typed(message)
            if message.author is not None:
                self._composer.learn(message.body, user=message.author, context=message.context)

    def _typed(self, message: Message) -> Judged:
        body = beginning(message.body, self._chars)
        wrong: list[Wrong] = []

        def ask(position: int) -> Usable:
            shown = self._ask(message, body[:position])
            rest = body[position:]
            mistake = next((text for text in self._watching.texts if not usable(text, rest).is_right), None)
            if mistake is not None:
                wrong.append(Wrong(position, mistake))
            return usable(shown, rest)

        for _ in write(body, Writer.WORD, ask):
            pass
        self._composer.release(message.id)
        return Judged(document_of(message, body), tuple(wrong))

    def _ask(self, message: Message, text: str) -> str:
        self._watching.texts = ()
        request = Request(
            text,
            user=message.author,
            session=message.id,
            context=message.context,
            deadline_ms=DEADLINE_MS,
        )
        answer = self._composer.answer(request)
        return answer.suggestions[0].text if answer.suggestions else ""


def make_pairs(
    maker: PairMaker, streams: Iterable[Stream], *, limit: int, advance: Callable[[], None] = lambda: None
) -> list[Judged]:
    """At most `limit` messages, judged."""
    found: list[Judged] = []
    for stream in streams:
        for judged in maker.judged(stream):
            found.append(judged)
            advance()
            if len(found) == limit:
                return found
    return found


def parted_in_time(streams: Sequence[Stream]) -> tuple[list[Stream], list[Stream]]:
    """Each author's messages up to some day, and the last fifth of those that are typed: to learn from, to judge by.

    Who wrote less than MIN_OWN messages is only learned from.
    """
    learn, judge = [], []
    for stream in streams:
        typed = sorted(stream.typed)
        num_judged = len(typed) // LAST_SHARE if len(typed) >= MIN_OWN else 0
        if not num_judged:
            learn.append(stream)
            continue
        first = typed[-num_judged]
        learn.append(replace(stream, messages=stream.messages[:first], typed=frozenset(typed[:-num_judged])))
        judge.append(replace(stream, typed=frozenset(typed[-num_judged:])))
    return learn, judge


def beginning(text: str, chars: int) -> str:
    """The first words of a text.

    >>> beginning("Hi Susan, thanks", 12), beginning("Hi", 12)
    ('Hi Susan,', 'Hi')
    """
    return text if len(text) <= chars else text[: chars + 1].rsplit(None, 1)[0]


def document_of(message: Message, text: str) -> Document:
    """The message with another text, as training reads it."""
    return Document(
        message.author or "",
        text,
        kind=message.kind.value,
        subject=message.subject,
        previous=message.previous,
        sent_at=message.date,
    )
