"""Family names in a corpus, so that a model that is given away does not carry them.

Addresses tell who wrote and who was written to ("jane.doe@...", "doe-j", "r:jane-doe"). A word is taken for a
family name where it is one in some address and, in the texts, often follows a first name. "Houston" and "May"
are spared by that rule; given names are kept, as many people share each. It does not find names of people
outside the addresses.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from foretype.ngram.stream import count_ids
from foretype.ngram.tokens import RawCorpus

MIN_SHARE_AFTER_GIVEN = 0.12  # of a family name's places; ordinary capitalised words have less (Houston 0.01)
MIN_BEARERS = 3  # people who must share a given name

MAX_ORDINARY = 0.15  # small-letter uses over capital ones; "Snow" and "Services" are words, "Skilling" is not

_DOTTED = re.compile(r"([a-z]{2,})\.(?:[a-z]\.)?([a-z'-]{3,})@")
_LIST = re.compile(r"[a-z]+:([a-z]+)-(?:[a-z]-)*([a-z]{3,})")
_INITIAL = re.compile(r"([a-z]{3,})-[a-z]$")


@dataclass(frozen=True, slots=True)
class Names:
    """Lower-case given names and family names that stand in addresses."""

    given: frozenset[str]
    family: frozenset[str]


def names_in(addresses: Iterable[str]) -> Names:
    """Names out of addresses of the three shapes in the module's text.

    >>> sorted(names_in(["jane.doe@example.com", "smith-j", "r:ann-e-lee"]).family)
    ['doe', 'lee', 'smith']
    """
    given: Counter[str] = Counter()
    family: set[str] = set()
    for address in set(map(str.lower, addresses)):
        if found := _DOTTED.match(address) or _LIST.match(address):
            given[found[1]] += 1
            family.add(found[2])
        elif found := _INITIAL.match(address):
            family.add(found[1])
    return Names(frozenset(name for name, n in given.items() if n >= MIN_BEARERS), frozenset(family))


def family_names(raw: RawCorpus, names: Names) -> frozenset[str]:
    """Words of the corpus to be scrubbed as family names, as they are spelled there."""
    after_given = _counts_after_given(raw, names)
    counts = count_ids(raw.tokens, len(raw.words))
    count_of = dict(zip(raw.words, counts.tolist(), strict=True))
    private = set()
    for word, after, count in zip(raw.words, after_given.tolist(), counts.tolist(), strict=True):
        name = word.lower().removesuffix("'s").removesuffix("’s")
        if name not in names.family or name in names.given or not word[:1].isupper():
            continue
        if after >= MIN_SHARE_AFTER_GIVEN * count and count_of.get(name, 0) < MAX_ORDINARY * count:
            private |= {word, name, name.title(), name.title() + "'s", name.upper()}
    return frozenset(private)


def _counts_after_given(raw: RawCorpus, names: Names) -> NDArray[np.int64]:
    """How often each word follows a given name."""
    is_given = np.array([word.istitle() and word.lower() in names.given for word in raw.words], np.bool_)
    counts = np.zeros(len(raw.words), np.int64)
    for piece in raw.tokens.pieces(overlap=1):
        counts += np.bincount(piece[1:][is_given[piece[:-1]]], minlength=len(counts))
    return counts
