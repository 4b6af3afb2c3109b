"""Turning the coverage dial of whichever decider is in use, and turning it back.

It does not know how a decider comes to show less.
"""

from __future__ import annotations

from foretype.compose.decider import Decider, Dial
from foretype.compose.gate import Gate


class Turning:
    """One decider's dial. A decider that has none goes on as it is."""

    def __init__(self, decider: Decider) -> None:
        self._decider = decider
        self._own = decider.coverage if isinstance(decider, Dial) else None

    @property
    def has_dial(self) -> bool:
        return isinstance(self._decider, Dial | Gate)

    def at(self, coverage: float | None) -> Decider:
        """The decider that shows something at about this share of keys; None: as it was made."""
        if isinstance(self._decider, Gate):
            return self._decider if coverage is None else self._decider.at_coverage(coverage)
        if isinstance(self._decider, Dial) and self._own is not None:
            self._decider.coverage = self._own if coverage is None else coverage
        return self._decider
