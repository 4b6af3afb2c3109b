"""The gate: surer and longer is shown sooner, wrong looks cost, and its dials do what they say."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from foretype.compose.gate import Gate
from foretype.compose.path import Path
from situations import a_situation

probs = st.floats(0.0, 1.0)
texts = st.integers(1, 60).map(lambda count: "x" * count)
gates = st.builds(
    Gate,
    wrong_look=st.floats(0.0, 3.0),
    right_look=st.floats(0.0, 1.0),
    min_saving=st.floats(0.0, 3.0),
    min_prob=st.floats(0.0, 0.9),
    caution=st.floats(0.01, 3.0),
)


def path(text: str, prob: float) -> Path:
    return Path((), text, (prob,))


@given(gates, texts, probs, probs)
def test_what_is_shown_would_be_shown_if_it_were_surer(gate: Gate, text: str, one: float, two: float) -> None:
    low, high = sorted((one, two))
    if gate.is_worth_showing(path(text, low)) and len(text) > 1:
        assert gate.is_worth_showing(path(text, high))


@given(gates, texts, texts, probs)
def test_what_is_shown_would_be_shown_if_it_were_longer(gate: Gate, one: str, two: str, prob: float) -> None:
    short, long = sorted((one, two), key=len)
    if gate.is_worth_showing(path(short, prob)):
        assert gate.is_worth_showing(path(long, prob))


@given(gates, texts, probs, st.floats(0.0, 3.0))
def test_a_higher_coverage_dial_shows_less(gate: Gate, text: str, prob: float, more: float) -> None:
    stricter = replace(gate, min_saving=gate.min_saving + more)
    if stricter.is_worth_showing(path(text, prob)):
        assert gate.is_worth_showing(path(text, prob))


@given(gates, st.integers(1, 60), st.integers(1, 60), probs, probs)
def test_a_path_goes_further_the_surer_the_next_word_and_the_less_there_is_to_lose(
    gate: Gate, chars: int, more_chars: int, one: float, two: float
) -> None:
    low, high = sorted((one, two))
    fewer, more = sorted((chars, more_chars))
    if gate.goes_further(more, low):
        assert gate.goes_further(fewer, high)


@given(gates, texts)
def test_a_letter_that_saves_no_key_is_never_shown(gate: Gate, text: str) -> None:
    assert not gate.is_worth_showing(path("x", 1.0))
    assert not gate.is_worth_showing(path(text, 0.0))


@given(gates, st.lists(st.builds(path, texts, probs), max_size=6), st.integers(1, 3))
def test_the_first_that_are_worth_it_are_chosen_and_no_text_twice(
    gate: Gate, paths: list[Path], n: int
) -> None:
    wanted: list[Path] = []
    for each in paths:
        is_new = each.text not in [other.text for other in wanted]
        if is_new and gate.is_worth_showing(each) and len(wanted) < n:
            wanted.append(each)
    assert gate.choose(paths, a_situation(), n=n) == wanted


def test_no_path_is_grown_behind_the_last_that_is_shown() -> None:
    grown: list[str] = []

    def growing() -> Iterator[Path]:
        for text in ("first ", "second ", "third "):
            grown.append(text)
            yield path(text, 0.9)

    assert [each.text for each in Gate().choose(growing(), a_situation(), n=2)] == ["first ", "second "]
    assert grown == ["first ", "second "]
