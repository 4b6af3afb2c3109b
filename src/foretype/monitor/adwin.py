"""Adaptive windows from river: a second opinion on when a stream of outcomes changed. Needs the drift extra.

It does not know the stream, nor which change would be a bad one.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Iterable

from foretype.errors import ConfigError

DELTA = 1e-6  # of a false change at one check; river's own 0.002 saw one a week where there was none
# (docs/howto/monitoring.md)


def open_streams() -> dict[str, Changes]:
    """A detector for each stream that the watch has; none where the drift extra is not installed."""
    if importlib.util.find_spec("river") is None:
        return {}
    return {"acceptance": Changes(), "calibration": Changes()}


class Changes:
    """Counts the changes that ADWIN sees in one stream of numbers within [-1, 1]."""

    def __init__(self, *, delta: float = DELTA) -> None:
        """Raises ConfigError where river is not installed."""
        try:
            from river.drift import ADWIN  # optional: with scipy it takes 150 MB
        except ImportError as error:
            raise ConfigError(
                "drift detectors: river is not installed; pip install 'foretype[drift]'"
            ) from error
        self._detector = ADWIN(delta=delta)
        self.num_changes = 0
        self.changed_s: float | None = None

    def learn_many(self, values: Iterable[float], *, at_s: float) -> int:
        """Feed values in order; how many changes they brought to light."""
        update: Callable[[float], object] = self._detector.update
        found = 0
        for value in values:
            update(value)
            found += bool(self._detector.drift_detected)
        if found:
            self.num_changes += found
            self.changed_s = at_s
        return found

    @property
    def mean(self) -> float:
        """Of the present window: all that came since the last change."""
        return float(self._detector.estimation)
