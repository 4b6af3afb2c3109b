"""What whoever runs a composer may turn while it answers: how much is shown, and what is never shown.

It does not know who turned it, nor where it is kept.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Dials:
    """All of them together; one set takes the place of another between two answers."""

    coverage: float | None = (
        None  # share of keys, in (0, 1], at which to show something; None: the decider's own
    )
    blocked: tuple[str, ...] = ()  # words and phrases that are never suggested, in any case of letters
