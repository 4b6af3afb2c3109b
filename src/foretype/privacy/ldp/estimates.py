"""What sums of noisy reports tell of a question with few answers: shares, and the rate of suggestions taken.

A report is kept untouched with a chance that all know, else it is any answer, so counted shares are mixed with a known part
of plain noise, and taking that out is one line. Reports of several days may come from the same devices, whose permanent
answers do not change: their part of the variance is taken as if all days had the same devices, that of each report's own
noise as independent, which it is.

It does not know a device, nor where sums are kept.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from foretype.privacy.ldp.intervals import EXACT_BELOW, NORMAL_WIDTH, Interval, clipped, exact, normal
from foretype.privacy.ldp.noise import ONE
from foretype.privacy.ldp.plan import BY_NAME, NONE, Choice, Statistic

Floats: TypeAlias = NDArray[np.float64]
Counts: TypeAlias = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Sums:
    """All that is kept of one day's reports to one question: reports by row, and counts by cell."""

    day: str
    rows: Counts  # (num_rows,)
    cells: Counts  # (num_cells,)

    @property
    def num_reports(self) -> int:
        return int(self.rows.sum())


@dataclass(frozen=True, slots=True)
class Estimate:
    """The share of devices with an answer. `share` is unbiased, so it may lie outside [0, 1]; low and high are 95 %."""

    value: str
    share: float
    standard_error: float
    low: float
    high: float


def no_sums(statistic: Statistic, day: str) -> Sums:
    return Sums(day, np.zeros(statistic.num_rows, np.int64), np.zeros(statistic.num_cells, np.int64))


def choice_shares(choice: Choice, days: Sequence[Sums]) -> list[Estimate]:
    """The share of each possible answer over the days; none where nobody answered."""
    if not any(sums.num_reports for sums in days):
        return []
    found = _Shares.of(choice, days)
    errors = np.sqrt(np.diag(found.covariance))
    return [
        _estimate(value, float(share), float(error), found.exact_interval(at))
        for at, (value, share, error) in enumerate(zip(choice.values, found.shares, errors, strict=True))
    ]


def acceptance(days: Sequence[Sums]) -> Estimate | None:
    """Of suggestions shown, how many were taken: a mean over devices that were shown any (Fieller's interval).

    `days` are sums of the question "outcome". None where nobody answered, and where the answers do not even tell that
    anything was shown.
    """
    if not any(sums.num_reports for sums in days):
        return None
    choice = BY_NAME["outcome"]
    assert isinstance(choice, Choice)
    found = _Shares.of(choice, days)
    taken = np.array([value in ("accepted", "partly") for value in choice.values], float)
    shown = np.array([value != NONE for value in choice.values], float)
    return _ratio(taken, shown, found)


@dataclass(frozen=True, slots=True)
class _Shares:
    """Unbiased shares (d,) and their covariance (d, d); for one day of few reports also the counts."""

    choice: Choice
    shares: Floats
    covariance: Floats
    counts: Counts
    num_reports: int
    is_exact: bool

    @classmethod
    def of(cls, choice: Choice, days: Sequence[Sums]) -> _Shares:
        sizes = np.array([sums.num_reports for sums in days if sums.num_reports], float)
        counts: Counts = np.sum([sums.cells for sums in days], axis=0)
        num_reports = int(sizes.sum())
        kept = choice.kept
        shares = (counts / num_reports - (1 - kept) / choice.size) / kept
        is_exact = len(sizes) == 1 and num_reports < EXACT_BELOW
        return cls(choice, shares, _covariance(choice, shares, sizes), counts, num_reports, is_exact)

    def exact_interval(self, at: int) -> Interval | None:
        if not self.is_exact:
            return None
        kept, size = self.choice.kept, self.choice.size
        low, high = exact(int(self.counts[at]), self.num_reports)
        return (low - (1 - kept) / size) / kept, (high - (1 - kept) / size) / kept


def _covariance(choice: Choice, shares: Floats, sizes: Floats) -> Floats:
    """Covariance of unbiased shares from days of `sizes` reports, the same devices at worst on all of them.

    A report's covariance is a part of who was asked and of permanent noise, and a part of its own noise.
    """
    true = np.clip(shares, 0, 1)
    true /= true.sum()
    first, second = choice.season_keep / ONE, choice.report_keep / ONE
    permanent = first * true + (1 - first) / choice.size
    reported = second * permanent + (1 - second) / choice.size
    lasting = second**2 * _multinomial(permanent)
    fresh = _multinomial(reported) - lasting
    total = sizes.sum()
    same_devices = (np.sqrt(sizes).sum() / total) ** 2
    covariance: Floats = (lasting * same_devices + fresh / total) / choice.kept**2
    return covariance


def _multinomial(shares: Floats) -> Floats:
    return np.diag(shares) - np.outer(shares, shares)


def _estimate(value: str, share: float, error: float, interval: Interval | None) -> Estimate:
    low, high = clipped(interval or normal(share, error))
    return Estimate(value, share, error, low, high)


def _ratio(above: Floats, below: Floats, found: _Shares) -> Estimate | None:
    """A ratio of two sums of shares: all ratios r for which above - r * below is not clearly other than 0."""
    top, bottom = float(above @ found.shares), float(below @ found.shares)
    top_var = float(above @ found.covariance @ above)
    both_var = float(above @ found.covariance @ below)
    bottom_var = float(below @ found.covariance @ below)
    width2 = NORMAL_WIDTH**2
    square = bottom**2 - width2 * bottom_var
    middle, rest = top * bottom - width2 * both_var, top**2 - width2 * top_var
    if square <= 0 or bottom <= 0:
        return None
    ratio, spread = top / bottom, math.sqrt(max(0.0, middle**2 - square * rest)) / square
    error = math.sqrt(max(0.0, top_var - 2 * ratio * both_var + ratio**2 * bottom_var)) / bottom
    low, high = clipped((middle / square - spread, middle / square + spread))
    return Estimate("taken of shown", ratio, error, low, high)
