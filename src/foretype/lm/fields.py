"""What surrounds a mail, as tokens: recipients, hour, weekday, locale, the message before, the subject.

One order everywhere: the envelope's four tokens, then the previous message, then the subject, each behind its
separator. Locale is a constant wherever a corpus has one language: the token is there and says nothing. It does
not know how a network reads the fields (contextual.py does).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import Protocol

from foretype.corpus.documents import Document
from foretype.text.words import split_words

MAX_SUBJECT = 16  # tokens; 98 % of subjects are shorter
PREVIOUS_BEGINNING = 40  # tokens: whom it greets, what it asks
PREVIOUS_END = 24  # tokens: who signed it
FEW_PEOPLE = 4  # recipients; from the next on a mail is a circular

SUBJECT, PREVIOUS, TEXT = "<|subject|>", "<|previous|>", "<|text|>"
PLACES = ("inside", "outside", "nobody")  # of the sender's own house
HOURS = (*(f"<|hour-{hour}|>" for hour in range(24)), "<|hour-none|>")
DAYS = (*(f"<|day-{day}|>" for day in range(7)), "<|day-none|>")
LOCALES = ("<|en-US|>",)
RECIPIENTS = tuple(f"<|to-{size}-{place}|>" for size in ("one", "few", "many") for place in PLACES)
FIELD_TOKENS = (SUBJECT, PREVIOUS, TEXT, *RECIPIENTS, *HOURS, *DAYS, *LOCALES)


class Field(IntEnum):
    """Whose token it is; NONE for separators and padding."""

    NONE = 0
    RECIPIENTS = 1
    HOUR = 2
    WEEKDAY = 3
    LOCALE = 4
    PREVIOUS = 5
    SUBJECT = 6


class WordIds(Protocol):
    """What gives ids to words: word_vocabulary.WordVocabulary."""

    def ids(self, words: Sequence[str]) -> list[int]: ...


@dataclass(frozen=True, slots=True)
class ContextIds:
    """Tokens of all fields in their order, and whose each is. Same length."""

    ids: tuple[int, ...]
    fields: tuple[int, ...]


def context_ids(document: Document, vocabulary: WordIds, *, home: str) -> ContextIds:
    """A document's context. `home` is the domain of senders whose address shows none."""
    words: list[tuple[str, Field]] = envelope(document, home=home)
    words.append((PREVIOUS, Field.NONE))
    words += [(word, Field.PREVIOUS) for word in both_ends(split_words(document.previous))]
    words.append((SUBJECT, Field.NONE))
    words += [(word, Field.SUBJECT) for word in split_words(document.subject)[:MAX_SUBJECT]]
    ids = vocabulary.ids([word for word, _ in words])
    return ContextIds(tuple(ids), tuple(int(field) for _, field in words))


def envelope(document: Document, *, home: str) -> list[tuple[str, Field]]:
    """The four tokens that say to whom and when.

    >>> mail = Document("jo", "Hi", people=("jo", "ann@example.com"), sent_at="2001-05-31T15:27:05-07:00")
    >>> [word for word, _ in envelope(mail, home="example.com")]
    ['<|to-one-inside|>', '<|hour-15|>', '<|day-3|>', '<|en-US|>']
    """
    sent_at = _moment(document.sent_at)
    return [
        (recipients_token(document.people, home=home), Field.RECIPIENTS),
        (HOURS[-1] if sent_at is None else HOURS[sent_at.hour], Field.HOUR),
        (DAYS[-1] if sent_at is None else DAYS[sent_at.weekday()], Field.WEEKDAY),
        (LOCALES[0], Field.LOCALE),
    ]


def recipients_token(people: Sequence[str], *, home: str) -> str:
    """How many are written to, and whether all of them have the sender's domain.

    >>> recipients_token(("a@x.com", "b@x.com", "c@y.com"), home="z.com")
    '<|to-few-outside|>'
    """
    sender, recipients = (people[0], people[1:]) if people else ("", ())
    domain = _domain(sender) or home
    size = "one" if len(recipients) <= 1 else "few" if len(recipients) <= FEW_PEOPLE else "many"
    if not recipients:
        return f"<|to-{size}-nobody|>"
    inside = all(_domain(address) in (domain, "") for address in recipients)
    return f"<|to-{size}-{'inside' if inside else 'outside'}|>"


def both_ends(words: Sequence[str]) -> list[str]:
    """A long message's beginning and end: the middle says least about the answer."""
    if len(words) <= PREVIOUS_BEGINNING + PREVIOUS_END:
        return list(words)
    return [*words[:PREVIOUS_BEGINNING], *words[-PREVIOUS_END:]]


def _moment(sent_at: str | None) -> datetime | None:
    try:
        return datetime.fromisoformat(sent_at) if sent_at else None
    except ValueError:
        return None


def _domain(address: str) -> str:
    return address.rpartition("@")[2].lower() if "@" in address else ""
