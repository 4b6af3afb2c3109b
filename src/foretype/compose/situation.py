"""The situation in which something may be shown: what is known at one key, besides the proposals themselves.

Numbers and names of kinds, fixed at that moment; the one text is what stands on the screen already, the one name the
user's. It does not know
how any of it weighs: a decider does, and rank/features.py turns it into columns.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from foretype.compose.history import Past
from foretype.compose.message import Draft
from foretype.compose.place import Known
from foretype.compose.request import Context
from foretype.text.words import ends_sentence

MAX_GREETING_WORDS = 6  # a longer first line is no greeting
MAX_SENTENCE = 64  # words looked back for its beginning
GREETING_ENDS = (",", "!", ":")


@dataclass(frozen=True, slots=True)
class Rates:
    """How often a user was shown something, and took at least a part of it, in all messages so far."""

    shown: int = 0
    taken: int = 0


UNKNOWN_RATES = Rates()


@dataclass(frozen=True, slots=True)
class Position:
    """Where in the text the caret stands."""

    num_chars: int
    num_words: int
    words_in_sentence: int
    words_in_line: int
    num_lines: int  # that are complete
    is_greeted: bool  # the first line is a greeting, and the caret stands behind it


@dataclass(frozen=True, slots=True)
class Situation:
    """All that is known at one key. `first_probs` belong to the likeliest words that may stand here."""

    num_typed: int  # letters of the word under the caret
    is_after_space: bool
    is_space_due: bool
    is_sentence_start: bool
    capitalises: bool
    position: Position
    context: Context
    has_user: bool
    has_suffix: bool
    first_probs: tuple[float, ...]
    known: Known
    has_lm: bool
    memory_sizes: Mapping[str, int]  # tokens of each memory, by voice
    past: Past
    rates: Rates
    elapsed_ms: float  # since the key arrived
    user: str | None = None  # who writes: never a feature, only whose row is looked up


def position_of(draft: Draft, *, num_chars: int) -> Position:
    """Where the word under the caret stands. Cost: a scan of the text for blanks, in C.

    >>> words = ("<s>", "Hi", "Susan", "⁀,", "\\n\\n", "thanks")
    >>> text = "Hi Susan,\\n\\nthanks"
    >>> draft = Draft(words, "f", space_due=False, after_space=True, capitalises=True, settled_text=text)
    >>> position_of(draft, num_chars=20)
    Position(num_chars=20, num_words=3, words_in_sentence=1, words_in_line=1, num_lines=2, is_greeted=True)
    """
    text = draft.settled_text
    num_lines = text.count("\n")
    return Position(
        num_chars=num_chars,
        num_words=_num_words(text),
        words_in_sentence=_words_in_sentence(draft.words),
        words_in_line=_num_words(text[text.rfind("\n") + 1 :]),
        num_lines=num_lines,
        is_greeted=num_lines > 0 and _greets(text[: text.index("\n")]),
    )


def _num_words(text: str) -> int:
    """Words as blanks part them; a run of line breaks parts them once."""
    return text.count(" ") + text.count("\n") - text.count("\n\n") + 1 if text else 0


def _words_in_sentence(words: Sequence[str]) -> int:
    """Words and marks since the sentence began, at most MAX_SENTENCE."""
    recent = words[-1 : -MAX_SENTENCE - 1 : -1]
    return next((at for at, word in enumerate(recent) if ends_sentence(word)), len(recent))


def _greets(line: str) -> bool:
    return line.rstrip().endswith(GREETING_ENDS) and _num_words(line) <= MAX_GREETING_WORDS
