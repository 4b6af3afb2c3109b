"""How far paths are grown for a ranker: further than the fixed gate would, since it chooses among their beginnings.

Training rows and serving grow alike. It does not know what is chosen.
"""

from __future__ import annotations

from dataclasses import dataclass

NEXT_FROM = (
    0.4  # probability of a word that a path takes in; below, not one longer proposal in three can be right
)


@dataclass(frozen=True, slots=True)
class WideReach:
    """Satisfies compose.decider.Reach."""

    phrase_from: float = 0.25  # of a first word, as for the fixed gate: what follows costs half a key's time

    def goes_further(self, num_chars: int, next_prob: float) -> bool:
        return next_prob >= NEXT_FROM
