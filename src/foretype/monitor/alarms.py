"""When an alarm is raised, and when it is over: a rule has to hold for a while, and to be over for a while.

Pure: readings in, notices out, one notice for each turn. It does not know what is measured, what time it is, or who is told.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Generic, TypeVar

from foretype.errors import InputError

R = TypeVar("R")


class Severity(StrEnum):
    """How soon somebody should look."""

    CRITICAL = "critical"  # writers feel it now
    WARNING = "warning"  # today


class Turn(StrEnum):
    """What a notice tells."""

    RAISED = "alarm.raised"
    RESOLVED = "alarm.resolved"


@dataclass(frozen=True, slots=True)
class Figures:
    """What was found, what was wanted: numbers in `unit`, and a score that is 1 where it begins to alarm."""

    score: float
    found: float
    wanted: float
    unit: str


@dataclass(frozen=True, slots=True)
class Rule(Generic[R]):
    """What to look at, how long it must be bad, and when it is good again."""

    name: str
    severity: Severity
    summary: str  # a sentence of ours, without values
    look: Callable[[R], Figures]
    raise_minutes: int = 1
    resolve_minutes: int = 10
    resolve_below: float = 0.7  # of the score: between this and 1 nothing changes


@dataclass(frozen=True, slots=True)
class Alarm:
    """One alarm, from its raising to its end. Times in seconds since 1970."""

    id: str
    rule: str
    severity: Severity
    summary: str
    since_s: float
    found: float
    wanted: float
    unit: str


@dataclass(frozen=True, slots=True)
class Notice:
    """Somebody ought to know: an alarm was raised, or is over."""

    id: str
    turn: Turn
    at_s: float
    alarm: Alarm


class Alarms(Generic[R]):
    """Judges readings, one a minute, in order."""

    def __init__(self, rules: Sequence[Rule[R]], *, new_id: Callable[[], str]) -> None:
        self._rules = {rule.name: rule for rule in rules}
        self._new_id = new_id
        self._minutes = dict.fromkeys(
            self._rules, 0
        )  # how long a rule has been on its way to the other state
        self._firing: dict[str, Alarm] = {}

    @property
    def firing(self) -> tuple[Alarm, ...]:
        """Alarms that are not over, the oldest first."""
        return tuple(self._firing.values())

    def is_firing(self, rule: str) -> bool:
        return rule in self._firing

    def judge(self, reading: R, *, at_s: float) -> list[Notice]:
        """Look at one minute; what changed by it."""
        found = (self._look(rule, reading, at_s) for rule in self._rules.values())
        return [notice for notice in found if notice is not None]

    def saved(self) -> list[dict[str, Any]]:
        """Alarms that are not over, as JSON: a restart tells nobody twice."""
        return [{name: getattr(alarm, name) for name in alarm.__slots__} for alarm in self.firing]

    def restore(self, saved: Sequence[Mapping[str, Any]]) -> None:
        """Go on where `saved` was taken; alarms of rules that are no more are dropped. Raises InputError."""
        try:
            alarms = [Alarm(**{**each, "severity": Severity(each["severity"])}) for each in saved]
        except (KeyError, TypeError, ValueError) as error:
            raise InputError(f"alarms: found {error!r}, wanted what an earlier run kept") from error
        self._firing = {alarm.rule: alarm for alarm in alarms if alarm.rule in self._rules}

    def _look(self, rule: Rule[R], reading: R, at_s: float) -> Notice | None:
        figures = rule.look(reading)
        alarm = self._firing.get(rule.name)
        turns = figures.score >= 1.0 if alarm is None else figures.score < rule.resolve_below
        self._minutes[rule.name] = self._minutes[rule.name] + 1 if turns else 0
        if self._minutes[rule.name] < (rule.raise_minutes if alarm is None else rule.resolve_minutes):
            return None
        self._minutes[rule.name] = 0
        return self._raise(rule, figures, at_s) if alarm is None else self._resolve(alarm, figures, at_s)

    def _raise(self, rule: Rule[R], figures: Figures, at_s: float) -> Notice:
        alarm = Alarm(
            id=self._new_id(),
            rule=rule.name,
            severity=rule.severity,
            summary=rule.summary,
            since_s=at_s,
            found=round(figures.found, 6),
            wanted=round(figures.wanted, 6),
            unit=figures.unit,
        )
        self._firing[rule.name] = alarm
        return Notice(f"{alarm.id}-raised", Turn.RAISED, at_s, alarm)

    def _resolve(self, alarm: Alarm, figures: Figures, at_s: float) -> Notice:
        del self._firing[alarm.rule]
        over = replace(alarm, found=round(figures.found, 6), wanted=round(figures.wanted, 6))
        return Notice(f"{alarm.id}-resolved", Turn.RESOLVED, at_s, over)
