"""A server's own school: it hears from the journal who was forgotten, whichever process did it.

It does not know how anybody is learned of.
"""

from __future__ import annotations

from typing import Any

from foretype.rank.journal import Journal
from foretype.rank.online.live import LiveRanker
from foretype.rank.online.school import Event, School
from foretype.rank.online.versions import Versions


class OwnSchool(School):
    """A School on this data folder's journal; `options` are School's."""

    def __init__(self, versions: Versions, journal: Journal, live: LiveRanker, **options: Any) -> None:
        super().__init__(versions, journal, live, **options)
        self._own = journal

    def turn_minute(self, now_s: float) -> list[Event]:
        """As School.turn_minute; first it forgets whom the command line has forgotten since."""
        for user in self._own.untold():
            self.forget_number(user)
        return super().turn_minute(now_s)

    def forget_number(self, user: int) -> bool:
        known = super().forget_number(user)
        self._own.told_of(user)
        return known
