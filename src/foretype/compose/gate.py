"""What is worth showing: expected keystrokes saved, less the cost of a look. The fixed rule among deciders.

A look at a right suggestion costs about 10 ms, at a wrong one about 50 (Chitnis et al. 2024), a key about 200 ms;
so the costs below are in keys. Below the coverage dial nothing is shown. It does not know where probabilities come from.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from foretype.compose.path import Path
from foretype.compose.situation import Situation

# Shares of keys with something shown, and the expected keys from which so many have it: validation mail, 11,750 keys
# (python benchmarks/bench_coverage.py enron-valid.jsonl.xz --messages 80).
COVERAGES = (0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95)
SAVINGS = (4.95, 3.77, 2.48, 1.84, 1.38, 0.96, 0.82, 0.61, 0.39, 0.16, 0.0)


@dataclass(frozen=True, slots=True)
class Gate:
    """The dials. Chosen on the validation authors (experiments/LOG.md)."""

    wrong_look: float = 0.1  # keys: 50 ms, as a glance is shared by the keys of a word
    right_look: float = 0.05  # keys: 10 ms of 200
    min_saving: float = 0.0  # keys: the coverage dial, higher shows less
    min_prob: float = 0.02  # prefer nothing to nonsense
    phrase_from: float = (
        0.25  # probability of a word from which it is asked what follows it: half the time of a key
    )
    caution: float = 0.8  # share of a word's saving that is lost where a wrong word follows it

    def choose(self, paths: Iterable[Path], situation: Situation, *, n: int) -> list[Path]:
        """The first `n` that are worth a look, whatever the situation."""
        chosen: list[Path] = []
        # likeliest first: ranking by length as well lost keys (experiments/LOG.md, 3)
        for path in paths:
            if self.is_worth_showing(path) and path.text not in (other.text for other in chosen):
                chosen.append(path)
                if len(chosen) == n:
                    break
        return chosen

    def saving(self, path: Path) -> float:
        """Expected keys saved by showing this path, looks paid."""
        gain = len(path.text) - 1 - self.right_look
        return path.prob * gain - (1 - path.prob) * self.wrong_look

    def at_coverage(self, coverage: float) -> Gate:
        """The gate that shows something at about this share of keys of ordinary mail; less where words are unsure.

        >>> [round(Gate().at_coverage(share).min_saving, 2) for share in (0.1, 0.55, 1.0)]
        [3.77, 0.89, 0.0]
        """
        return replace(self, min_saving=float(np.interp(coverage, COVERAGES, SAVINGS)))

    def is_worth_showing(self, path: Path) -> bool:
        return path.prob >= self.min_prob and self.saving(path) > self.min_saving

    def goes_further(self, num_chars: int, next_prob: float) -> bool:
        """Whether to show one more word: one key saved if right, the words before it lost if wrong."""
        return next_prob > self.caution * (1 - next_prob) * max(num_chars - 1, 1)
