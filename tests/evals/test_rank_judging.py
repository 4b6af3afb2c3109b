"""Figures of rankers: the first draw is what rank/judging.py says, the intervals are those of messages."""

from __future__ import annotations

import numpy as np
import pytest

from foretype.evals.rank_judging import draws_of, estimates, gained, judge, judge_gate
from foretype.rank.choosing import best_of_each_key, worth_of
from foretype.rank.judging import area_under_curve, foresight
from foretype.rank.rows import OutcomeRows
from foretype.rank.schema import NAMES
from read_rows import invented


def said(rows: OutcomeRows) -> np.typing.NDArray[np.float32]:
    return np.exp(rows.features[:, NAMES.index("log_prob")]).round(2).astype(np.float32)  # with ties


def test_figures_over_all_messages_are_those_of_the_plain_judge() -> None:
    rows, _ = invented()
    found = judge(rows, said(rows), draws_of(rows))
    plain = foresight(said(rows), rows.is_right)
    assert found["auc"][0] == pytest.approx(plain.auc)
    assert found["log_loss"][0] == pytest.approx(plain.log_loss)
    assert found["ece"][0] == pytest.approx(plain.ece)
    worth = worth_of(best_of_each_key(rows, said(rows), wrong_look=2.0).at(0.5), rows)
    assert [found[f"half_{name}"][0] for name in ("coverage", "right", "wrong", "saved")] == pytest.approx(
        [worth.coverage, worth.right, worth.wrong, worth.saved]
    )


def test_a_draw_is_what_its_messages_alone_give() -> None:
    """The slow twin repeats the rows of each message as often as it was drawn."""
    rows, _ = invented(20)
    draws = draws_of(rows)
    drawn = rows.chosen(np.repeat(np.arange(len(rows)), draws[3].astype(int)[rows.message]))
    found = judge(rows, said(rows), draws)
    assert found["auc"][3] == pytest.approx(area_under_curve(said(drawn), drawn.is_right))
    assert found["log_loss"][3] == pytest.approx(foresight(said(drawn), drawn.is_right).log_loss)


def test_the_gate_is_judged_by_what_it_showed() -> None:
    rows, _ = invented()
    found = judge_gate(rows, said(rows), draws_of(rows))
    shown = rows.chosen(rows.by_gate)
    assert found["often_coverage"][0] == 1.0
    assert found["often_right"][0] == pytest.approx(shown.is_right.mean())


def test_the_interval_of_a_difference_is_narrower_than_that_of_the_figures() -> None:
    rows, _ = invented()
    draws = draws_of(rows)
    ours, theirs = judge(rows, said(rows), draws), judge(rows, said(rows) * 0.98, draws)
    whole, part = estimates(ours)["log_loss"], estimates(gained(ours, theirs))["log_loss"]
    assert part.high - part.low < whole.high - whole.low
