"""Another implementation as judge: pure-ldp's devices with our estimates, and ours with theirs, agree in mean and spread.

Its random numbers have no seed, so bounds are such that a sound pair breaks them once in 10,000 runs. It has no second draw:
we compare one. pure-ldp 1.2.0 needs scikit-learn and statsmodels without saying so, and neither the server of its sketch nor
its hash functions run with numpy 2.4 and xxhash 4, so the sketch is judged by its devices, with hash functions of ours.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from foretype.privacy.ldp.noise import ONE, draw, keep_for
from private_crowd import seeded_words

pytestmark = pytest.mark.ldp

NUM_DEVICES = 4_000
NUM_RUNS = 40
SHARES = np.array([0.4, 0.25, 0.2, 0.1, 0.05])
SIZE = len(SHARES)
LIMIT = 4.0  # standard deviations


@pytest.fixture(scope="module")
def oracles() -> Any:
    return pytest.importorskip("pure_ldp.frequency_oracles")


def counted(reported: list[int], keep: int) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Our way back from reports to shares."""
    counts = np.bincount(reported, minlength=SIZE) / len(reported)
    shares: np.ndarray[Any, np.dtype[np.float64]] = (counts - (1 - keep / ONE) / SIZE) / (keep / ONE)
    return shares


def truths() -> list[int]:
    return np.repeat(np.arange(SIZE), (SHARES * NUM_DEVICES).round().astype(int)).tolist()


def agree(
    one: list[np.ndarray[Any, np.dtype[np.float64]]], other: list[np.ndarray[Any, np.dtype[np.float64]]]
) -> None:
    """Both are right on average, and as far off as each other in a run."""
    errors = [np.array(each) - SHARES for each in (one, other)]
    for error in errors:
        spread = error.std(axis=0) / math.sqrt(NUM_RUNS)
        assert (np.abs(error.mean(axis=0)) < LIMIT * spread).all()
    ratio = math.log(errors[0].var() / errors[1].var())
    assert abs(ratio) < LIMIT * math.sqrt(2 * 2 / (NUM_RUNS * (SIZE - 1)))


@pytest.mark.parametrize("epsilon", [0.5, 1.0, 2.0])
def test_k_ary_randomised_response_is_theirs(oracles: Any, epsilon: float) -> None:
    client, keep = oracles.DEClient(epsilon, SIZE, index_mapper=int), keep_for(epsilon, SIZE)
    words, ours, theirs = seeded_words(1), [], []
    for _ in range(NUM_RUNS):
        server = oracles.DEServer(epsilon, SIZE, index_mapper=int)
        reported = [draw(each, SIZE, keep=keep, words=words) for each in truths()]
        for each in reported:
            server.aggregate(each)  # our devices, their estimate
        theirs.append(server.estimate_all(range(SIZE), suppress_warnings=True) / NUM_DEVICES)
        ours.append(counted([client.privatise(each) for each in truths()], keep))  # theirs, our estimate
    agree(ours, theirs)


@pytest.mark.parametrize("epsilon", [1.0, 2.0])
def test_a_row_of_bits_is_their_count_mean_sketch(oracles: Any, epsilon: float) -> None:
    """Each bit is kept or drawn as theirs are: flipped with chance 1 / (1 + exp(epsilon / 2))."""
    keep = keep_for(epsilon / 2, 2)
    assert (1 - keep / ONE) / 2 == pytest.approx(1 / (1 + math.exp(epsilon / 2)))
    client = oracles.CMSClient(epsilon, [lambda _: 3, lambda _: 60], 64)
    flipped, expected = 0.0, (1 - keep / ONE) / 2
    for _ in range(2_000):
        bits, row = client.privatise(0)
        place = client.hash_funcs[row]("0")
        flipped += ((np.delete(bits, place) > 0).sum() + (bits[place] < 0)) / 64
    error = math.sqrt(expected * (1 - expected) / (2_000 * 64))
    assert abs(flipped / 2_000 - expected) < LIMIT * error


@pytest.mark.parametrize("epsilon", [1.0, 2.0])
def test_their_rappor_keeps_as_many_bits_as_our_season(oracles: Any, epsilon: float) -> None:
    """With one hash, RAPPOR's f is our chance to draw anew; their conversion rounds f to two digits."""
    client = oracles.RAPPORClient(0.5, 64, [[lambda _: 0]], 1, index_mapper=int)
    assert client.convert_eps_to_f(epsilon) == pytest.approx(1 - keep_for(epsilon / 2, 2) / ONE, abs=0.006)
