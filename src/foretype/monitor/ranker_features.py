"""The features that a ranker decides by, watched against the rows that it was trained on.

A sample of the suggestions that ended in a minute is held until the minute is over and turned into rows then, off the
keystroke's way; what is kept of them is a histogram. What grows by itself, as a memory does, and what goes with the
calendar is left out. It does not know which ranker answers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from foretype.compose.outcomes import Ended
from foretype.errors import InputError
from foretype.monitor.psi import Drift, FeatureWatch, reference_of
from foretype.rank.features import row_of
from foretype.rank.schema import NAMES

MAX_SAMPLED = 200  # of a minute, the first ones: 12,000 an hour tell as much as all
GROWING = frozenset(
    {"user_memory", "tenant_memory", "user_shown", "user_rate", "user_evidence", "tenant_evidence"}
)
CALENDAR = frozenset({"weekday", "hour_sin", "hour_cos"})
WATCHED = tuple(name for name in NAMES if name not in GROWING | CALENDAR)
_COLUMNS = [NAMES.index(name) for name in WATCHED]


def ranker_reference(rows: NDArray[np.float32]) -> dict[str, Any]:
    """What to keep beside a ranker: histograms of the training rows of what was shown, (rows, len(schema.FEATURES))."""
    return reference_of(WATCHED, rows[:, _COLUMNS].astype(np.float64))


class RankerFeatures:
    """One ranker's features, live."""

    def __init__(self, reference: Mapping[str, Any]) -> None:
        """`reference` as `ranker_reference` gave it. Raises InputError for one of other features."""
        self._watch = FeatureWatch.restored(reference)
        if self._watch.names != WATCHED:
            raise InputError(
                "ranker's reference: found other features than this version has; train the ranker anew"
            )
        self._sample: list[Ended] = []

    def note(self, ended: Ended) -> None:
        """Hold one of the minute's suggestions, if there are few yet."""
        if len(self._sample) < MAX_SAMPLED:
            self._sample.append(ended)

    def turn_minute(self, at_s: float) -> None:
        """Count what was held, and let go of it."""
        sample, self._sample = self._sample, []
        if sample:
            rows = np.stack([row_of(each.path, each.situation) for each in sample])
            self._watch.learn_many(at_s, rows[:, _COLUMNS].astype(np.float64))

    def states(self) -> list[Drift]:
        """Each feature's state, by a name that no feature of suggestions has."""
        return [replace(each, feature=f"ranker_{each.feature}") for each in self._watch.states()]
