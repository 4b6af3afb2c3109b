"""Claims about the acceptance alarm: drops are found in minutes, and weeks without one stay quiet."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from foretype.errors import InputError
from foretype.evals.alarm_weeks import DAY_MIN, World, alarms, weeks
from foretype.monitor.acceptance import AcceptanceTest
from foretype.monitor.evidence import signed_root
from foretype.monitor.usual import UsualHours, hour_of_week

WEEK_MIN = 7 * DAY_MIN
NUM_SERVICES = 200
BUSY = World(num_writers=200)  # 3,000 outcomes a minute in the busiest hour


def test_a_drop_of_a_fifth_alarms_within_ten_minutes() -> None:
    at_min = 4 * DAY_MIN + 11 * 60  # a Friday; three days are learned
    minutes = weeks(
        BUSY, num_services=NUM_SERVICES, num_minutes=at_min + 10, drop_at_min=at_min, drop=0.2, seed=11
    )
    raised = alarms(minutes, num_services=NUM_SERVICES, from_min=at_min)
    assert np.mean(raised <= 10) >= 0.97


def test_null_weeks_raise_none() -> None:
    sizes = World(num_writers=np.geomspace(3, 300, NUM_SERVICES))
    minutes = weeks(sizes, num_services=NUM_SERVICES, num_minutes=4 * DAY_MIN + WEEK_MIN, seed=5)
    raised = alarms(minutes, num_services=NUM_SERVICES)
    assert np.isfinite(raised).sum() <= 1  # of 200; more of them: python benchmarks/bench_alarms.py


def test_many_services_at_once_are_each_what_one_alone_would_be() -> None:
    together, alone = AcceptanceTest(shape=(3,)), AcceptanceTest()
    for minute in weeks(World(20), num_services=3, num_minutes=5 * DAY_MIN, seed=2):
        together.learn_one(minute.at_s, taken=minute.taken, shown=minute.shown)
        alone.learn_one(minute.at_s, taken=minute.taken[1], shown=minute.shown[1])
    assert together.is_armed and np.isclose(together.score()[1], alone.score())
    assert np.isclose(together.drop(2)[1], alone.drop(2))


def test_a_quiet_evening_is_no_drop() -> None:
    test = AcceptanceTest()
    for day in range(14):
        for hour in range(24):
            for minute in range(60):
                taken = 300 if 8 <= hour < 18 else 200  # evenings are a third lower, every day
                test.learn_one(60.0 * (day * 1440 + hour * 60 + minute), taken=taken, shown=1000)
    assert test.score() < 0.5


def test_an_alarm_that_is_over_leaves_nothing_behind() -> None:
    test = AcceptanceTest()
    for minute in range(5 * DAY_MIN):
        test.learn_one(60.0 * minute, taken=135, shown=500)
    for minute in range(5 * DAY_MIN, 5 * DAY_MIN + 30):
        test.learn_one(60.0 * minute, taken=90, shown=500)
    assert test.score() > 1
    test.begin_anew()
    for minute in range(5 * DAY_MIN + 30, 5 * DAY_MIN + 60):
        test.learn_one(60.0 * minute, taken=135, shown=500)
    assert test.score() < 0.2


def test_what_was_usual_outlives_a_restart() -> None:
    test = AcceptanceTest()
    for minute in range(5 * DAY_MIN):
        test.learn_one(60.0 * minute, taken=135, shown=500)
    again = AcceptanceTest.restored(test.saved())
    assert again.is_armed
    assert np.isclose(again.usual.at(0.0).rate, 0.27, atol=1e-3)
    with pytest.raises(InputError, match="usual hours"):
        AcceptanceTest.restored({"usual": {}})


@given(st.integers(0, 500), st.integers(1, 500), st.floats(0.05, 0.95))
def test_the_root_is_signed_by_the_side_and_grows_with_the_distance(
    hits: int, more: int, rate: float
) -> None:
    trials = hits + more
    root = float(signed_root(hits, trials, rate=rate, weight=1e6))
    assert np.sign(round(root, 6)) in (0, np.sign(hits / trials - rate))
    assert abs(root) <= abs(float(signed_root(10 * hits, 10 * trials, rate=rate, weight=1e6))) + 1e-9


def test_hours_of_a_weekend_are_their_own() -> None:
    saturday = 2 * 86400.0
    assert hour_of_week(saturday) == 24 and hour_of_week(saturday - 1) == 23
    hours = UsualHours()
    hours.learn(saturday, hits=10, trials=1000)
    hours.learn(0.0, hits=300, trials=1000)
    assert hours.at(saturday).rate < 0.1 < hours.at(7 * 86400.0).rate
