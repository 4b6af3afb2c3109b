"""Weeks of simulated outcomes, minute by minute, played to the acceptance test: null weeks, and drops put in on purpose.

Many services at once, one to a column, so that rates of false and missed alarms can be told. Writers come and go with
the day and the week, differ from one another, and stay for a while; that is all it knows of people.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from foretype.monitor.acceptance import MINUTE_S, AcceptanceTest
from foretype.monitor.rules import ACCEPTANCE_MINUTES

DAY_MIN = 1440
MONDAY_S = 4 * 86400.0  # 5 January 1970
SESSION_MIN = 10  # a writer writes for so long, then another does


@dataclass(frozen=True, slots=True)
class World:
    """A service's writers. Rates are shares of the suggestions that were shown."""

    num_writers: (
        float | NDArray[np.float64]
    )  # at the same time, in the busiest hour of a workday; one for all services, or each its own
    outcomes_a_minute: float = 15.0  # of one writer
    rate: float = 0.27
    writers_sd: float = 0.05  # of one writer's rate
    cycle: float = 0.1  # the evening's rate lies so far under the noon's, as a share
    day_sd: float = 0.02  # one day's rate against another's, as a share


@dataclass(frozen=True, slots=True)
class Outcomes:
    """What each of the services counted in one minute."""

    at_s: float
    taken: NDArray[np.int64]
    shown: NDArray[np.int64]


def weeks(
    world: World,
    *,
    num_services: int,
    num_minutes: int,
    drop_at_min: int | None = None,
    drop: float = 0.0,
    seed: int,
) -> Iterator[Outcomes]:
    """Minutes from a Monday on; from `drop_at_min` on acceptance lies lower by the share `drop`."""
    random = np.random.default_rng(seed)
    for minute in range(num_minutes):
        if minute % SESSION_MIN == 0:
            writers = random.poisson(world.num_writers * _traffic(minute), num_services)
            spread = world.writers_sd * random.standard_normal(num_services) / np.sqrt(np.maximum(writers, 1))
        if minute % DAY_MIN == 0:
            day = 1.0 + world.day_sd * random.standard_normal(num_services)
        rate = (world.rate + spread) * _cycle(world, minute) * day
        if drop_at_min is not None and minute >= drop_at_min:
            rate = rate * (1.0 - drop)
        shown = random.poisson(writers * world.outcomes_a_minute)
        taken = random.binomial(shown, np.clip(rate, 0.001, 0.999))
        yield Outcomes(MONDAY_S + MINUTE_S * minute, taken, shown)


def alarms(minutes: Iterator[Outcomes], *, num_services: int, from_min: int = 0) -> NDArray[np.float64]:
    """The first minute after `from_min`, counted from it, at which each service's alarm was raised; infinity for none."""
    test = AcceptanceTest(shape=(num_services,))
    raised = np.full(num_services, np.inf)
    bad = np.zeros(num_services)
    for number, minute in enumerate(minutes):
        test.learn_one(minute.at_s, taken=minute.taken, shown=minute.shown)
        if number >= from_min:
            bad = np.where(test.score() >= 1.0, bad + 1, 0)
            new = (bad >= ACCEPTANCE_MINUTES) & np.isinf(raised)
            raised[new] = number + 1 - from_min
    return raised


def _traffic(minute: int) -> float:
    """How much is written, against the busiest hour: nights 2 %, weekends a fifth."""
    hour = minute % DAY_MIN / 60
    day = np.exp(-0.5 * ((hour - 11) / 2.2) ** 2) + 0.9 * np.exp(-0.5 * ((hour - 15.5) / 2.2) ** 2)
    weekend = 0.2 if minute // DAY_MIN % 7 >= 5 else 1.0
    return float(max(0.02, min(day, 1.0)) * weekend)


def _cycle(world: World, minute: int) -> float:
    """The hour's acceptance against the noon's; weekends lie a little lower still."""
    hour = minute % DAY_MIN / 60
    weekend = 0.97 if minute // DAY_MIN % 7 >= 5 else 1.0
    return float((1.0 - world.cycle * 0.5 * (1 - np.cos(2 * np.pi * (hour - 12) / 24))) * weekend)
