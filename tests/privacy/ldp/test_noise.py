"""Claims about the noise itself: whole numbers, never weaker than its epsilon, and the same work for every symbol."""

from __future__ import annotations

from decimal import Decimal, getcontext
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foretype.privacy.ldp.noise import ONE, below, draw, keep_for, secure_word
from foretype.privacy.ldp.plan import REPORT_EPSILON, SEASON_EPSILON, STATISTICS, Choice, Statistic

getcontext().prec = 50
CHOICES = [each for each in STATISTICS if isinstance(each, Choice)]


def ratio(keep: Fraction, size: int) -> Fraction:
    """P(x | x) / P(x | y), exactly."""
    other = (1 - keep) / size
    return (keep + other) / other


def at_most_exp(found: Fraction, epsilon: float) -> bool:
    bound = Decimal(repr(epsilon)).exp()
    return Decimal(found.numerator) / Decimal(found.denominator) <= bound


def keeps(statistic: Statistic) -> tuple[Fraction, Fraction]:
    return Fraction(statistic.season_keep, ONE), Fraction(statistic.report_keep, ONE)


@pytest.mark.parametrize("statistic", STATISTICS, ids=lambda each: each.name)
def test_no_chance_of_the_plan_is_weaker_than_its_epsilon_by_any_rounding(statistic: Statistic) -> None:
    season, report = keeps(statistic)
    bits = 1 if isinstance(statistic, Choice) else 2  # two values of a sketch differ in two bits
    assert at_most_exp(ratio(season, statistic.size) ** bits, SEASON_EPSILON)
    assert at_most_exp(ratio(season * report, statistic.size) ** bits, REPORT_EPSILON)


@given(st.floats(0.01, 8), st.integers(2, 300))
def test_a_chance_is_rounded_down_to_the_next_whole_threshold(epsilon: float, size: int) -> None:
    keep = keep_for(epsilon, size)
    assert at_most_exp(ratio(Fraction(keep, ONE), size), epsilon)
    assert not at_most_exp(ratio(Fraction(keep + 2, ONE), size), epsilon)


@pytest.mark.parametrize("size", [2, 3, 5, 6, 7])
def test_every_number_below_a_size_has_as_many_words(size: int) -> None:
    taken = [below(size, iter([word, 0]).__next__) for word in range(size * 3)]
    assert [taken.count(number) for number in range(size)] == [3] * size
    last_round = range(ONE - ONE % size, ONE)
    assert all(below(size, iter([word, 1]).__next__) == 1 for word in last_round)


def test_a_draw_takes_as_many_words_for_one_symbol_as_for_another() -> None:
    for symbol in range(5):
        for first in (0, ONE - 1):
            words = iter([first, 3, 99])
            draw(symbol, 5, keep=ONE // 2, words=words.__next__)
            assert next(words) == 99


def test_words_come_from_the_operating_system_and_fill_32_bits() -> None:
    words = [secure_word() for _ in range(400)]
    assert max(words).bit_length() == 32 and len(set(words)) > 390
