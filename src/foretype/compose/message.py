"""A message as the models see it: settled words before the caret, letters being typed, what is around.

Pure functions of a request; sessions keep what they return. It does not know any probabilities.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from foretype.compose.request import Context
from foretype.ngram.automaton import Automaton
from foretype.ngram.memory import Memory
from foretype.text.casing import fold_words
from foretype.text.words import END, START, TIE, Caret, bare, ends_sentence, is_word, read_caret, split_words

MAX_PREVIOUS_CHARS = 4000  # of the message being answered
MAX_MESSAGES = 32  # being written at once, whose settled words are remembered: as many as there are sessions
STYLE_SENTENCES = 8  # last sentences that tell whether a writer uses capitals
APOSTROPHES = (TIE + "'", TIE + "’")
OPEN_QUOTES = ("'" + TIE, "‘" + TIE)


@dataclass(frozen=True, slots=True)
class Draft:
    """What is known of a message at one moment. `words` are folded, START first; `typed` is under the caret."""

    words: tuple[str, ...]
    typed: str
    space_due: bool
    after_space: bool
    capitalises: bool
    settled_text: str  # all before the word under the caret, without blanks at its end


def read_draft(text: str, *, background: Automaton) -> Draft:
    """Read the text before the caret.

    Cost: about a microsecond a word where a word was settled since; else lines and words are read from caches.
    """
    caret = _inside_apostrophe(read_caret(text))
    words, capitalises = _settled(caret.words, background)
    return Draft(
        words=words,
        typed=caret.typed,
        space_due=caret.space_due,
        after_space=caret.after_space,
        capitalises=capitalises,
        settled_text=_settled_text(text, caret),
    )


def message_memory(draft: Draft, context: Context, *, background: Automaton) -> Memory:
    """What this message and what it answers have said so far, as counts."""
    around = surroundings(context.previous[:MAX_PREVIOUS_CHARS], context.subject, background)
    words = [*around, *draft.words]
    lexicon = background.lexicon
    strange = dict.fromkeys(word for word in words if not lexicon.knows(word))
    return Memory(lexicon, lexicon.ids(words), strange) if words else Memory(lexicon, np.zeros(0, np.uint32))


@lru_cache(maxsize=512)
def surroundings(previous: str, subject: str, background: Automaton) -> tuple[str, ...]:
    """Folded words of the message being answered and of the subject, each between START and END."""
    words: list[str] = []
    for text in (previous, subject):
        if text:
            words += [START, *fold_words(split_words(text), is_lower=background.is_lower), END]
    return tuple(words)


def _inside_apostrophe(caret: Caret) -> Caret:
    """After "don'" the word goes on, as in "don't"; a quotation that "'" opened ends instead."""
    if not caret.space_due or len(caret.words) < 2 or caret.words[-1] not in APOSTROPHES:
        return caret
    before, word, mark = (START, *caret.words[-3:])[-3:]
    if not word[-1].isalpha() or before in OPEN_QUOTES:
        return caret
    return Caret(caret.words[:-2], word + bare(mark), space_due=False, after_space=True)


@lru_cache(maxsize=MAX_MESSAGES)
def _settled(words: tuple[str, ...], background: Automaton) -> tuple[tuple[str, ...], bool]:
    """Words as the models count them, and whether sentences begin with capitals: the same for all letters of a word."""
    return (START, *fold_words(words, is_lower=background.is_lower)), _capitalises(words)


def _capitalises(words: Sequence[str]) -> bool:
    """Whether the writer begins sentences with capitals: as in the last few of this message; yes at first."""
    starts = []
    before = START
    for word in words:
        if ends_sentence(before) and is_word(word) and word[0].isalpha():
            starts.append(word[0].isupper())
        before = word
    recent = starts[-STYLE_SENTENCES:]
    return sum(recent) * 2 >= len(recent)


def _settled_text(text: str, caret: Caret) -> str:
    settled = text[: len(text) - len(caret.typed)] if caret.typed else text
    return settled.rstrip(" \t")
