"""Hears every suggestion end, for the watch, and passes it on to the journal if there is one.

It does not know how an end was seen.
"""

from __future__ import annotations

from foretype.compose.outcomes import Ended, Outcomes
from foretype.compose.situation import UNKNOWN_RATES, Rates
from foretype.monitor.watch import Watch


class Listener:
    """Satisfies compose.outcomes.Outcomes: the watch's ear before `journal`, which may be None."""

    def __init__(self, journal: Outcomes | None, watch: Watch) -> None:
        self.journal = journal
        self._watch = watch

    def record(self, ended: Ended) -> None:
        self._watch.ended(ended)
        if self.journal is not None:
            self.journal.record(ended)

    def settle(self, answer_id: str, *, persisted: bool) -> None:
        if self.journal is not None:
            self.journal.settle(answer_id, persisted=persisted)

    def rates(self, user: str) -> Rates:
        return UNKNOWN_RATES if self.journal is None else self.journal.rates(user)

    def forget(self, user: str) -> bool:
        return self.journal is not None and self.journal.forget(user)

    def close(self) -> None:
        if self.journal is not None:
            self.journal.close()
