"""Finding and placing: nothing is lost, both versions read each other's shards, and slots are used up well."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foretype.rank.table.entries import EMPTY, Entries, Keys, joined
from foretype.rank.table.hashing import two_buckets
from foretype.rank.table.kernels import ABSENT, Kernels, fastest_kernels
from foretype.rank.table.numpy_kernels import NumpyKernels
from foretype.rank.table.shard import FULL, make_shard

WIDTH = 3


def entries_of(keys: Keys) -> Entries:
    """Entries whose minute and row tell the key."""
    minutes = (keys & 0xFFFF).astype(np.uint32)
    return Entries(keys, minutes, np.repeat((keys % 1_000).astype(np.float32)[:, None], WIDTH, axis=1))


def empty_slots(num_slots: int) -> Entries:
    return Entries(
        np.full(num_slots, EMPTY, np.int64),
        np.zeros(num_slots, np.uint32),
        np.zeros((num_slots, WIDTH), np.float32),
    )


def random_keys(num_keys: int, *, seed: int) -> Keys:
    return np.unique(np.random.default_rng(seed).integers(-(2**62), 2**62, num_keys))


def as_set(entries: Entries) -> set[tuple[int, int, float]]:
    return set(
        zip(entries.keys.tolist(), entries.minutes.tolist(), entries.rows[:, -1].tolist(), strict=True)
    )


@given(num_new=st.integers(0, 200), num_buckets=st.integers(2, 24), seed=st.integers(0, 2**63))
@settings(max_examples=25, deadline=None)
def test_a_shard_and_what_found_no_place_are_all_there_was(
    kernels: Kernels, num_new: int, num_buckets: int, seed: int
) -> None:
    slots, new = empty_slots(4 * num_buckets), entries_of(random_keys(num_new, seed=seed))
    left = kernels.place(slots, seed, new)
    held = slots.take(slots.keys != EMPTY)
    assert len(held) + len(left) == len(new)
    assert as_set(joined([held, left])) == as_set(new)
    assert (kernels.find(slots.keys, seed, held.keys) != ABSENT).all()
    assert (kernels.find(slots.keys, seed, left.keys) == ABSENT).all()


@given(seed=st.integers(0, 2**63), num_buckets=st.integers(2, 2**18))
def test_both_buckets_are_different_and_in_the_shard(seed: int, num_buckets: int) -> None:
    first, second = two_buckets(random_keys(300, seed=seed), seed, num_buckets=num_buckets)
    assert (first != second).all()
    assert min(first.min(), second.min()) >= 0 and max(first.max(), second.max()) < num_buckets


def test_what_one_version_placed_the_other_finds(kernels: Kernels) -> None:
    slots, new = empty_slots(4_096), entries_of(random_keys(3_800, seed=1))
    assert not len(kernels.place(slots, 5, new))
    for other in (NumpyKernels(), fastest_kernels()):
        found = other.find(slots.keys, 5, new.keys)
        assert slots.keys[found].tolist() == new.keys.tolist()
        assert slots.rows[found].tolist() == new.rows.tolist()


@pytest.mark.parametrize("num_slots", [2**12, 2**15, 2**18])
def test_slots_are_filled_to_95_percent_before_one_entry_finds_no_place(
    kernels: Kernels, num_slots: int
) -> None:
    slots, new = empty_slots(num_slots), entries_of(random_keys(num_slots, seed=2))
    step, placed, left = num_slots // 64, 0, 0
    while not left:
        left = len(kernels.place(slots, 7, new.take(slice(placed, placed + step))))
        placed += step
    assert placed - left >= FULL * num_slots
    assert int((slots.keys != EMPTY).sum()) == placed - left


def test_a_shard_is_made_of_entries_that_all_but_fill_it(kernels: Kernels) -> None:
    new = entries_of(random_keys(20_000, seed=3))
    shard = make_shard(new, kernels, seed=9)
    assert as_set(shard.entries()) == as_set(new)
    assert 0.7 < shard.load < 0.9
