"""How often each user was shown something, and took it: counts in memory, for a decider to heed at once.

It does not know where counts are kept between runs.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Hashable

from foretype.compose.outcomes import Ended
from foretype.compose.request import OutcomeKind
from foretype.compose.situation import Rates

TAKEN = (OutcomeKind.ACCEPTED, OutcomeKind.PARTLY)


class Tally:
    """Counts by user, any hashable key. Safe for threads.

    >>> tally = Tally()
    >>> tally.add("u1", OutcomeKind.ACCEPTED)
    >>> tally.add("u1", OutcomeKind.IGNORED)
    >>> tally.rates_of("u1"), tally.rates_of("u2")
    (Rates(shown=2, taken=1), Rates(shown=0, taken=0))
    """

    def __init__(self) -> None:
        self._shown: Counter[Hashable] = Counter()
        self._taken: Counter[Hashable] = Counter()
        self._lock = threading.Lock()

    def add(self, user: Hashable, outcome: OutcomeKind) -> None:
        self.add_many(user, shown=1, taken=int(outcome in TAKEN))

    def add_many(self, user: Hashable, *, shown: int, taken: int) -> None:
        """Count what is known from before."""
        with self._lock:
            self._shown[user] += shown
            self._taken[user] += taken

    def rates_of(self, user: Hashable) -> Rates:
        with self._lock:
            return Rates(self._shown[user], self._taken[user]) if user in self._shown else Rates()

    def drop(self, user: Hashable) -> bool:
        """Forget a user; False if there was nothing."""
        with self._lock:
            self._taken.pop(user, None)
            return self._shown.pop(user, None) is not None


class TalliedOutcomes:
    """Outcomes that are only counted, for as long as the process lives: a replay's journal."""

    def __init__(self) -> None:
        self._tally = Tally()

    def record(self, ended: Ended) -> None:
        if ended.user is not None:
            self._tally.add(ended.user, ended.outcome)

    def settle(self, answer_id: str, *, persisted: bool) -> None:
        """A rate counts what was taken, whether it stayed or not."""

    def rates(self, user: str) -> Rates:
        return self._tally.rates_of(user)

    def forget(self, user: str) -> bool:
        return self._tally.drop(user)

    def close(self) -> None:
        """Nothing is kept."""
