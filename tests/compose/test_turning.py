"""The coverage dial: turned up it shows more, turned back it is as it was, and a decider without one is left alone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from foretype.compose.dials import Dials
from foretype.compose.gate import Gate
from foretype.compose.path import Path
from foretype.compose.situation import Situation
from foretype.compose.turning import Turning
from small_world import letters

from .conftest import MakeComposer

shares = st.floats(0.05, 1.0)


@dataclass
class Learned:
    """A decider with a dial of its own."""

    coverage: float = 0.8
    phrase_from: float = 1.0

    def goes_further(self, num_chars: int, next_prob: float) -> bool:
        return False

    def choose(self, paths: Iterable[Path], situation: Situation, *, n: int) -> list[Path]:
        return [path for path in paths if path.prob >= 1 - self.coverage][:n]


class Fixed:
    """A decider without one."""

    phrase_from = 1.0

    def goes_further(self, num_chars: int, next_prob: float) -> bool:
        return False

    def choose(self, paths: Iterable[Path], situation: Situation, *, n: int) -> list[Path]:
        return []


@given(shares, shares, st.integers(2, 40), st.floats(0.0, 1.0))
def test_what_the_gate_shows_at_a_lower_coverage_it_shows_at_a_higher(
    one: float, two: float, length: int, prob: float
) -> None:
    low, high = sorted((one, two))
    shown = Path((), "x" * length, (prob,))
    if Gate().at_coverage(low).is_worth_showing(shown):
        assert Gate().at_coverage(high).is_worth_showing(shown)


def test_the_gate_comes_back_as_it_was() -> None:
    gate = Gate(wrong_look=0.3)
    turning = Turning(gate)
    assert turning.at(0.2) != gate
    assert turning.at(None) is gate


def test_a_decider_with_a_dial_is_turned_in_place_and_back() -> None:
    decider = Learned()
    turning = Turning(decider)
    assert turning.has_dial and turning.at(0.3) is decider
    assert decider.coverage == 0.3
    turning.at(None)
    assert decider.coverage == 0.8


def test_a_decider_without_a_dial_is_left_alone() -> None:
    decider = Fixed()
    turning = Turning(decider)
    assert not turning.has_dial and turning.at(0.3) is decider


def test_a_composer_turned_down_shows_less_at_once_and_as_much_as_before_turned_back(
    make_composer: MakeComposer,
) -> None:
    composer = make_composer(gate=Gate())
    text = next(letters()).text

    def shown() -> int:
        return sum(bool(composer.suggest(text[:at]).suggestions) for at in range(len(text)))

    before = shown()
    composer.turn(Dials(coverage=0.1))
    assert 0 < shown() < 0.7 * before  # letters of this small world are easy to foresee
    composer.turn(Dials())
    assert shown() == before
