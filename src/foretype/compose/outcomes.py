"""What is told of a suggestion that has ended, and who hears it, as a protocol: rank/ keeps a journal of it.

It does not know how an end is seen (history.py), nor what is kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from foretype.compose.path import Path
from foretype.compose.request import OutcomeKind
from foretype.compose.situation import Rates, Situation


@dataclass(frozen=True, slots=True)
class Ended:
    """One suggestion's end. `path` holds words: whoever hears this may count them, and keeps none."""

    answer_id: str  # of the answer that showed it first
    user: str | None
    outcome: OutcomeKind
    characters: int  # of it that are in the text, taken or typed
    path: Path
    situation: Situation
    model: str
    elapsed_ms: float  # until it was shown


class Outcomes(Protocol):
    """Hears what becomes of suggestions. Called on the way of a keystroke: no call may wait. Safe for threads."""

    def record(self, ended: Ended) -> None:
        """Count one suggestion that has ended."""
        ...

    def settle(self, answer_id: str, *, persisted: bool) -> None:
        """Half a minute later: whether what was taken of a recorded suggestion is still in the text."""
        ...

    def rates(self, user: str) -> Rates:
        """How often the user was shown something so far, and took it; zeros for a user never seen."""
        ...

    def forget(self, user: str) -> bool:
        """Delete all that was counted of the user, for good; False when there was nothing. This call may wait."""
        ...

    def close(self) -> None:
        """Write what waits, and release files."""
        ...
