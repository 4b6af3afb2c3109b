"""Texts without what tells who somebody is: addresses, links, telephone numbers, accounts, secrets, names.

Each becomes a token that a model may read and never proposes: <email> <url> <phone> <num> <name>. Dates and
times of day stay, as everybody has the same ones. What is masked in words, text/pieces.py, masks.py, names.py
and privacy/ decide; here it is applied to a text that keeps its lines and blanks. It does not know names that
stand in no address.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from foretype.corpus.documents import Document
from foretype.corpus.greetings import closing_of, greeting_of
from foretype.corpus.masks import digits_of, mask_of, spread_numbers
from foretype.privacy.secrets import find_secrets
from foretype.text.pieces import ENTITIES, parts, piece_words
from foretype.text.words import LINE, PARAGRAPH, bare, is_word

MAX_PHONE_CHARS = 40
PHONE_DIGITS = range(7, 16)  # ITU-T E.164: fifteen at most

_PIECE = re.compile(r"(\s*)(\S+)")
_DATE = re.compile(
    r"(?:\d{1,2}[/.-]\d{1,2}[/.-](?:\d{4}|\d{2})|\d{4}-\d{2}-\d{2})(?:T\d{2}:\d{2}(?::\d{2})?Z?)?"
)
_TIME = re.compile(r"\d{1,2}(?::\d{2}){0,2}(?:-\d{1,2}(?::\d{2})?)?(?:[ap]\.?m\.?)?", re.IGNORECASE)
_PHONE = re.compile(r"\+?\(?\d[\d()./ -]*[-./() ][\d()./ -]*\d|\+\d+")
_PHONE_RUN = re.compile(r"\(?<phone>\)?(?:[ \t().+/-]*<phone>\)?)+|\(<phone>\)")
_MAILTO = re.compile(r"<?mailto:(<email>|[^\s<>]+)>?", re.IGNORECASE)
_PLACEHOLDER = re.compile(r"<(?:secret|password|account|address)>")  # that others' scrubbing left
_RUN = re.compile(r"(<(?:email|url|num|name)>)(?: \1)+")

MaskOf = Callable[[str], str | None]  # a word's entity, None for one that may stay


@dataclass(slots=True)
class _Word:
    """A word, which piece of the text it is in, and what stands for it."""

    word: str
    piece: int
    mask: str | None = None


def scrub_text(text: str, private: MaskOf = lambda word: None) -> str:
    """The text with entities in place of what nobody but its readers should know.

    `private` tells of words that this corpus knows to be private, such as family names.

    >>> scrub_text("Call 713-555-0100 or jane@example.com by 5/14/2001, 10:30 (ref 1234567).")
    'Call <phone> or <email> by 5/14/2001, 10:30 (ref <num>).'
    >>> scrub_text("Ask Jane Doe's boss", lambda word: "<name>" if word.startswith("Doe") else None)
    'Ask Jane <name> boss'
    """
    text = _PLACEHOLDER.sub("<num>", _MAILTO.sub(r"\1", text))
    pieces = [(found[1], found[2]) for found in _PIECE.finditer(text)]
    words = list(_words(pieces))
    _mask(words, private)
    shown: list[list[str]] = [[] for _ in pieces]
    for word in words:
        if word.piece >= 0:
            shown[word.piece].append(word.mask or bare(word.word))
    whole = "".join(gap + "".join(some) for (gap, _), some in zip(pieces, shown, strict=True))
    return _RUN.sub(r"\1", _PHONE_RUN.sub("<phone>", whole))


def scrub_document(document: Document, private: MaskOf = lambda word: None) -> Document:
    """The document with its text, subject and what it answers scrubbed. Who wrote it and to whom stays."""
    text = scrub_text(document.text, private)
    greeting, closing = scrub_text(document.greeting, private), scrub_text(document.closing, private)
    if not text.startswith(greeting):
        greeting = greeting_of(text)
    if not text[len(greeting) :].endswith(closing):
        closing = closing_of(text[len(greeting) :])
    return replace(
        document,
        text=text,
        greeting=greeting,
        closing=closing,
        subject=scrub_text(document.subject, private),
        previous=scrub_text(document.previous, private),
    )


def count_entities(text: str) -> Counter[str]:
    """How often each entity stands in a text."""
    return Counter({entity: count for entity in sorted(ENTITIES) if (count := text.count(entity))})


def _words(pieces: list[tuple[str, str]]) -> Iterator[_Word]:
    """Words as models see them, breaks between lines among them (of piece -1)."""
    for place, (gap, piece) in enumerate(pieces):
        if (breaks := gap.count("\n")) and place:
            yield _Word(PARAGRAPH if breaks > 1 else LINE, -1)
        if piece.isalpha():
            yield _Word(piece, place)
        else:
            yield from _cut(piece, place)


def _cut(piece: str, place: int) -> Iterator[_Word]:
    opened, core, closed = parts(piece)
    if _DATE.fullmatch(core) or _TIME.fullmatch(core) or not any(map(str.isalnum, piece)):
        yield from (_Word(word, place) for word in [*opened, core, *closed])
        return
    for word in piece_words(piece):
        is_phone = word == "<num>" and _is_phone(core)
        yield _Word("<phone>" if is_phone else word, place)


def _is_phone(core: str) -> bool:
    return (
        len(core) <= MAX_PHONE_CHARS
        and bool(_PHONE.fullmatch(core))
        and sum(map(str.isdigit, core)) in PHONE_DIGITS
    )


def _mask(words: list[_Word], private: MaskOf) -> None:
    """Sets `mask` where a word must not stay."""
    bare_words = [word.word for word in words]
    for place in find_secrets(bare_words):
        words[place].mask = None if words[place].piece < 0 or words[place].word in ENTITIES else "<num>"
    for place in _spread(bare_words):
        if words[place].word not in ENTITIES:
            words[place].mask = "<phone>"
    for word in words:
        if word.mask is None and word.piece >= 0 and is_word(word.word) and word.word not in ENTITIES:
            word.mask = mask_of(word.word) or private(word.word)


def _spread(words: list[str]) -> list[int]:
    """Places of numbers that are written in groups, but for days and hours."""
    if not any(word[:1].isdigit() or word[:1] in "(+" for word in words):
        return []
    counts = [0 if _DATE.fullmatch(word) or _TIME.fullmatch(word) else digits_of(word) for word in words]
    found: list[int] = spread_numbers(np.array(counts, np.int64)).tolist()
    return found
