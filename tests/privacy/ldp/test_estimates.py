"""Claims about estimates: as sharp as they say, and intervals that cover as often as they should."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binomtest  # type: ignore[import-untyped]

from foretype.privacy.ldp.estimates import Estimate, Sums, acceptance, choice_shares, no_sums
from foretype.privacy.ldp.intervals import exact
from foretype.privacy.ldp.plan import BY_NAME, Choice, Sketch
from foretype.privacy.ldp.sketched import sketch_shares
from private_crowd import Crowd

NUM_RUNS = 200
TWO_ERRORS = 0.9545  # of a normal estimate's runs
FEWEST = 182  # three standard deviations of a binomial(200, 0.9545) below its mean: a sound estimate fails once in 400 seeds
OUTCOMES = (0.2, 0.15, 0.07, 0.18, 0.1, 0.3)  # none, accepted, partly, typed, rejected, ignored
ACCEPTANCE = 0.22 / 0.8
LOCALES = ("en-US", "en-GB", "de-DE", "fr-FR", "hi-IN", "none")
LOCALE_SHARES = (0.5, 0.2, 0.15, 0.1, 0.0, 0.05)


def choice(name: str) -> Choice:
    found = BY_NAME[name]
    assert isinstance(found, Choice)
    return found


def covers(estimate: Estimate, truth: float) -> bool:
    return estimate.low <= truth <= estimate.high


def within_two_errors(estimate: Estimate, truth: float) -> bool:
    return abs(estimate.share - truth) <= 2 * estimate.standard_error


@pytest.mark.parametrize("num_devices", [200, 2_000, 50_000])
def test_a_rate_is_within_two_standard_errors_in_95_percent_of_200_runs(num_devices: int) -> None:
    taken, hits = choice("taken"), 0
    for seed in range(NUM_RUNS):
        crowd = Crowd(seed)
        truth = crowd.symbols((0.73, 0.27), num_devices)
        hits += within_two_errors(choice_shares(taken, [crowd.one_day(taken, truth)])[1], 0.27)
    assert hits >= FEWEST


@pytest.mark.parametrize("num_devices", [40, 500, 20_000])
def test_intervals_of_every_answer_cover_the_truth_in_95_percent_of_runs(num_devices: int) -> None:
    outcome, hits = choice("outcome"), np.zeros(len(OUTCOMES))
    for seed in range(NUM_RUNS):
        crowd = Crowd(1_000 + seed)
        sums = crowd.one_day(outcome, crowd.symbols(OUTCOMES, num_devices))
        hits += [covers(*pair) for pair in zip(choice_shares(outcome, [sums]), OUTCOMES, strict=True)]
    assert hits.min() >= 180 and hits.mean() >= 187  # exact intervals cover more; 95 % would be 190


def test_estimates_have_no_bias() -> None:
    outcome, found = choice("outcome"), np.zeros(len(OUTCOMES))
    for seed in range(NUM_RUNS):
        crowd = Crowd(2_000 + seed)
        sums = crowd.one_day(outcome, crowd.symbols(OUTCOMES, 5_000))
        found += [each.share for each in choice_shares(outcome, [sums])]
    assert found / NUM_RUNS == pytest.approx(OUTCOMES, abs=4 * 0.024 / NUM_RUNS**0.5)


def test_the_rate_of_suggestions_taken_is_covered_in_95_percent_of_runs() -> None:
    outcome, hits = choice("outcome"), 0
    for seed in range(NUM_RUNS):
        crowd = Crowd(3_000 + seed)
        found = acceptance([crowd.one_day(outcome, crowd.symbols(OUTCOMES, 5_000))])
        assert found is not None
        hits += covers(found, ACCEPTANCE)
    assert hits >= FEWEST


def days_of(crowd: Crowd, num_devices: int, num_days: int, *, same_devices: bool) -> list[Sums]:
    outcome = choice("outcome")
    permanent = crowd.permanent(outcome, crowd.symbols(OUTCOMES, num_devices))
    days = []
    for _ in range(num_days):
        days.append(crowd.day(outcome, permanent))
        if not same_devices:
            permanent = crowd.permanent(outcome, crowd.symbols(OUTCOMES, num_devices))
    return days


@pytest.mark.parametrize("same_devices", [True, False])
def test_days_together_cover_whether_or_not_the_devices_are_the_same(same_devices: bool) -> None:
    hits = 0
    for seed in range(NUM_RUNS):
        days = days_of(Crowd(4_000 + seed), 1_000, 14, same_devices=same_devices)
        hits += covers(choice_shares(choice("outcome"), days)[1], OUTCOMES[1])
    assert hits >= FEWEST
    if same_devices:
        assert hits < NUM_RUNS  # no wider than it must be


def test_a_season_of_reports_tells_more_than_a_day_of_the_same_devices() -> None:
    days = days_of(Crowd(8), 1_000, 28, same_devices=True)
    one, all_days = choice_shares(choice("outcome"), days[:1]), choice_shares(choice("outcome"), days)
    assert all_days[1].standard_error < 0.5 * one[1].standard_error


@pytest.mark.parametrize("num_days", [1, 3])
def test_shares_of_a_sketch_are_within_two_standard_errors_in_95_percent_of_200_runs(num_days: int) -> None:
    sketch = BY_NAME["locale"]
    assert isinstance(sketch, Sketch)
    hits, covered = np.zeros(len(LOCALES)), np.zeros(len(LOCALES))
    for seed in range(NUM_RUNS):
        crowd = Crowd(5_000 + seed)
        truth = crowd.symbols(LOCALE_SHARES, 1_200)
        days = crowd.sketched_days(sketch, truth, LOCALES, num_days=num_days)
        pairs = list(zip(sketch_shares(sketch, days, LOCALES), LOCALE_SHARES, strict=True))
        hits += [within_two_errors(*pair) for pair in pairs]
        covered += [covers(*pair) for pair in pairs]
    assert hits.min() >= FEWEST and covered.min() >= FEWEST


def test_nobody_asked_gives_no_estimate() -> None:
    taken, sketch = choice("taken"), BY_NAME["locale"]
    assert isinstance(sketch, Sketch)
    assert choice_shares(taken, [no_sums(taken, "2026-03-01")]) == []
    assert sketch_shares(sketch, [no_sums(sketch, "2026-03-01")], LOCALES) == []
    assert acceptance([]) is None


def test_a_rate_that_cannot_be_told_is_not_told() -> None:
    assert acceptance([Sums("2026-03-01", np.array([3]), np.array([3, 0, 0, 0, 0, 0]))]) is None


@pytest.mark.parametrize(("count", "num"), [(0, 1), (1, 1), (0, 30), (7, 30), (30, 30), (400, 999)])
def test_exact_intervals_are_clopper_and_pearsons(count: int, num: int) -> None:
    wanted = binomtest(count, num).proportion_ci(0.95, method="exact")
    assert exact(count, num) == pytest.approx((wanted.low, wanted.high), abs=1e-9)


def test_answers_are_listed_in_the_plans_order() -> None:
    outcome = choice("outcome")
    sums = Crowd(1).one_day(outcome, np.zeros(10, np.int64))
    assert [each.value for each in choice_shares(outcome, [sums])] == list(outcome.values)
