"""Filters: who gets a row, against plain counting."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from foretype.errors import InputError
from foretype.rank.table.entries import Keys
from foretype.rank.table.filters import DieFilter, ExactFilter, Filter, OpenDoor, SketchFilter

WINDOW_MIN = 100
BATCHES = st.lists(st.lists(st.integers(0, 30), max_size=40), max_size=12)


def counted(batch: list[int]) -> tuple[Keys, Keys]:
    keys, seen = np.unique(np.array(batch, np.int64), return_counts=True)
    return keys, seen


def admitted_by(filter: Filter, batches: list[list[int]], *, now_min: int = 5) -> list[set[int]]:
    """Ids let in at each batch, asked about only while they are out, as a table asks."""
    inside: set[int] = set()
    steps = []
    for batch in batches:
        keys, seen = counted([key for key in batch if key not in inside])
        let_in = set(keys[filter.admits(keys, seen, now_min=now_min)].tolist())
        inside |= let_in
        steps.append(let_in)
    return steps


def counting(threshold: int, batches: list[list[int]]) -> list[set[int]]:
    """The slow twin of ExactFilter."""
    counts: Counter[int] = Counter()
    inside: set[int] = set()
    steps = []
    for batch in batches:
        counts.update(batch)
        let_in = {key for key in batch if counts[key] >= threshold} - inside
        inside |= let_in
        steps.append(let_in)
    return steps


@given(threshold=st.integers(1, 6), batches=BATCHES)
def test_the_exact_filter_counts(threshold: int, batches: list[list[int]]) -> None:
    filter = ExactFilter(threshold, window_min=WINDOW_MIN)
    assert admitted_by(filter, batches) == counting(threshold, batches)


@given(threshold=st.integers(1, 6), batches=BATCHES)
def test_a_wide_sketch_counts_as_the_exact_one(threshold: int, batches: list[list[int]]) -> None:
    filter = SketchFilter(threshold, window_min=WINDOW_MIN, num_bytes=80_000)
    assert admitted_by(filter, batches) == counting(threshold, batches)


@given(threshold=st.integers(1, 6), batches=BATCHES)
def test_a_narrow_sketch_admits_nobody_late(threshold: int, batches: list[list[int]]) -> None:
    filter = SketchFilter(threshold, window_min=WINDOW_MIN, num_bytes=160)
    early, exact = admitted_by(filter, batches), counting(threshold, batches)
    for step in range(len(batches)):
        assert set().union(*exact[: step + 1]) <= set().union(*early[: step + 1])


@pytest.mark.parametrize(
    "filter",
    [ExactFilter(2, window_min=WINDOW_MIN), SketchFilter(2, window_min=WINDOW_MIN, num_bytes=8_000)],
)
def test_sightings_far_apart_do_not_add_up(filter: Filter) -> None:
    keys, once = np.array([7]), np.array([1])
    assert not filter.admits(keys, once, now_min=10_000)[0]
    assert not filter.admits(keys, once, now_min=10_000 + 3 * WINDOW_MIN)[0]
    assert filter.admits(keys, once, now_min=10_000 + 3 * WINDOW_MIN + 5)[0]


def test_a_sketch_remembers_over_the_border_of_its_generations() -> None:
    filter = SketchFilter(2, window_min=WINDOW_MIN, num_bytes=8_000)
    filter.admits(np.array([1]), np.array([1]), now_min=1_000)  # begins a generation
    assert not filter.admits(np.array([7]), np.array([1]), now_min=1_099)[0]
    assert filter.admits(np.array([7]), np.array([1]), now_min=1_101)[0]


def test_a_sketch_does_not_grow_and_its_counts_stop_at_the_top() -> None:
    filter = SketchFilter(255, window_min=WINDOW_MIN, num_bytes=800)
    before = filter.num_bytes
    filter.admits(np.arange(10_000), np.full(10_000, 1), now_min=1)
    assert filter.num_bytes == before == 800
    assert filter.admits(np.array([3]), np.array([10**6]), now_min=1)[0]


def test_the_exact_filter_forgets_who_waits_too_long() -> None:
    filter = ExactFilter(3, window_min=WINDOW_MIN)
    filter.admits(np.arange(50_000), np.full(50_000, 1), now_min=1_000)
    grown = filter.num_bytes
    filter.admits(np.array([1]), np.array([1]), now_min=1_000 + 2 * WINDOW_MIN)
    assert filter.num_bytes < grown / 100


@pytest.mark.parametrize("threshold", [1, 3, 10])
def test_the_die_lets_95_percent_in_by_the_threshold(threshold: int) -> None:
    filter = DieFilter(threshold, random=np.random.default_rng(1))
    keys = np.arange(40_000)
    together = filter.admits(keys, np.full(len(keys), threshold), now_min=1)
    one_by_one = np.zeros(len(keys), np.bool_)
    for _ in range(threshold):
        one_by_one |= filter.admits(keys, np.ones(len(keys), np.int64), now_min=1)
    for let_in in (together, one_by_one):
        assert abs(let_in.mean() - 0.95) < 0.005  # five standard errors
    assert filter.num_bytes == OpenDoor().num_bytes == 0


@pytest.mark.parametrize("threshold", [0, 256])
def test_a_threshold_beyond_what_can_be_counted_is_refused(threshold: int) -> None:
    with pytest.raises(InputError, match="wanted 1 to 255"):
        SketchFilter(threshold, window_min=1, num_bytes=100)
