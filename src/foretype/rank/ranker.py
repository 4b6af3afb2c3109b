"""The learned ranker: chooses among proposals and lengths by their probability of being right and the price of a look.

    proposals -> features -> scorer -> (+ what was learned since) -> utility -> the best one, or silence

It does not know how its parts were learned, nor where they are kept (bundle.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from foretype.compose.path import Path
from foretype.compose.situation import Situation
from foretype.rank.calibration import sigmoid
from foretype.rank.dial import Dial, utilities
from foretype.rank.features import proposals
from foretype.rank.reach import WideReach
from foretype.rank.scorer import Correction, Scorer

MAX_LOGIT = 12.0  # of a probability that is corrected


class Ranker:
    """Satisfies compose.decider.Decider, Dial and Versioned. `coverage` and `correction` may be set while it decides."""

    def __init__(
        self,
        scorer: Scorer,
        dial: Dial,
        *,
        coverage: float,
        correction: Correction | None = None,
        reach: WideReach | None = None,
        version: str = "",
        reference: Mapping[str, Any] | None = None,
    ) -> None:
        """`coverage` is the share of keys in (0, 1] at which something is shown. Raises InputError for another.

        `reference` holds histograms of the features that it was trained on (monitor/psi.py).
        """
        self.version = version
        self.reference = reference
        self.scorer = scorer
        self.correction = correction
        self._dial = dial
        self._reach = reach or WideReach()
        self.coverage = coverage

    @property
    def coverage(self) -> float:
        return self._turn.coverage

    @coverage.setter
    def coverage(self, share: float) -> None:
        self._turn = self._dial.at(share)

    @property
    def phrase_from(self) -> float:
        return self._reach.phrase_from

    def goes_further(self, num_chars: int, next_prob: float) -> bool:
        return self._reach.goes_further(num_chars, next_prob)

    def choose(self, paths: Iterable[Path], situation: Situation, *, n: int) -> list[Path]:
        """At most `n` proposals of different paths, the most useful first; none: silence."""
        found = proposals(list(paths), situation)
        if not found.paths:
            return []
        probs = self.probs(found.rows, situation)
        lengths = np.array([len(path.text) for path in found.paths], np.float32)
        turn = self._turn
        worth = utilities(probs, lengths, wrong_look=turn.wrong_look)
        chosen: dict[int, Path] = {}
        texts: set[str] = set()
        for at in np.argsort(-worth, kind="stable").tolist():
            if worth[at] < turn.least or len(chosen) == n:
                break
            path, source = found.paths[at], found.sources[at]
            if source not in chosen and path.text not in texts:
                chosen[source] = replace(path, belief=float(probs[at]))
                texts.add(path.text)
        return list(chosen.values())

    def probs(self, rows: NDArray[np.float32], situation: Situation) -> NDArray[np.float32]:
        """Probabilities that proposals are right, shape (n,), of their features (n, F)."""
        probs = self.scorer.score_many(rows)
        if self.correction is None:
            return probs
        logits = np.clip(np.log(probs) - np.log1p(-probs), -MAX_LOGIT, MAX_LOGIT)
        return sigmoid(logits + self.correction.shift_many(rows, situation))
