"""Weeks of simulated experiments, looked at each minute: how often a difference is told, where there is one and where not.

Many experiments at once. Users differ in how much they write and in how much is saved for them, come and go with the day,
and newcomers begin through the week. It does not know what an arm does.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from foretype.rank.experiments.sequential import ALPHA, EFFECT, MIN_USERS, evidence
from foretype.rank.experiments.sums import Moments, ratio_of_moments

DAY_MIN = 1_440
MEAN_TRAFFIC = 0.307  # of `_traffic` over a week
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class World:
    """An experiment's users. Half of them are in each arm."""

    num_users: int
    minutes_a_day: float = 20.0  # in which a mean user writes
    keys_a_minute: float = 30.0
    saved: float = 0.35  # keys saved per key typed, of a mean user
    saved_sd: float = 0.25  # of a user's rate, as a share of the mean
    activity_sd: float = 1.0  # of the log of a user's minutes
    newcomers: float = 0.3  # of the users that begin during the week


@dataclass(slots=True)
class Crowd:
    """Sums of every user (runs * users,) and moments of every arm (runs * 2,)."""

    keys: Floats
    saved: Floats
    arms: dict[str, Floats]


def first_told(
    world: World, *, num_runs: int, num_minutes: int, effect: float = 0.0, look_min: int = 1, seed: int
) -> Floats:
    """The minute at which each run first tells a difference at ALPHA, infinity for never; looked at every `look_min`."""
    random = np.random.default_rng(seed)
    activity, rates, begins = _users(world, num_runs, num_minutes, random)
    arm = np.tile(np.arange(world.num_users) % 2, num_runs)
    rates = np.clip(rates * (1 + effect * arm), 0.01, 0.95)
    crowd = _empty(num_runs, world.num_users)
    cell = np.repeat(np.arange(num_runs), world.num_users) * 2 + arm
    told = np.full(num_runs, np.inf)
    for minute in range(num_minutes):
        chance = activity * np.float32(_traffic(minute))
        active = np.flatnonzero((random.random(len(chance), np.float32) < chance) & (begins <= minute))
        keys = (1 + random.poisson(world.keys_a_minute, len(active))).astype(np.float64)
        saved = random.binomial(keys.astype(np.int64), rates[active]).astype(np.float64)
        _add(crowd, active, cell[active], keys, saved)
        if minute % look_min == 0:
            new = np.isinf(told) & (_evidence(crowd.arms) > math.log(1 / ALPHA))
            told[new] = minute
    return told


def _users(
    world: World, num_runs: int, num_minutes: int, random: np.random.Generator
) -> tuple[NDArray[np.float32], Floats, NDArray[np.int64]]:
    """Chance to write in a minute of full traffic, keys saved per key, and the first minute, of every user."""
    num = num_runs * world.num_users
    spread = random.lognormal(-(world.activity_sd**2) / 2, world.activity_sd, num)
    activity = np.minimum(spread * world.minutes_a_day / (DAY_MIN * MEAN_TRAFFIC), 0.9).astype(np.float32)
    rates = world.saved * (1 + world.saved_sd * random.standard_normal(num))
    late = random.random(num) < world.newcomers
    begins = np.where(late, random.integers(0, num_minutes, num), 0)
    return activity, np.clip(rates, 0.02, 0.9), begins


def _empty(num_runs: int, num_users: int) -> Crowd:
    names = ("num", "of", "per", "of_of", "of_per", "per_per")
    return Crowd(
        np.zeros(num_runs * num_users),
        np.zeros(num_runs * num_users),
        {name: np.zeros(2 * num_runs) for name in names},
    )


def _add(
    crowd: Crowd, active: NDArray[np.int64], cell: NDArray[np.int64], keys: Floats, saved: Floats
) -> None:
    """Count what active users wrote; only their own terms of the moments change."""
    k, s = crowd.keys[active], crowd.saved[active]
    new_k, new_s = k + keys, s + saved
    changes = {
        "num": (k == 0).astype(np.float64),
        "of": saved,
        "per": keys,
        "of_of": new_s**2 - s**2,
        "of_per": new_s * new_k - s * k,
        "per_per": new_k**2 - k**2,
    }
    for name, change in changes.items():
        crowd.arms[name] += np.bincount(cell, change, len(crowd.arms[name]))
    crowd.keys[active], crowd.saved[active] = new_k, new_s


def _evidence(arms: dict[str, Floats]) -> Floats:
    """Of a difference between the two arms of each run (runs,)."""
    both = ratio_of_moments(Moments(**arms))
    value, variance, num = (np.reshape(each, (-1, 2)) for each in (both.value, both.variance, both.num_alike))
    total = np.maximum(variance.sum(axis=1), 1e-12)
    tau = EFFECT * np.maximum(value[:, 0], 1e-6)
    found = evidence(value[:, 1] - value[:, 0], total, tau=tau)
    return np.where((num >= MIN_USERS).all(axis=1), found, -np.inf)


def _traffic(minute: int) -> float:
    """How much is written, against the busiest hour: nights nothing, weekends a fifth."""
    hour = minute % DAY_MIN / 60
    day = max(0.0, math.sin(math.pi * (hour - 7) / 15)) if 7 <= hour <= 22 else 0.0
    return day * (0.2 if minute // DAY_MIN % 7 >= 5 else 1.0)
