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
from foretype.privacy.ldp.noise import ONE
from foretype.privacy.ldp.plan import Sketch
from foretype.privacy.ldp.sketch import NUM_ROWS, WIDTH, position


def sketch_shares(sketch: Sketch, days: Sequence[Sums], candidates: Sequence[str]) -> list[Estimate]:
    """The share of each of `candidates` over the days, in their order; none where nobody answered."""
    sizes = np.array([sums.num_reports for sums in days if sums.num_reports], float)
    if not len(sizes):
        return []
    rows: Floats = np.sum([sums.rows for sums in days], axis=0).astype(float)
    cells: Floats = np.sum([sums.cells for sums in days], axis=0).reshape(NUM_ROWS, WIDTH).astype(float)
    shares, lasting, fresh = _solved(sketch, rows, cells, candidates)
    same_devices = (
        np.sqrt(sizes).sum() ** 2 / sizes.sum()
    )  # 1 for one day; the same devices on all days at worst
    errors = np.sqrt((lasting * same_devices + fresh).clip(0))
    return [
        Estimate(value, float(share), float(error), *clipped(normal(float(share), float(error))))
        for value, share, error in zip(candidates, shares, errors, strict=True)
    ]


def _solved(
    sketch: Sketch, rows: Floats, cells: Floats, candidates: Sequence[str]
) -> tuple[Floats, Floats, Floats]:
    """Shares and the two parts of their variances, all (candidates,).

    From reports by row (rows,) and ones by cell (rows, width): normal equations, each row weighed by its reports.
    """
    num = len(candidates)
    matrix, target = np.zeros((num, num)), np.zeros(num)
    noises = (np.zeros((num, num)), np.zeros((num, num)))
    for row in np.flatnonzero(rows):
        places = _places(int(row), candidates)  # (width, candidates)
        bits = (cells[row] / rows[row] - (1 - sketch.kept) / 2) / sketch.kept  # unbiased share of each bit
        matrix += rows[row] * places.T @ places
        target += rows[row] * places.T @ bits
        for noise, part in zip(noises, _bit_covariances(sketch, bits), strict=True):
            noise += rows[row] * places.T @ part @ places
    inverse = np.linalg.pinv(matrix)
    lasting, fresh = (np.diag(inverse @ noise @ inverse) for noise in noises)
    return inverse @ target, lasting, fresh


def _places(row: int, candidates: Sequence[str]) -> Floats:
    places = np.zeros((WIDTH, len(candidates)))
    places[[position(row, value) for value in candidates], range(len(candidates))] = 1
    return places


def _bit_covariances(sketch: Sketch, bits: Floats) -> tuple[Floats, Floats]:
    """Of one report's unbiased bits, what lasts from day to day and what each report draws anew.

    Each bit is drawn alone, but only one of a row is the value's.
    """
    first, second = sketch.season_keep / ONE, sketch.report_keep / ONE
    permanent = first * bits.clip(0, 1) + (1 - first) / 2
    reported = second * permanent + (1 - second) / 2
    lasting = -np.outer(bits, bits)
    np.fill_diagonal(lasting, second**2 * permanent * (1 - permanent) / sketch.kept**2)
    fresh = reported * (1 - reported) - second**2 * permanent * (1 - permanent)
    return lasting, np.diag(fresh) / sketch.kept**2
