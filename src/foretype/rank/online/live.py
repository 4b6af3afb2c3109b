"""The ranker in power, as a decider that stays the same object while versions come and go.

It does not know who changes it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from foretype.compose.path import Path
from foretype.compose.situation import Situation
from foretype.rank.ranker import Ranker
from foretype.rank.scorer import Correction


class LiveRanker:
    """Satisfies compose.decider.Decider, Dial and Versioned. A key is decided by one version, from beginning to end."""

    def __init__(self, ranker: Ranker) -> None:
        self._ranker = ranker

    def install(self, ranker: Ranker) -> None:
        """Let another decide from the next key on, at the present coverage."""
        ranker.coverage = self._ranker.coverage
        self._ranker = ranker

    @property
    def correction(self) -> Correction | None:
        """What was learned on top of the ranker in power."""
        return self._ranker.correction

    @property
    def version(self) -> str:
        return self._ranker.version

    @property
    def reference(self) -> Mapping[str, Any] | None:
        return self._ranker.reference

    @property
    def coverage(self) -> float:
        return self._ranker.coverage

    @coverage.setter
    def coverage(self, share: float) -> None:
        self._ranker.coverage = share

    @property
    def phrase_from(self) -> float:
        return self._ranker.phrase_from

    def goes_further(self, num_chars: int, next_prob: float) -> bool:
        return self._ranker.goes_further(num_chars, next_prob)

    def choose(self, paths: Iterable[Path], situation: Situation, *, n: int) -> list[Path]:
        return self._ranker.choose(paths, situation, n=n)
