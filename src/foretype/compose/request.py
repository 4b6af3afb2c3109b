"""The words that everything above and below the composer speaks: request, suggestion, answer, outcome.

Frozen values only. This file does not know how a suggestion is found, sent or drawn.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

NOTHING: Mapping[str, float] = MappingProxyType({})


class Kind(StrEnum):
    """What is being written."""

    EMAIL = "email"
    CHAT = "chat"
    NOTE = "note"


class Silence(StrEnum):
    """Why nothing is shown. A reader of the panel sees these words."""

    UNSURE = "unsure"  # the gate: expected keystrokes saved do not pay for a look
    EMPTY = "empty"  # nothing written yet, and no beginning is likely enough
    SENSITIVE = "sensitive"  # the field or the word under the caret looks like a secret
    INSIDE_WORD = "inside-word"  # a letter follows the caret
    DEADLINE = "deadline"  # time ran out before the first candidate
    STALE = "stale"  # a newer key of the same session replaced this request


class OutcomeKind(StrEnum):
    """What became of a suggestion."""

    ACCEPTED = "accepted"
    PARTLY = "partly"
    TYPED = "typed"  # typed through: the writer wrote it, without taking it
    REJECTED = "rejected"
    IGNORED = "ignored"


@dataclass(frozen=True, slots=True)
class Context:
    """What surrounds a message. Every field may be left out."""

    kind: Kind = Kind.EMAIL
    subject: str = ""
    previous: str = ""  # the message being answered
    to: tuple[str, ...] = ()
    sent_at: datetime | None = None
    locale: str = "en-US"
    sensitive: bool = False  # the field holds secrets: suggest nothing, learn nothing


@dataclass(frozen=True, slots=True)
class Request:
    """One question: how does `text` go on, just before `suffix`?"""

    text: str
    suffix: str = ""
    user: str | None = None  # None: nothing personal is used or kept
    session: str | None = None  # lets consecutive keys share work; it changes no result
    adapter: str | None = None  # the language model's, by name; None: the composer's own, if it has one
    context: Context = field(default_factory=Context)
    n: int = 1  # suggestions wanted, best first
    max_words: int = 12
    deadline_ms: float = 60.0


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Grey text: what follows the caret, to be inserted as it stands.

    `text` ends at a word boundary and holds the following space where that saves a key.
    `confidence` is the probability that all of it is right; `word_confidences` the probability that
    the first 1, 2, ... words are. `sources` says where it came from: shares of "lm", "background",
    "tenant", "user" and "message" that add up to 1; `word_sources` the same word by word.
    """

    text: str
    confidence: float
    words: int
    sources: Mapping[str, float] = field(default_factory=lambda: NOTHING)  # Python 3.11 takes it no other way
    word_confidences: tuple[float, ...] = ()
    word_sources: tuple[Mapping[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """What the composer says to one request: suggestions best first, or none and the reason."""

    id: str
    suggestions: tuple[Suggestion, ...]
    model: str  # for example "background", "background+smollm2-135m", "background+smollm2-135m/sales"
    elapsed_ms: float
    silence: Silence | None = None
    lm_steps: int = 0  # calls of the language model that this request waited for
    delay_ms: int = 0  # how long to wait after the last key before showing it: the client does
