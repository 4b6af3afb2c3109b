"""What sums of sketches tell: the share of each candidate value, by least squares over all rows.

Two candidates that share a cell in one row are apart in others; solving for all candidates at once takes that out, so more
reports keep making it sharper. A value that is no candidate adds a little to those it shares cells with: name more.

It does not know how candidates are found.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from foretype.privacy.ldp.estimates import Estimate, Floats, Sums
from foretype.privacy.ldp.intervals import clipped, normal
from foretype.privacy.ldp.plan import Sketch
from foretype.privacy.ldp.sketch import NUM_ROWS, WIDTH, position


def sketch_shares(sketch: Sketch, days: Sequence[Sums], candidates: Sequence[str]) -> list[Estimate]:
    """The share of each of `candidates` over the days, in their order; none where nobody answered."""
    sizes = np.array([sums.num_reports for sums in days if sums.num_reports], float)
    if not len(sizes):
        return []
    rows: Floats = np.sum([sums.rows for sums in days], axis=0).astype(float)
    cells: Floats = np.sum([sums.cells for sums in days], axis=0).reshape(NUM_ROWS, WIDTH).astype(float)
    shares, covariance = _solved(rows, cells, candidates, kept=sketch.kept)
    same_devices = np.sqrt(sizes).sum() ** 2 / sizes.sum()  # 1 for one day; all days' errors alike at worst
    errors = np.sqrt(np.diag(covariance).clip(0) * same_devices)
    return [
        Estimate(value, float(share), float(error), *clipped(normal(float(share), float(error))))
        for value, share, error in zip(candidates, shares, errors, strict=True)
    ]


def _solved(rows: Floats, cells: Floats, candidates: Sequence[str], *, kept: float) -> tuple[Floats, Floats]:
    """Shares (candidates,) and their covariance, from reports by row (rows,) and ones by cell (rows, width)."""
    num = len(candidates)
    normal_matrix, target, noise = np.zeros((num, num)), np.zeros(num), np.zeros((num, num))
    for row in np.flatnonzero(rows):
        places = _places(int(row), candidates)  # (width, candidates)
        ones = cells[row] / rows[row]
        bits = (ones - (1 - kept) / 2) / kept  # unbiased share of each bit
        normal_matrix += rows[row] * places.T @ places
        target += rows[row] * places.T @ bits
        noise += rows[row] ** 2 * places.T @ (_bit_covariance(ones, bits, kept) / rows[row]) @ places
    inverse = np.linalg.pinv(normal_matrix)
    return inverse @ target, inverse @ noise @ inverse


def _places(row: int, candidates: Sequence[str]) -> Floats:
    places = np.zeros((WIDTH, len(candidates)))
    places[[position(row, value) for value in candidates], range(len(candidates))] = 1
    return places


def _bit_covariance(ones: Floats, bits: Floats, kept: float) -> Floats:
    """Of one report's unbiased bits: each is drawn alone, but only one of them is the value's."""
    covariance = -np.outer(bits, bits)
    noisy = np.clip(ones, (1 - kept) / 2, (1 + kept) / 2)
    np.fill_diagonal(covariance, noisy * (1 - noisy) / kept**2)
    return covariance
