"""What a person can read of their memory: phrases they repeat, and words only they use.

Derived from the messages each time, nothing is kept for it. A phrase is two to five words in a row, unbroken
by marks and lines. Long phrases come first and hide their own parts: a part is listed only where it also
stands by itself, at least twice.

It does not know where messages come from.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from foretype.personal.records import Message
from foretype.text.words import is_word, join_words

Places: TypeAlias = NDArray[np.int64]

MAX_WORDS = 5  # as long as the n-grams look back; a longer sequence shows as several
MIN_COUNT = 2
LEAD_KEYS = 4  # three letters and Tab: what a suggestion costs; by letters alone "of the" came first
BOUNDARY = "<num>"  # stands where words were taken out: n-grams never join across it


@dataclass(frozen=True, slots=True)
class Phrase:
    """A sequence of words as it shows, how often it was written, and when last."""

    text: str
    count: int
    last: datetime
    words: int


@dataclass(frozen=True, slots=True)
class _Text:
    """All messages end to end. `codes` is 0 for what is no word; `owner` is the message of each token."""

    words: list[str]
    codes: Places
    owner: Places


def find_phrases(messages: Sequence[Message], *, knows: Callable[[str], bool]) -> list[Phrase]:
    """Repeated phrases, and every single word that `knows` does not; those that save most keys first.

    >>> said = [Message(0, ("please", "let", "me", "know")), Message(60, ("please", "let", "me", "know"))]
    >>> [(phrase.text, phrase.count) for phrase in find_phrases(said, knows=lambda word: True)]
    [('please let me know', 2)]
    """
    text = _flatten(messages)
    listed = [*_repeated(text), *_strange(text, knows)]
    phrases = [_phrase(text, messages, places, num_words) for num_words, places in listed]
    return sorted(phrases, key=lambda phrase: (-_saved_keys(phrase), phrase.text))


def cut_phrase(messages: Iterable[Message], words: Sequence[str]) -> tuple[list[Message], int]:
    """Messages without `words` in a row (in any case of letters), and how often they stood there.

    A boundary takes their place. Messages of which no word is left are dropped.

    >>> cut_phrase([Message(0, ("now", "let", "Me", "know"))], ["let", "me"])
    ([Message(sent_s=0, words=('now', '<num>', 'know'))], 1)
    """
    wanted = [word.casefold() for word in words]
    kept: list[Message] = []
    num_cut = 0
    for message in messages:
        left, cuts = _cut(message.words, wanted)
        num_cut += cuts
        if any(map(is_word, left)):
            kept.append(Message(message.sent_s, tuple(left)) if cuts else message)
    return kept, num_cut


def _cut(words: Sequence[str], wanted: Sequence[str]) -> tuple[list[str], int]:
    folded = [word.casefold() for word in words]
    left: list[str] = []
    at = cuts = 0
    while at < len(words):
        if folded[at : at + len(wanted)] == wanted:
            left.append(BOUNDARY)
            at += len(wanted)
            cuts += 1
        else:
            left.append(words[at])
            at += 1
    return left, cuts


def _flatten(messages: Sequence[Message]) -> _Text:
    words: list[str] = []
    owner: list[int] = []
    for number, message in enumerate(messages):
        words += (*message.words, "\n")  # the break keeps messages apart
        owner += [number] * (len(message.words) + 1)
    code_of = {word: code for code, word in enumerate(dict.fromkeys(filter(is_word, words)), start=1)}
    codes = np.array([code_of.get(word, 0) for word in words], np.int64)
    return _Text(words, codes, np.array(owner, np.int64))


def _repeated(text: _Text) -> Iterator[tuple[int, Places]]:
    covered = np.zeros(len(text.codes), bool)
    for num_words, places in reversed([*_grams(text.codes)]):
        window = places[:, None] + np.arange(num_words)
        alone = covered[window].sum(axis=1) * 2 < num_words
        if alone.sum() >= MIN_COUNT:
            covered[window] = True
            yield num_words, places


def _grams(codes: Places) -> Iterator[tuple[int, Places]]:
    """Places of every repeated n-gram, shorter ones first, and among equals rarer ones first."""
    groups = codes  # of the n-gram that starts at each place, 0 for none
    for num_words in range(2, MAX_WORDS + 1):
        starts = np.flatnonzero((groups[:-1] > 0) & (groups[1:] > 0))
        keys = groups[starts] * (int(groups.max(initial=0)) + 1) + groups[starts + 1]
        _, inverse, counts = np.unique(keys, return_inverse=True, return_counts=True)
        often = counts[inverse] >= MIN_COUNT
        groups = np.zeros(len(codes), np.int64)
        groups[starts[often]] = inverse[often] + 1
        yield from ((num_words, places) for places in _split(starts[often], inverse[often]))


def _split(starts: Places, groups: Places) -> list[Places]:
    order = np.argsort(groups, kind="stable")
    cuts = np.flatnonzero(np.diff(groups[order])) + 1
    parts = np.split(starts[order], cuts) if len(starts) else []
    return sorted(parts, key=lambda places: (len(places), -int(places[0])))


def _strange(text: _Text, knows: Callable[[str], bool]) -> Iterator[tuple[int, Places]]:
    places: dict[str, list[int]] = {}
    for at in np.flatnonzero(text.codes):
        word = text.words[at]
        if not knows(word) and any(map(str.isalpha, word)):
            places.setdefault(word, []).append(int(at))
    return ((1, np.array(found, np.int64)) for found in places.values())


def _saved_keys(phrase: Phrase) -> int:
    return phrase.count * (len(phrase.text) - LEAD_KEYS)


def _phrase(text: _Text, messages: Sequence[Message], places: Places, num_words: int) -> Phrase:
    shown = join_words(text.words[places[0] : places[0] + num_words])
    last_s = max(messages[owner].sent_s for owner in text.owner[places])
    return Phrase(shown, len(places), datetime.fromtimestamp(last_s, UTC), num_words)
