"""What a service has counted since its start, read back from its own Prometheus registry.

One place counts (monitor/metrics.py) and two read: Prometheus and the panel. It does not know what is alarming.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from prometheus_client import CollectorRegistry

PREFIX = "foretype_"


@dataclass(slots=True)
class Total:
    """Counts of one kind and locale."""

    kind: str
    locale: str
    answers: int = 0
    shown: int = 0
    keys_saved: int = 0
    outcomes: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Totals:
    """All counts. `counts`: those without labels, by name; `versions`: of parts that have one."""

    by_writing: tuple[Total, ...]
    silences: Mapping[str, int]
    failures: Mapping[str, int]
    versions: Mapping[str, str]
    counts: Mapping[str, int]
    memory_bytes: int | None


def totals_of(registry: CollectorRegistry) -> Totals:
    """Read everything once."""
    reading = _Reading()
    for family in registry.collect():
        for sample in family.samples:
            reading.take(sample.name, sample.labels, sample.value)
    return Totals(
        by_writing=tuple(each for _, each in sorted(reading.writings.items()) if each.answers),
        silences=reading.silences,
        failures=reading.failures,
        versions=reading.versions,
        counts=reading.counts,
        memory_bytes=reading.counts.get("process_resident_memory_bytes"),
    )


class _Reading:
    """Sorts samples into what they count."""

    def __init__(self) -> None:
        self.writings: dict[tuple[str, str], Total] = {}
        self.silences: dict[str, int] = {}
        self.failures: dict[str, int] = {}
        self.versions: dict[str, str] = {}
        self.counts: defaultdict[str, int] = defaultdict(int)

    def take(self, name: str, labels: Mapping[str, str], value: float) -> None:
        if not labels:
            self.counts[name.removeprefix(PREFIX).removesuffix("_total")] = round(value)
            return
        match name:
            case "foretype_silences_total":
                self.silences[labels["reason"]] = round(value)
            case "foretype_requests_failed_total":
                self.failures[labels["fault"]] = round(value)
            case "foretype_version_info":
                self.versions[labels["part"]] = labels["version"]
            case _ if "kind" in labels:
                self._take_writing(name.removeprefix(PREFIX).removesuffix("_total"), labels, round(value))

    def _take_writing(self, name: str, labels: Mapping[str, str], value: int) -> None:
        where = labels["kind"], labels["locale"]
        total = self.writings.setdefault(where, Total(*where))
        match name:
            case "answers":
                total.answers = value
            case "suggestions_shown":
                total.shown = value
            case "keys_saved":
                total.keys_saved = value
            case "outcomes":
                total.outcomes[labels["outcome"]] = value
