"""A network reads what varied in training and can be known when serving, within the range that training saw."""

from __future__ import annotations

import numpy as np

from foretype.rank.neural.columns import fitted_columns
from foretype.rank.schema import FEATURES, NAMES


def varying(**columns: list[float]) -> np.typing.NDArray[np.float32]:
    rows = np.zeros((3, len(FEATURES)), np.float32)
    for name, values in columns.items():
        rows[:, NAMES.index(name)] = values
    return rows


def test_what_never_varied_is_not_read() -> None:
    found = fitted_columns(varying(typed=[1, 2, 3], order=[2, 2, 2]))
    assert [NAMES[at] for at in found.used] == ["typed"]


def test_what_replays_cannot_know_is_not_read() -> None:
    found = fitted_columns(varying(typed=[1, 2, 3], hour_sin=[0, 0.5, 1], locale=[1, 2, 3]))
    assert [NAMES[at] for at in found.used] == ["typed"]


def test_numbers_flags_and_categories_are_told_apart() -> None:
    found = fitted_columns(varying(typed=[1, 2, 3], is_greeted=[0, 1, 0], kind=[0, 1, 1]))
    names = [[NAMES[at] for at in part] for part in (found.numbers, found.flags, found.categories)]
    assert names == [["typed"], ["is_greeted"], ["kind"]]
    assert (found.low.tolist(), found.high.tolist()) == ([1.0], [3.0])
