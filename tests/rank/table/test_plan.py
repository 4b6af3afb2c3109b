"""The paper plan against sums, streams and real tables of smaller sizes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from foretype.errors import InputError
from foretype.rank.table.delta import Delta
from foretype.rank.table.filters import ExactFilter
from foretype.rank.table.kept import KeptTable
from foretype.rank.table.plan import Demand, Machine, delta_bytes, make_plan, mean_load, row_bytes
from foretype.rank.table.table import Table
from foretype.rank.table.zipf import zipf_ranks


@pytest.mark.parametrize("exponent", [0.0, 0.8, 1.0, 1.2])
@pytest.mark.parametrize("num_ids", [5, 20_000, 20_001, 1_000_000])
def test_bins_sum_to_what_single_ranks_sum_to(num_ids: int, exponent: float) -> None:
    weights = np.arange(1.0, num_ids + 1) ** -exponent
    single = weights / weights.sum()
    ranks = zipf_ranks(num_ids, exponent=exponent)
    assert ranks.counts.sum() == num_ids
    assert float((ranks.counts * ranks.probabilities).sum()) == pytest.approx(1)
    for num_draws in (100, 100_000, 10_000_000):
        exact = float(-np.expm1(-num_draws * single).sum())
        assert ranks.touched(num_draws) == pytest.approx(exact, rel=1e-4)


def test_a_sync_of_a_zipf_minute_has_the_planned_bytes(tmp_path: Path) -> None:
    num_ids, draws, width = 20_000, 30_000, 5
    ranks = zipf_ranks(num_ids, exponent=0.8)
    stream = np.random.default_rng(5).choice(num_ids, draws, p=ranks.probabilities)
    with KeptTable(tmp_path, width=width) as kept:
        kept.upsert(stream, np.ones((draws, width), np.float32), now_min=1)
        record = b"".join(delta.to_bytes() for delta in kept.sync())
    planned = delta_bytes(ranks.touched(draws), width=width)
    assert len(record) == pytest.approx(planned, rel=0.02)


def test_a_filter_admits_as_many_as_planned() -> None:
    num_ids, draws, threshold = 20_000, 60_000, 3
    ranks = zipf_ranks(num_ids, exponent=0.9)
    stream = np.random.default_rng(5).choice(num_ids, draws, p=ranks.probabilities)
    keys, seen = np.unique(stream, return_counts=True)
    admitted = ExactFilter(threshold, window_min=1_000).admits(keys, seen, now_min=1)
    planned, share = ranks.admitted(draws, threshold=threshold)
    assert admitted.sum() == pytest.approx(planned, rel=0.02)
    assert ranks.probabilities[keys[admitted]].sum() == pytest.approx(share, rel=0.02)
    assert len(keys) == pytest.approx(ranks.touched(draws), rel=0.02)


def test_a_table_that_has_grown_takes_the_planned_bytes_a_row() -> None:
    table, taken = Table(width=9), []
    for start in range(0, 300_000, 5_000):
        table.upsert(np.arange(start, start + 5_000), np.ones((5_000, 9), np.float32), now_min=1)
        taken.append(table.num_bytes / len(table))
    assert float(np.mean(taken[10:])) == pytest.approx(row_bytes(9) / mean_load(), rel=0.06)


def test_a_sync_record_is_as_long_as_planned() -> None:
    table = Table(width=8)
    table.upsert(np.arange(1_000), np.ones((1_000, 8)), now_min=1)
    changed, gone = table.pick(np.arange(1_000))
    assert Delta(1, 1, changed, gone).num_bytes == delta_bytes(1_000, width=8)


def test_half_again_as_many_ids_take_half_again_as_much() -> None:
    one, more = (make_plan(Demand(num_ids=number), Machine()) for number in (10**9, 15 * 10**8))
    assert more.trainer_bytes / one.trainer_bytes == pytest.approx(1.5)
    assert 1.45 < more.touched_per_min / one.touched_per_min < 1.55
    assert more.num_trainers >= one.num_trainers and more.sync_bytes_per_min > one.sync_bytes_per_min


@pytest.mark.parametrize("wrong", [{"num_ids": 0}, {"peak_factor": 0.0}, {"dim": -1}])
def test_a_plan_for_nothing_is_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(InputError, match="wanted a number above 0"):
        make_plan(Demand(**{"num_ids": 10, **wrong}), Machine())


def test_a_high_threshold_lets_in_whoever_comes_as_often() -> None:
    ranks = zipf_ranks(1_000, exponent=0.0)
    rows, _ = ranks.admitted(5_000_000.0, threshold=500)  # each comes 5,000 times
    assert rows == pytest.approx(1_000)
    rows, _ = ranks.admitted(
        500_000.0, threshold=501
    )  # a Poisson count passes its mean about every second time
    assert rows == pytest.approx(1_000 * 0.488, rel=0.01)
