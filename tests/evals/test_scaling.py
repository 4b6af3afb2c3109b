"""A law that made the runs is found again, and is not thrown off by a run that went wrong."""

from __future__ import annotations

import pytest

pytest.importorskip("scipy")

from foretype.errors import InputError
from foretype.evals.scaling import Law, Run, error, fit, resampled

LAW = Law(floor=2.0, size=60.0, by_size=0.4, data=400.0, by_data=0.35)


def runs(law: Law) -> list[Run]:
    return [
        Run(weights, tokens, law.nats(weights, tokens))
        for weights in (2e5, 1e6, 3e6, 9e6, 3e7)
        for tokens in (1e6, 3e6, 9e6)
    ]


def test_the_law_behind_the_runs_is_found() -> None:
    found = fit(runs(LAW))
    assert error(runs(LAW), found) < 1e-3
    assert found.nats(1e8, 1e8) == pytest.approx(LAW.nats(1e8, 1e8), rel=0.02)


def test_one_run_that_went_wrong_moves_the_others_little() -> None:
    sound = runs(LAW)
    spoilt = [Run(sound[0].weights, sound[0].tokens, sound[0].nats * 1.5), *sound[1:]]
    assert error(sound[1:], fit(spoilt)) < 0.01


def test_resampled_laws_are_the_same_for_the_same_seed() -> None:
    sound = runs(LAW)
    assert resampled(sound, LAW, times=2, seed=1) == resampled(sound, LAW, times=2, seed=1)


def test_fewer_runs_than_numbers_to_find_are_refused() -> None:
    with pytest.raises(InputError, match="found 5"):
        fit(runs(LAW)[:5])
