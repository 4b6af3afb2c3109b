"""The law of size and data, L(N, D) = E + A / N^a + B / D^b, fitted to a sweep.

Huber's loss on the logarithms, from many starting points, the best fit kept, as is usual for such laws; how sure the
fit is tells a bootstrap over the runs. N counts the weights beside the vocabulary's. It does not know how the runs
were trained: a clock that cut them short is in the data, and so in the law.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from foretype.errors import InputError
from foretype.evals.blend_fit import minimizer

Floats: TypeAlias = NDArray[np.float64]

HUBER = 1e-3  # of log nats; beyond it an outlier pulls with constant force
STARTS = tuple(product((4.0,), (4.0, 10.0), (0.0,), (0.2, 0.6), (0.2, 0.6)))
MIN_RUNS = 6  # one more than the law has numbers


@dataclass(frozen=True, slots=True)
class Run:
    """One trained network: weights beside the vocabulary's, tokens learned, nats a token where it never learned."""

    weights: float
    tokens: float
    nats: float


@dataclass(frozen=True, slots=True)
class Law:
    """nats(N, D) = floor + size / N^by_size + data / D^by_data.

    >>> law = Law(floor=2.0, size=100.0, by_size=0.5, data=1000.0, by_data=0.5)
    >>> law.nats(1e4, 1e6)
    4.0
    """

    floor: float
    size: float
    by_size: float
    data: float
    by_data: float

    def nats(self, weights: float, tokens: float) -> float:
        """Expected nats a token."""
        return float(self.floor + self.size / weights**self.by_size + self.data / tokens**self.by_data)


def fit(runs: Sequence[Run]) -> Law:
    """The law nearest to `runs`. Raises InputError for fewer than MIN_RUNS, ConfigError without scipy."""
    if len(runs) < MIN_RUNS:
        raise InputError(f"runs: found {len(runs)}, wanted at least {MIN_RUNS}; train more sizes or budgets")
    return _best(runs, [np.array(start) for start in STARTS])


def resampled(runs: Sequence[Run], law: Law, *, times: int, seed: int) -> list[Law]:
    """Laws of `times` draws of as many runs, with repetition: how far the fit depends on which runs there are."""
    random = np.random.default_rng(seed)
    start = [_vector(law)]
    draws = (random.integers(0, len(runs), len(runs)) for _ in range(times))
    return [_best([runs[at] for at in draw], start) for draw in draws]


def error(runs: Sequence[Run], law: Law) -> float:
    """Mean relative difference between law and runs."""
    return float(np.mean([abs(law.nats(run.weights, run.tokens) / run.nats - 1) for run in runs]))


def _best(runs: Sequence[Run], starts: Sequence[Floats]) -> Law:
    minimize = minimizer()
    logs = np.log([[run.weights, run.tokens, run.nats] for run in runs])
    # Powers between none and two, and a floor below what was reached: outside, a law of so few runs means nothing.
    bounds = ((None, 40.0), (None, 40.0), (-10.0, float(logs[:, 2].min())), (0.0, 2.0), (0.0, 2.0))
    found = [minimize(_loss, start, args=(logs,), method="L-BFGS-B", bounds=bounds) for start in starts]
    size, data, floor, by_size, by_data = min(found, key=lambda each: float(each.fun)).x
    exp = np.exp([floor, size, data])
    return Law(float(exp[0]), float(exp[1]), float(by_size), float(exp[2]), float(by_data))


def _loss(vector: Floats, logs: Floats) -> float:
    """Huber's loss of log nats; the vector is log A, log B, log E, a, b."""
    size, data, floor, by_size, by_data = vector
    terms = (size - by_size * logs[:, 0], data - by_data * logs[:, 1], np.full(len(logs), floor))
    wrong = np.abs(np.logaddexp.reduce(terms) - logs[:, 2])
    return float(np.where(wrong < HUBER, wrong**2 / 2, HUBER * (wrong - HUBER / 2)).sum() / HUBER)


def _vector(law: Law) -> Floats:
    logs = np.log(np.maximum([law.size, law.data, law.floor], 1e-300))
    return np.array([*logs, law.by_size, law.by_data])
