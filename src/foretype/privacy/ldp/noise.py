"""Randomised response in whole numbers: keep a symbol with a fixed chance, else any symbol, the true one included.

Every chance is a threshold of 2**32, rounded down, so the noise is never weaker than the epsilon it was made for, and no
rounding of floating-point numbers is part of what is sent. A draw takes its words whatever the symbol is. The generator is
handed in: the operating system's in use, a scripted one in tests.

It does not know what a symbol means, nor how often it is asked.
"""

from __future__ import annotations

import math
import secrets
from collections.abc import Callable
from typing import TypeAlias

Words: TypeAlias = Callable[[], int]  # the next 32 random bits, as a number
KeepChance: TypeAlias = int  # of ONE

ONE = 1 << 32  # a chance of 1


def secure_word() -> int:
    """32 bits of the operating system's generator."""
    return secrets.randbits(32)


def keep_for(epsilon: float, size: int) -> KeepChance:
    """The chance to keep a symbol of an alphabet of `size` so that a draw is `epsilon`-private.

    P(same) / P(another) = (keep + (1 - keep) / size) / ((1 - keep) / size), which has to be exp(epsilon).

    >>> keep_for(math.log(3), 2) / ONE
    0.5
    """
    grown = math.expm1(epsilon)
    return int(grown / (grown + size) * ONE)


def epsilon_of(*keeps: KeepChance, size: int) -> float:
    """The privacy loss of drawing again and again, one draw for each of `keeps`, when only the last is seen.

    >>> round(epsilon_of(keep_for(1.0, 6), size=6), 6)
    1.0
    """
    keep = kept_share(*keeps)
    return math.log1p(size * keep / (1 - keep))


def kept_share(*keeps: KeepChance) -> float:
    """The share of symbols that no draw of the chain has touched; exact for one draw."""
    return math.prod(keep / ONE for keep in keeps)


def second_keep(first: KeepChance, epsilon: float, size: int) -> KeepChance:
    """The chance for a second draw that makes the pair `epsilon`-private: chances of a chain multiply."""
    return keep_for(epsilon, size) * ONE // first


def draw(symbol: int, size: int, *, keep: KeepChance, words: Words) -> int:
    """The symbol with chance `keep`, else one of all `size`, each as likely.

    >>> draw(2, 5, keep=ONE, words=secure_word)
    2
    """
    is_kept = words() < keep
    other = below(size, words)
    return symbol if is_kept else other


def below(size: int, words: Words) -> int:
    """A number from 0 to `size` - 1, each exactly as likely: words of the last, incomplete round are thrown away."""
    limit = ONE - ONE % size
    while (word := words()) >= limit:
        pass
    return word % size
