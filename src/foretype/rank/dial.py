"""The coverage dial: which price of a wrong look, and which least utility, show something at a given share of keys.

Two numbers decide what is shown. Utility of a proposal, in keys:

    u = P * (characters - 1 - RIGHT_LOOK) - (1 - P) * wrong_look

The best proposal of a key is shown if u is at least `least`. A higher price of a wrong look shows shorter and surer text; a
higher least shows less often. `Turn`s of the dial are found by fit_dial (choosing.py). It does not know rankers.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from foretype.errors import InputError

RIGHT_LOOK = 0.05  # keys: 10 ms of the 200 that a key takes (Chitnis et al. 2024)


@dataclass(frozen=True, slots=True)
class Turn:
    """What decides at one coverage."""

    coverage: float  # share of keys at which something is shown
    wrong_look: float  # keys
    least: float  # keys; may be below zero: more is shown than pays at this price


def utilities(
    probs: NDArray[np.float32], num_chars: NDArray[np.float32], *, wrong_look: float
) -> NDArray[np.float32]:
    """Expected keys saved by each proposal, looks paid; shape as `probs`."""
    worth: NDArray[np.float32] = probs * (num_chars - (1 + RIGHT_LOOK)) - (1 - probs) * wrong_look
    return worth


class Dial:
    """Turns at several coverages, and what lies between them.

    >>> dial = Dial([Turn(0.25, 4.0, 1.0), Turn(0.75, 1.0, 0.0)])
    >>> dial.at(0.5)
    Turn(coverage=0.5, wrong_look=2.5, least=0.5)
    >>> dial.at(0.1)
    Turn(coverage=0.1, wrong_look=4.0, least=1.0)
    """

    def __init__(self, turns: Sequence[Turn]) -> None:
        """Turns in rising order of coverage. Raises InputError for none, or for another order."""
        coverages = [turn.coverage for turn in turns]
        if not turns or any(first >= second for first, second in pairwise(coverages)):
            raise InputError(f"coverage dial: found turns at {coverages}, wanted one at least, rising")
        self.turns = tuple(turns)
        self._coverages = coverages

    def at(self, coverage: float) -> Turn:
        """The turn for a share of keys in (0, 1]; beyond the ends the nearest one's. Raises InputError."""
        if not 0 < coverage <= 1:
            raise InputError(f"coverage: found {coverage}, wanted a share of keys above 0 and up to 1")
        above = bisect_right(self._coverages, coverage)
        lower, upper = self.turns[max(above - 1, 0)], self.turns[min(above, len(self.turns) - 1)]
        span = upper.coverage - lower.coverage
        part = min(max((coverage - lower.coverage) / span, 0.0), 1.0) if span else 0.0
        return Turn(
            coverage,
            lower.wrong_look + part * (upper.wrong_look - lower.wrong_look),
            lower.least + part * (upper.least - lower.least),
        )
