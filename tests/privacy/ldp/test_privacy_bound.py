"""The guarantee itself, two ways: exact likelihoods of reports and seasons, and an audit of what the code really sends."""

from __future__ import annotations

import math
from collections import Counter
from fractions import Fraction
from itertools import product

import pytest
from scipy.stats import beta  # type: ignore[import-untyped]

from foretype.privacy.ldp.day import Day, Seen
from foretype.privacy.ldp.device import begin, report_of
from foretype.privacy.ldp.noise import ONE, draw, keep_for
from foretype.privacy.ldp.plan import BY_NAME, REPORT_EPSILON, SEASON_EPSILON, Choice, Sketch
from private_crowd import seeded_words

NUM_AUDITED = 20_000  # reports for each of two days
ERROR = 1e-6  # chance that a sound mechanism is called a leak, for each answer
QUIET = Day()
BUSY = Day(60, 30, Seen("accepted", "chat", 9, 2, "de-AT", "browser"))


def chances(keep: int, size: int) -> tuple[Fraction, Fraction]:
    """P(same) and P(a given other)."""
    other = (1 - Fraction(keep, ONE)) / size
    return Fraction(keep, ONE) + other, other


def season_likelihood(choice: Choice, truth: int, reports: tuple[int, ...]) -> Fraction:
    """P(all the reports of a season | the true answer), over all permanent answers."""
    season, report = chances(choice.season_keep, choice.size), chances(choice.report_keep, choice.size)
    return sum(
        (
            season[permanent != truth] * math.prod(report[each != permanent] for each in reports)
            for permanent in range(choice.size)
        ),
        Fraction(0),
    )


@pytest.mark.parametrize("num_days", [1, 2, 5])
def test_no_run_of_reports_tells_more_than_a_season_may(num_days: int) -> None:
    choice = BY_NAME["kind"]
    assert isinstance(choice, Choice)
    for reports in product(range(choice.size), repeat=num_days):
        found = [season_likelihood(choice, truth, reports) for truth in range(choice.size)]
        limit = min(SEASON_EPSILON, num_days * REPORT_EPSILON)
        assert math.log(max(found) / min(found)) <= limit


def test_reporting_the_same_for_years_comes_near_the_seasons_bound_and_never_over_it() -> None:
    choice = BY_NAME["taken"]
    assert isinstance(choice, Choice)
    losses = [
        math.log(season_likelihood(choice, 1, (1,) * days) / season_likelihood(choice, 0, (1,) * days))
        for days in (1, 4, 28, 400)
    ]
    assert losses == sorted(losses)
    assert REPORT_EPSILON - 1e-6 < losses[0] <= REPORT_EPSILON
    assert SEASON_EPSILON - 1e-3 < losses[-1] <= SEASON_EPSILON


def proven_epsilon(first: int, second: int, num: int) -> float:
    """The least log ratio of two chances that counts of `num` each leave possible, all but for ERROR."""
    low = float(beta.ppf(ERROR / 2, first, num - first + 1)) if first else 0.0
    high = float(beta.ppf(1 - ERROR / 2, second + 1, num - second))
    return math.log(low / high) if low else -math.inf


def worst(one: Counter[str], other: Counter[str], num: int) -> tuple[float, float]:
    """Over all answers, both ways round: the proven log ratio and the observed one."""
    pairs = [(one[key], other[key]) for key in one | other] + [(other[key], one[key]) for key in one | other]
    return (
        max(proven_epsilon(*pair, num) for pair in pairs),
        max(math.log(first / second) for first, second in pairs if first and second),
    )


@pytest.mark.parametrize("name", ["taken", "shown", "outcome", "hour"])
def test_an_audit_finds_no_report_that_tells_two_days_apart_beyond_its_epsilon(name: str) -> None:
    words = seeded_words(5)

    def answers(day: Day) -> Counter[str]:
        seasons = (begin(BY_NAME[name], day, first_day=0, words=words) for _ in range(NUM_AUDITED))
        return Counter(report_of(season, 0, words=words).answer for season in seasons)

    proven, observed = worst(answers(QUIET), answers(BUSY), NUM_AUDITED)
    assert proven <= REPORT_EPSILON
    assert observed > 0.9 * REPORT_EPSILON  # the audit sees what there is to see


def test_the_audit_finds_noise_that_is_too_weak_by_a_fifth() -> None:
    words, keep = seeded_words(6), keep_for(1.2 * REPORT_EPSILON, 2)

    def answers(symbol: int) -> Counter[str]:
        return Counter(str(draw(symbol, 2, keep=keep, words=words)) for _ in range(NUM_AUDITED))

    assert worst(answers(0), answers(1), NUM_AUDITED)[0] > REPORT_EPSILON


def test_an_audit_of_the_sketch_finds_no_pair_of_bits_beyond_its_epsilon() -> None:
    """Days of two locales differ in two bits of a row; all others are the same coins for both."""
    sketch = BY_NAME["locale"]
    assert isinstance(sketch, Sketch)
    words = seeded_words(7)

    def bit() -> Counter[str]:
        found: Counter[str] = Counter()
        for _ in range(NUM_AUDITED):
            pair = [draw(each, 2, keep=sketch.season_keep, words=words) for each in (1, 0)]
            found["".join(str(draw(each, 2, keep=sketch.report_keep, words=words)) for each in pair)] += 1
        return found

    one = bit()
    other = Counter({key[::-1]: count for key, count in one.items()})
    proven, observed = worst(one, other, NUM_AUDITED)
    assert proven <= REPORT_EPSILON and observed > 0.9 * REPORT_EPSILON
