"""The quick crowd of the other tests draws as devices do, one by one."""

from __future__ import annotations

from datetime import date

import numpy as np
from scipy.stats import chi2_contingency  # type: ignore[import-untyped]

from foretype.privacy.ldp.day import Day, Seen
from foretype.privacy.ldp.device import EPOCH, begin, report_of
from foretype.privacy.ldp.plan import BY_NAME, Choice, Sketch
from foretype.privacy.ldp.reports import counted
from private_crowd import Crowd, seeded_words

BUSY = Day(60, 30, Seen("accepted", "chat", 9, 2, "de-AT", "browser"))
NUM = 6_000


def one_by_one(name: str, num: int) -> list[tuple[int, ...]]:
    words, today = seeded_words(1), date.fromordinal(EPOCH)
    seasons = (begin(BY_NAME[name], BUSY, first_day=0, words=words) for _ in range(num))
    return [counted(report_of(season, 0, words=words), today=today).cells for season in seasons]


def alike(
    one: np.ndarray[tuple[int], np.dtype[np.int64]], other: np.ndarray[tuple[int], np.dtype[np.int64]]
) -> bool:
    return bool(chi2_contingency([one, other]).pvalue > 0.001)


def test_choices_are_drawn_alike() -> None:
    outcome = BY_NAME["outcome"]
    assert isinstance(outcome, Choice)
    found = np.bincount([cells[0] for cells in one_by_one("outcome", NUM)], minlength=outcome.size)
    truth = np.full(NUM, outcome.values.index("accepted"))
    assert alike(found, Crowd(2).one_day(outcome, truth).cells)


def test_sketches_are_drawn_alike() -> None:
    sketch = BY_NAME["locale"]
    assert isinstance(sketch, Sketch)
    found = np.bincount(
        [cell for cells in one_by_one("locale", 600) for cell in cells], minlength=sketch.num_cells
    )
    assert alike(found, Crowd(2).sketched_days(sketch, np.zeros(600, np.int64), ["de-AT"])[0].cells)
