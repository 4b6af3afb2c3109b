"""A small world to compose in: a few writers' letters, a background model of them, memories that are gone
afterwards.

Tests of compose/ and of the blend share it. It does not know a language model: scripted_lm.py has one.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from foretype.compose.protocols import Learned
from foretype.compose.request import Context
from foretype.corpus.documents import Document
from foretype.ngram.automaton import Automaton, open_automaton
from foretype.ngram.build import BuildOptions, build_background
from foretype.ngram.memory import Memory
from foretype.text.casing import fold_words
from foretype.text.words import split_words

NAMES = ("Susan", "Peter", "Anna", "James", "Maria")
THINGS = ("report", "contract", "draft", "invoice", "agenda", "letter")
DAYS = ("Monday", "Tuesday", "Thursday", "Friday")

LETTERS = (
    "Hi {name},\n\nThanks for sending the {thing}. I will read it on {day}.\n\nBest regards,\n{name}",
    "Hi {name},\n\nPlease find attached the {thing} for {day}. Let me know if you have any questions.",
    'Dear {name},\n\nCould you send me the {thing} by {day}? I don\'t have it (see "{thing}" below).',
    "i think that we should meet on {day}. please let me know what you think about the {thing}!",
    "Let's talk about the {thing} tomorrow, at 10:30. Call 5551234567 or see http://example.com/{thing}.",
    "Thank you for the {thing}, {name}. I am looking forward to {day}. See you there.",
    "THE {thing} IS READY. Thanks, {name} and the team. It doesn't change what we said on {day}.",
)


def letters() -> Iterator[Document]:
    """Every letter in every writer's hand, the same on every machine."""
    for number, name in enumerate(NAMES):
        for place, letter in enumerate(LETTERS):
            for thing in THINGS[: 3 + number % 3]:
                day = DAYS[(number + place) % len(DAYS)]
                yield Document(f"writer{number}", letter.format(name=name, thing=thing, day=day))


def small_background(path: Path) -> Automaton:
    """The background model of all letters."""
    build_background(letters(), path, options=BuildOptions(min_holders=1, scrub_names=False))
    return open_automaton(path)


class Memories:
    """Personal memories in this process; a memory once given out never changes, as in the real stores."""

    def __init__(self, background: Automaton) -> None:
        self._background = background
        self._memories: dict[str, Memory] = {}
        self.is_closed = False

    def memory(self, user: str) -> Memory | None:
        return self._memories.get(user)

    def learn(self, user: str, text: str, *, context: Context) -> Learned:
        if context.sensitive:
            return Learned(0, 0)
        words = fold_words(split_words(text), is_lower=self._background.is_lower)
        known = self._memories.get(user)
        memory = Memory(self._background.lexicon)
        if known is not None:
            memory = Memory(self._background.lexicon, known.stream.copy(), known.strange)
        memory.learn_one(words)
        self._memories[user] = memory
        return Learned(len(words), 0)

    def forget(self, user: str) -> bool:
        return self._memories.pop(user, None) is not None

    def close(self) -> None:
        self.is_closed = True
