"""Family names in a corpus, so that a model that is given away does not carry them.

Addresses tell who wrote and who was written to ("jane.doe@...", "doe-j", "r:jane-doe"). A word is taken for a
family name where it is one in some address and, in the texts, often follows a first name. "Houston" and "May"
are spared by that rule; given names are kept, as many people share each. It does not find names of people
outside the addresses.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

MIN_SHARE_AFTER_GIVEN = 0.12  # of a family name's places; ordinary capitalised words have less (Houston 0.01)
MIN_BEARERS = 3  # people who must share a given name

MAX_ORDINARY = 0.15  # small-letter uses over capital ones; "Snow" and "Services" are words, "Skilling" is not

_DOTTED = re.compile(r"([a-z]{2,})\.(?:[a-z]\.)?([a-z'-]{3,})@(?!\1\.)")  # acme.news@acme.com is nobody
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


def family_names(counts: Mapping[str, int], after_given: Mapping[str, int], names: Names) -> frozenset[str]:
    """Spellings to be scrubbed as family names, given how often each stands in the texts, and right after a given name.

    >>> names = names_in([f"jane.{name}@example.com" for name in ("doe", "roe", "may")])
    >>> sorted(family_names({"Doe": 9, "May": 90, "may": 70}, {"Doe": 5, "May": 2}, names))
    ['DOE', 'Doe', "Doe's", 'doe']
    """
    private: set[str] = set()
    for word, count in counts.items():
        name = bare_name(word)
        if name not in names.family or name in names.given or not word[:1].isupper():
            continue
        if after_given.get(word, 0) < MIN_SHARE_AFTER_GIVEN * count:
            continue
        if counts.get(name, 0) < MAX_ORDINARY * count:
            private |= {word, name, name.title(), name.title() + "'s", name.upper()}
    return frozenset(private)


def bare_name(word: str) -> str:
    """A word as names are compared: in small letters, without the genitive."""
    return word.lower().removesuffix("'s").removesuffix("’s")


def is_given(word: str, names: Names) -> bool:
    """Whether a word, as it is written, is a given name of these."""
    return word.istitle() and word.lower() in names.given
