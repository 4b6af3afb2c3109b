"""What may be said of a running experiment: each metric of each arm against the control, with intervals that allow looking.

It does not know where the sums come from, nor who stops an arm.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from foretype.rank.experiments.plan import Experiment
from foretype.rank.experiments.sequential import ALPHA, EFFECT, MIN_USERS, is_uneven, radius
from foretype.rank.experiments.sums import METRICS, Floats, Metric, Ratio, ratio_of


@dataclass(frozen=True, slots=True)
class Reading:
    """One metric of one arm. Differences are to the control, as shares of its value; None where too few users are in."""

    metric: str
    arm: str
    value: float
    num_users: int
    change: float | None
    low: float | None
    high: float | None
    says: str  # "better", "worse", "no difference seen", "too few users", "control"


@dataclass(frozen=True, slots=True)
class Verdict:
    """All metrics of all arms, and whether users fell into the arms as planned."""

    experiment: str
    readings: tuple[Reading, ...]
    users: Mapping[str, int]
    is_uneven: bool

    def harmed(self) -> dict[str, str]:
        """Arms that a guardrail stops, each with its reason."""
        found = {}
        for reading in self.readings:
            metric = next(each for each in METRICS if each.name == reading.metric)
            if _is_beyond(reading, metric):
                found[reading.arm] = (
                    f"{metric.name} {reading.change:+.1%} ({reading.low:+.1%} to {reading.high:+.1%})"
                )
        return found


def verdict_of(experiment: Experiment, arms: Mapping[str, Floats]) -> Verdict:
    """The verdict on users' sums (users, sums.NAMES) of each arm, by name."""
    names = [arm.name for arm in experiment.arms]
    num_pairs = len(METRICS) * (len(names) - 1)
    readings = []
    for metric in METRICS:
        ratios = {name: ratio_of(arms[name], metric) for name in names}
        control = ratios[names[0]]
        for name in names:
            readings.append(_read(metric, name, ratios[name], control, alpha=ALPHA / num_pairs))
    users = {name: len(arms[name]) for name in names}
    running = [users[name] for name in names if name not in experiment.stopped_arms]
    return Verdict(
        experiment.name, tuple(readings), users, is_uneven(running) if not experiment.stopped_arms else False
    )


def _read(metric: Metric, name: str, arm: Ratio, control: Ratio, *, alpha: float) -> Reading:
    """`alpha` is shared by all pairs, so that the whole table errs once in 1 / ALPHA experiments."""
    value, num = float(arm.value), int(arm.num_users)
    num_alike = min(float(arm.num_alike), float(control.num_alike))
    if arm is control:
        return Reading(metric.name, name, value, num, None, None, None, "control")
    variance = float(arm.variance + control.variance)
    if num_alike < MIN_USERS or variance <= 0 or control.value <= 0:
        return Reading(metric.name, name, value, num, None, None, None, "too few users")
    base = float(control.value)
    change = (value - base) / base
    around = float(radius(variance, tau=EFFECT * base, alpha=alpha)) / base
    says = _says(change, around, more_is_better=metric.more_is_better)
    return Reading(metric.name, name, value, num, change, change - around, change + around, says)


def _says(change: float, around: float, *, more_is_better: bool) -> str:
    if abs(change) <= around:
        return "no difference seen"
    return "better" if (change > 0) == more_is_better else "worse"


def _is_beyond(reading: Reading, metric: Metric) -> bool:
    """Whether even the kindest end of the interval is worse, and the middle by more than the margin."""
    if reading.says != "worse" or reading.change is None:
        return False
    return abs(reading.change) > metric.least_margin
