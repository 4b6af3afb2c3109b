"""Words that a model which is given away must not carry: host names, parts of addresses, telephone numbers in
groups.

Whole addresses, links and long numbers are entities already when a text is cut into words (text/pieces.py). It
does not know names of people: corpus/names.py does.
"""

from __future__ import annotations

import re
from typing import Any

import numpy as np
from numpy.typing import NDArray

MIN_NUMBER_DIGITS = 7  # a local telephone number
ENTITY_DIGITS = 5  # that a masked number counts for: it had more than pieces.MAX_DIGITS
JOINT = -1  # may stand inside a number: "(713) 555 0100"

_DOMAINS = (
    "com|org|net|edu|gov|mil|int|info|biz|uk|de|fr|it|es|nl|ch|at|se|no|dk|fi|be|ie|pt|gr|pl|cz|ru|us|eu|"
    "ca|mx|br|ar|cl|au|nz|jp|cn|hk|sg|tw|kr|in|za|il"
)
_HOST = re.compile(rf"^www$|^\.(?:com|org|net)$|\w\.(?:{_DOMAINS})(?![\w.])", re.IGNORECASE)
_ADDRESS = re.compile(r"@\w|\w@|mailto", re.IGNORECASE)
_NUMBER = re.compile(r"[+(]*\d[\d().+-]*")
_JOINTS = frozenset({"(⁀", "⁀)", "-", "+", "/"})
_NUMBER_ENTITIES = frozenset({"<num>", "<phone>"})


def mask_of(word: str) -> str | None:
    """The entity that stands for a word in a shared model, None for an ordinary word.

    >>> mask_of("widgets.example.com"), mask_of("@enron"), mask_of("e.g"), mask_of("<email>")
    ('<url>', '<email>', None, None)
    """
    if _ADDRESS.search(word):
        return "<email>"
    return "<url>" if _HOST.search(word) else None


def digits_of(word: str) -> int:
    """Digits a word adds to a number written in groups; JOINT for what may stand between, 0 for what ends it.

    >>> digits_of("555"), digits_of("⁀)"), digits_of("10:30"), digits_of("<num>")
    (3, -1, 0, 5)
    """
    if word in _JOINTS:
        return JOINT
    if word in _NUMBER_ENTITIES:
        return ENTITY_DIGITS
    return sum(map(str.isdigit, word)) if _NUMBER.fullmatch(word) else 0


def spread_numbers(digits: NDArray[Any]) -> NDArray[np.intp]:
    """Places of the words in groups that make a number of MIN_NUMBER_DIGITS or more, given each word's `digits_of`.

    >>> spread_numbers(np.array([0, -1, 3, -1, 3, 4, 0, 4, 0, 4])).tolist()
    [2, 4, 5]
    """
    inside = digits != 0
    edges = np.flatnonzero(np.diff(inside, prepend=False, append=False))
    first, last = edges[::2], edges[1::2]
    before = np.append(0, np.cumsum(np.maximum(digits, 0)))
    is_long = before[last] - before[first] >= MIN_NUMBER_DIGITS
    in_long = np.zeros(len(digits), np.bool_)
    in_long[inside] = np.repeat(is_long, last - first)
    return np.flatnonzero(in_long & (digits > 0))
