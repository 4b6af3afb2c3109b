"""Choosing over rows of replayed keys: which proposal each key would show, what that is worth, and the dial that follows.

Choices are made key by key as if all else stayed as it was; a replay (evals/replay.py) tells what a writer meets. It does
not know how probabilities are learned.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from foretype.rank.dial import Dial, Turn, utilities
from foretype.rank.rows import OutcomeRows
from foretype.rank.schema import NAMES

COVERAGES = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1.0)
PRICES = (0.1, 0.2, 0.35, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 5.0, 8.0)  # of a wrong look, in keys
KEYS_SHARE = 0.5  # of what ranking gains over the fixed gate goes into keys, the rest into fewer wrong looks


@dataclass(frozen=True, slots=True)
class Shown:
    """What is shown at the keys of some rows: numbers of rows, one a key at most, the most useful first."""

    rows: NDArray[np.int64]
    worth: NDArray[np.float32]  # by which they are sorted, falling
    num_keys: int

    def at(self, coverage: float) -> Shown:
        """The most useful ones, at a share of all keys."""
        count = min(round(coverage * self.num_keys), len(self.rows))
        return Shown(self.rows[:count], self.worth[:count], self.num_keys)

    @property
    def coverage(self) -> float:
        return len(self.rows) / self.num_keys


@dataclass(frozen=True, slots=True)
class Worth:
    """What showing it brings, all but the share a key asked."""

    coverage: float
    right: float  # share of the shown ones that are right as a whole
    wrong: float  # wrong shows a key
    saved: float  # keys saved a key, by a writer who takes right words one by one


def best_of_each_key(rows: OutcomeRows, probs: NDArray[np.float32], *, wrong_look: float) -> Shown:
    """The proposal of highest utility at each key."""
    worth = utilities(probs, rows.inserted.astype(np.float32), wrong_look=wrong_look)
    order = np.lexsort((worth, rows.place))
    place = rows.place[order]
    last = np.append(place[1:] != place[:-1], True)
    return _sorted(order[last], worth, num_keys=int(last.sum()))


def shown_by_gate(rows: OutcomeRows) -> Shown:
    """What the fixed gate shows, in the order in which its own dial lets go of it."""
    probs = np.exp(rows.features[:, NAMES.index("log_prob")])
    worth = utilities(probs, rows.inserted.astype(np.float32), wrong_look=0.1)
    return _sorted(np.flatnonzero(rows.by_gate), worth, num_keys=len(np.unique(rows.place)))


def worth_of(shown: Shown, rows: OutcomeRows) -> Worth:
    """Share of right ones, wrong ones and keys saved."""
    right = rows.is_right[shown.rows]
    saved = np.maximum(rows.right_chars[shown.rows] - rows.right_words[shown.rows], 0)
    return Worth(
        shown.coverage,
        float(right.mean()) if len(right) else 0.0,
        float((~right).sum()) / shown.num_keys,
        float(saved.sum()) / shown.num_keys,
    )


def fit_dial(
    rows: OutcomeRows, probs: NDArray[np.float32], *, coverages: Sequence[float] = COVERAGES
) -> Dial:
    """The turn for each coverage: the highest price of a wrong look that still saves enough keys.

    Enough is halfway (KEYS_SHARE) between the keys that the fixed gate saves at this coverage and the most that any price
    saves.
    """
    gate = shown_by_gate(rows)
    choices = {price: best_of_each_key(rows, probs, wrong_look=price) for price in PRICES}
    turns = []
    for coverage in coverages:
        saved = {price: worth_of(shown.at(coverage), rows).saved for price, shown in choices.items()}
        base = min(worth_of(gate.at(coverage), rows).saved, max(saved.values()))
        enough = base + KEYS_SHARE * (max(saved.values()) - base)
        price = max(price for price, keys in saved.items() if keys >= enough)
        shown = choices[price].at(coverage)
        turns.append(Turn(coverage, price, float(shown.worth[-1])))
    return Dial(turns)


def _sorted(chosen: NDArray[np.int64], worth: NDArray[np.float32], *, num_keys: int) -> Shown:
    order = np.argsort(-worth[chosen], kind="stable")
    return Shown(chosen[order], worth[chosen][order], num_keys)
