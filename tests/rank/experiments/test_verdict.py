"""What is said of arms: errors come from users, guardrails stop what harms, and looking all week tells no lies."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from foretype.evals.experiment_weeks import DAY_MIN, World, first_told
from foretype.rank.experiments.plan import Arm, Experiment, Treatment, checked_arms
from foretype.rank.experiments.sequential import ALPHA, evidence, is_uneven, radius
from foretype.rank.experiments.sums import METRICS, NAMES, Floats, ratio_of
from foretype.rank.experiments.verdict import Verdict, verdict_of

ONE = Experiment("one", "a", checked_arms([Arm("bold", Treatment(coverage=0.9))]), (0, 1000), "s", 0.0)


def users(num: int, *, seed: int, better: float = 1.0, more_wrong: float = 1.0, sd: float = 0.1) -> Floats:
    """Sums of users who save about a third of their keys."""
    random = np.random.default_rng(seed)
    keys = random.lognormal(6, 0.5, num)
    rate = 0.33 * better * (1 + sd * random.standard_normal(num))
    wrong = 0.1 * more_wrong * (1 + sd * random.standard_normal(num))
    columns = {
        "keys": keys,
        "saved": keys * rate,
        "shown": keys / 4,
        "taken": keys / 4 * rate,
        "wrong": keys * wrong,
        "latency_ms": keys * 5 * (1 + 0.05 * random.standard_normal(num)),
    }
    return np.stack([columns[name] for name in NAMES], axis=1)


def verdict(num: int = 400, **changes: float) -> Verdict:
    return verdict_of(ONE, {"control": users(num, seed=1), "bold": users(num, seed=2, **changes)})


def says(found: Verdict, metric: str) -> str:
    return next(each.says for each in found.readings if each.metric == metric and each.arm == "bold")


def test_a_ratio_and_its_variance_are_those_of_drawn_users() -> None:
    """Against the slow way: draw users again and again."""
    sums, random = users(300, seed=3, sd=0.4), np.random.default_rng(4)
    found = ratio_of(sums, METRICS[0])
    drawn = [sums[random.integers(0, 300, 300)].sum(axis=0) for _ in range(2_000)]
    ratios = [row[NAMES.index("saved")] / row[NAMES.index("keys")] for row in drawn]
    assert found.value == pytest.approx(np.mean(ratios), rel=0.01)
    assert math.sqrt(found.variance) == pytest.approx(np.std(ratios), rel=0.1)


def test_arms_alike_are_told_to_be_alike() -> None:
    assert {each.says for each in verdict().readings} == {"control", "no difference seen"}


def test_better_and_worse_are_told_apart() -> None:
    assert says(verdict(better=1.1), "keys saved per key") == "better"
    assert says(verdict(better=0.9), "keys saved per key") == "worse"
    assert says(verdict(more_wrong=1.2), "wrong shows per key") == "worse"
    assert says(verdict(more_wrong=0.8), "wrong shows per key") == "better"


def test_a_guardrail_stops_what_harms_beyond_its_margin() -> None:
    assert verdict(better=0.97, sd=0.01).harmed() == {}
    [(arm, why)] = verdict(more_wrong=1.3).harmed().items()
    assert arm == "bold" and why.startswith("wrong shows per key +")


def test_few_users_say_nothing() -> None:
    assert {each.says for each in verdict(num=20).readings} == {"control", "too few users"}
    empty = verdict_of(ONE, {"control": np.zeros((0, len(NAMES))), "bold": np.zeros((0, len(NAMES)))})
    assert {each.says for each in empty.readings} == {"control", "too few users"}


def test_users_who_fall_unevenly_are_noticed() -> None:
    sums = {"control": users(700, seed=1), "bold": users(400, seed=2)}
    assert verdict_of(ONE, sums).is_uneven
    assert not verdict_of(replace(ONE, stopped_arms=("bold",)), sums).is_uneven


def test_even_arms_are_seldom_called_uneven_however_often_one_looks() -> None:
    random = np.random.default_rng(6)
    called = 0
    for _ in range(200):
        in_first = np.cumsum(random.random(2_000) < 0.5)
        called += any(
            is_uneven([int(in_first[at]), at + 1 - int(in_first[at])]) for at in range(10, 2_000, 20)
        )
    assert called <= 2


def test_the_interval_and_the_test_agree() -> None:
    for difference in (0.5, 2.0, 4.0, 8.0):
        beyond = difference > radius(2.0, tau=0.7)
        assert beyond == (evidence(difference, 2.0, tau=0.7) > math.log(1 / ALPHA))


def test_a_walk_watched_at_every_step_leaves_the_interval_seldom() -> None:
    """Means of n draws have variance 1 / n: 400 walks of 2,000 looks."""
    steps = np.random.default_rng(7).standard_normal((400, 2_000))
    num = np.arange(1, 2_001)
    means = np.cumsum(steps, axis=1) / num
    left = (np.abs(means) > radius(1.0 / num, tau=0.2)).any(axis=1)
    assert left.mean() <= ALPHA


def test_an_a_a_test_looked_at_each_minute_for_a_day_tells_no_lies() -> None:
    told = first_told(World(100), num_runs=60, num_minutes=DAY_MIN, seed=1)
    assert np.isfinite(told).sum() <= 8  # three expected at most; nine or more come with a chance of 0.002


@pytest.mark.slow
@pytest.mark.parametrize("num_users", [100, 400])
def test_an_a_a_test_looked_at_each_minute_for_a_week_errs_in_five_of_a_hundred_at_most(
    num_users: int,
) -> None:
    told = first_told(World(num_users), num_runs=400, num_minutes=7 * DAY_MIN, seed=1)
    assert np.isfinite(told).mean() <= ALPHA


def test_a_large_difference_is_told() -> None:
    told = first_told(
        World(400, saved_sd=0.1), num_runs=10, num_minutes=DAY_MIN, effect=0.3, look_min=10, seed=2
    )
    assert np.isfinite(told).all()
