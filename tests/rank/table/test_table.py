"""The table: a dictionary that does not forget, refuses what is no key or row, and gives memory back."""

from __future__ import annotations

import hashlib
import threading

import numpy as np
import pytest
from numpy.typing import NDArray

from foretype.errors import InputError
from foretype.rank.table.entries import EMPTY
from foretype.rank.table.hashing import name_key
from foretype.rank.table.kernels import Kernels
from foretype.rank.table.table import Table

MOVIELENS_USERS = np.arange(1, 162_542)  # the user ids of MovieLens-25M
SALT = bytes(range(16))


def rows_of(keys: NDArray[np.int64], *, width: int = 2) -> NDArray[np.float32]:
    return np.repeat((keys % 4_093).astype(np.float32)[:, None], width, axis=1)


def test_hashing_into_a_million_loses_7_73_percent_of_the_users_of_movielens_and_we_lose_none(
    kernels: Kernels,
) -> None:
    places = {int(hashlib.md5(str(user).encode()).hexdigest(), 16) % 1_000_000 for user in MOVIELENS_USERS}
    assert round(100 * (1 - len(places) / len(MOVIELENS_USERS)), 2) == 7.73
    table = Table(width=2, kernels=kernels)
    table.upsert(MOVIELENS_USERS, rows_of(MOVIELENS_USERS), now_min=1)
    rows, there = table.rows(MOVIELENS_USERS)
    assert len(table) == len(MOVIELENS_USERS) and there.all()
    assert (rows == rows_of(MOVIELENS_USERS)).all()


def test_a_table_of_many_shards_holds_what_batches_brought(kernels: Kernels) -> None:
    table = Table(width=2, kernels=kernels, max_shard_slots=2_048, seed=11)
    keys = np.random.default_rng(4).permutation(20_000).astype(np.int64) - 10_000
    for start in range(0, len(keys), 777):
        batch = keys[start : start + 777]
        table.upsert(batch, rows_of(batch), now_min=3)
    assert len(list(table.regions())) > 8
    assert table.knows(keys).all() and not table.knows(keys + 20_000).any()
    assert (table.rows(keys)[0] == rows_of(keys)).all()
    assert sorted(key for part in table.entries() for key in part.keys.tolist()) == sorted(keys.tolist())
    assert 0.74 < table.load < 0.96


def test_of_a_key_named_twice_the_last_row_counts(kernels: Kernels) -> None:
    table = Table(width=1, kernels=kernels)
    for _ in range(2):  # new, then there already
        table.upsert(np.array([5, 6, 5]), np.array([[1.0], [2.0], [3.0]]), now_min=1)
        assert table.rows(np.array([5, 6]))[0].tolist() == [[3.0], [2.0]]
        assert len(table) == 2


def test_erasing_twice_and_naming_twice_counts_once(kernels: Kernels) -> None:
    table = Table(width=1, kernels=kernels)
    table.upsert(np.arange(10), np.ones((10, 1)), now_min=1)
    assert table.erase(np.array([3, 3, 99])).tolist() == [True, True, False]
    assert table.erase(np.array([3])).tolist() == [False]
    assert len(table) == 9


def test_expiry_goes_by_last_use_and_gives_memory_back(kernels: Kernels) -> None:
    table = Table(width=2, kernels=kernels, max_shard_slots=1_024)
    keys = np.arange(8_000)
    table.upsert(keys, rows_of(keys), now_min=100)
    table.upsert(keys[:500], rows_of(keys[:500]), now_min=200)
    before = table.num_bytes
    assert sorted(table.expire(unused_since_min=200).tolist()) == keys[500:].tolist()
    assert table.num_bytes < before / 4
    assert table.knows(keys).tolist() == [True] * 500 + [False] * 7_500
    assert table.expire(unused_since_min=200).tolist() == []


def test_extreme_keys_are_keys_like_others(kernels: Kernels) -> None:
    table = Table(width=1, kernels=kernels)
    keys = np.array([0, -1, 2**63 - 1, EMPTY + 1])
    assert not table.knows(keys).any()
    table.upsert(keys, np.arange(4.0)[:, None], now_min=0)
    assert table.rows(keys)[0][:, 0].tolist() == [0, 1, 2, 3]


@pytest.mark.parametrize(
    ("keys", "rows", "minute", "told"),
    [
        ([EMPTY], [[1.0]], 1, "marks free slots"),
        ([1.5], [[1.0]], 1, "wanted int64"),
        ([[1]], [[1.0]], 1, "wanted int64"),
        ([1], [[1.0, 2.0]], 1, "wanted (1, 1)"),
        ([1, 2], [[1.0]], 1, "wanted (2, 1)"),
        ([1], [[float("nan")]], 1, "finite"),
        ([1], [[1.0]], 2**32, "minutes since 1970"),
        ([1], [[1.0]], -1, "minutes since 1970"),
    ],
)
def test_bad_input_is_refused_and_changes_nothing(
    keys: list[object], rows: list[list[float]], minute: int, told: str
) -> None:
    table = Table(width=1)
    with pytest.raises(InputError) as raised:
        table.upsert(np.array(keys), np.array(rows), now_min=minute)
    assert told in str(raised.value)
    assert len(table) == 0


@pytest.mark.parametrize("width", [0, 2**16])
def test_a_width_that_no_row_has_is_refused(width: int) -> None:
    with pytest.raises(InputError, match="wanted 1 to 65535"):
        Table(width=width)


def test_a_table_grows_when_it_is_95_percent_full_and_not_before(kernels: Kernels) -> None:
    table = Table(width=1, kernels=kernels)
    loads = []
    for start in range(0, 12_000, 20):
        before = table.num_slots, len(table) / table.num_slots
        table.upsert(np.arange(start, start + 20), np.zeros((20, 1)), now_min=1)
        if table.num_slots != before[0] > 4_000:
            loads.append(before[1])
    assert loads and min(loads) >= 0.95


def test_nothing_asked_is_nothing_answered(kernels: Kernels) -> None:
    table = Table(width=2, kernels=kernels, max_shard_slots=64)
    nothing = np.zeros(0, np.int64)
    table.upsert(np.arange(500), rows_of(np.arange(500)), now_min=1)
    table.upsert(nothing, np.zeros((0, 2)), now_min=1)
    assert table.rows(nothing)[0].shape == (0, 2)
    assert table.erase(nothing).tolist() == [] and table.knows(nothing).tolist() == []


def test_keys_of_names_differ_by_namespace_salt_and_border() -> None:
    keys = {
        name_key("user", "anna", salt=SALT),
        name_key("tenant", "anna", salt=SALT),
        name_key("user", "anna", salt=SALT[::-1]),
        name_key("usera", "nna", salt=SALT),
        name_key("user", "Anna", salt=SALT),
    }
    assert len(keys) == 5 and all(-(2**63) < key < 2**63 for key in keys)
    assert name_key("user", "anna", salt=SALT) in keys


@pytest.mark.parametrize("salt", [b"", bytes(15), bytes(65)])
def test_a_salt_that_anybody_could_guess_is_refused(salt: bytes) -> None:
    with pytest.raises(InputError, match="16 to 64"):
        name_key("user", "anna", salt=salt)


def test_readers_see_whole_rows_while_a_table_grows(kernels: Kernels) -> None:
    table = Table(width=4, kernels=kernels, max_shard_slots=512)
    known = np.arange(300)
    table.upsert(known, rows_of(known, width=4), now_min=1)
    wrong: list[NDArray[np.float32]] = []

    def read() -> None:
        while table.knows(np.array([4_999])).sum() == 0:
            rows, there = table.rows(known)
            if not there.all() or (rows != rows_of(known, width=4)).any():
                wrong.append(rows)

    reader = threading.Thread(target=read)
    reader.start()
    for start in range(1_000, 5_000, 100):
        batch = np.arange(start, start + 100)
        table.upsert(batch, rows_of(batch, width=4), now_min=1)
    reader.join()
    assert not wrong
