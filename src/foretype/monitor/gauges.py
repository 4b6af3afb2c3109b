"""What the watch sees, as gauges for Prometheus: alarms that fire, drift of features, calibration.

It does not know how any of it was found.
"""

from __future__ import annotations

from collections.abc import Iterable

from prometheus_client import CollectorRegistry, Counter, Gauge

from foretype.monitor.psi import Drift
from foretype.monitor.rules import Reading


class Gauges:
    """The watch's gauges in a service's registry; set once a minute."""

    def __init__(self, registry: CollectorRegistry, rules: Iterable[str]) -> None:
        self._firing = Gauge(
            "foretype_alarm_firing", "1 while an alarm is not over", ["rule"], registry=registry
        )
        self._psi = Gauge(
            "foretype_feature_psi",
            "Population stability index against the reference",
            ["feature"],
            registry=registry,
        )
        self._ece = Gauge(
            "foretype_calibration_error",
            "Expected calibration error of the latest outcomes",
            registry=registry,
        )
        self._acceptance = Gauge(
            "foretype_acceptance_ratio", "Share taken in the latest ten minutes", registry=registry
        )
        self._usual = Gauge(
            "foretype_acceptance_usual_ratio", "Share usually taken at this hour", registry=registry
        )
        self._free = Gauge(
            "foretype_disk_free_bytes", "Free space of the data folder's disk", registry=registry
        )
        self._behind = Gauge(
            "foretype_learning_behind_seconds",
            "Since when nothing was heard from those who learn together; 0 where a server learns alone",
            registry=registry,
        )
        self._changes = Counter(
            "foretype_drift_changes", "Changes that an adaptive window saw", ["stream"], registry=registry
        )
        self._rules = tuple(rules)
        for rule in self._rules:
            self._firing.labels(rule).set(0)

    def show(self, seen: Reading, *, firing: Iterable[str], drift: Iterable[Drift]) -> None:
        """Set all of them to one minute's reading."""
        now = set(firing)
        for rule in self._rules:
            self._firing.labels(rule).set(rule in now)
        for state in drift:
            if state.psi is not None:
                self._psi.labels(state.feature).set(state.psi)
        self._ece.set(seen.calibration_error)
        self._acceptance.set(seen.acceptance)
        self._usual.set(seen.acceptance_usual)
        if seen.free_disk_mb is not None:
            self._free.set(seen.free_disk_mb * 1e6)
        self._behind.set(seen.learning_behind_s or 0.0)

    def changed(self, stream: str, times: int) -> None:
        self._changes.labels(stream).inc(times)
