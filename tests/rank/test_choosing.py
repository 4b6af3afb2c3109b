"""What each key would show, and the dial: shares come out as asked, and price buys sureness."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foretype.errors import InputError
from foretype.rank.calibration import expected_calibration_error, fit_calibration, pooled, sigmoid
from foretype.rank.choosing import Shown, best_of_each_key, fit_dial, shown_by_gate, worth_of
from foretype.rank.dial import Dial, Turn, utilities
from foretype.rank.judging import against_gate, area_under_curve, coverage_at_precision, foresight
from ranking import made_rows, true_probs

ROWS = made_rows()
PROBS = true_probs(ROWS.features).astype(np.float32)


def test_the_best_of_each_key_is_the_one_that_saves_most() -> None:
    shown = best_of_each_key(ROWS, PROBS, wrong_look=0.5)
    worth = utilities(PROBS, ROWS.inserted.astype(np.float32), wrong_look=0.5)
    for at in shown.rows[:50]:
        assert worth[at] == worth[ROWS.place == ROWS.place[at]].max()
    assert len(shown.rows) == shown.num_keys == len(set(ROWS.place[shown.rows].tolist()))
    assert (np.diff(shown.worth) <= 0).all()


def test_a_higher_price_of_a_wrong_look_shows_what_is_surer() -> None:
    cheap, dear = (
        worth_of(best_of_each_key(ROWS, PROBS, wrong_look=price).at(0.4), ROWS) for price in (0.1, 8.0)
    )
    assert dear.wrong < cheap.wrong and dear.right > cheap.right


def test_every_turn_of_the_dial_shows_its_share_and_no_fewer_keys_than_the_gate() -> None:
    dial = fit_dial(ROWS, PROBS)
    for turn in dial.turns:
        best = best_of_each_key(ROWS, PROBS, wrong_look=turn.wrong_look)
        count = int((best.worth >= turn.least).sum())
        assert count / best.num_keys == pytest.approx(turn.coverage, abs=0.01)
        ours = worth_of(Shown(best.rows[:count], best.worth[:count], best.num_keys), ROWS)
        assert ours.saved >= worth_of(shown_by_gate(ROWS).at(turn.coverage), ROWS).saved - 1e-9


def test_better_probabilities_show_fewer_wrong_ones_than_the_gate_at_its_coverage() -> None:
    turn = fit_dial(ROWS, PROBS).at(0.3)
    found = against_gate(best_of_each_key(ROWS, PROBS, wrong_look=turn.wrong_look).at(0.3), ROWS, PROBS)
    assert found.wrong.low <= found.wrong.value <= found.wrong.high < 0
    assert found.coverage == pytest.approx(0.3, abs=0.01)


def test_coverage_at_a_precision_is_the_last_share_that_holds_it() -> None:
    best = best_of_each_key(ROWS, PROBS, wrong_look=8.0)
    share = coverage_at_precision(best, ROWS, precision=0.7)
    assert worth_of(best.at(share), ROWS).right >= 0.7
    assert coverage_at_precision(best, ROWS, precision=1.01) == 0.0


def test_true_probabilities_are_calibrated_and_bent_ones_are_mended() -> None:
    assert expected_calibration_error(PROBS, ROWS.is_right) < 0.02
    logits = np.log(PROBS) - np.log1p(-PROBS)
    bent = (3 * logits + 1).astype(np.float32)
    assert expected_calibration_error(sigmoid(bent), ROWS.is_right) > 0.1
    calibration = fit_calibration(bent, ROWS.is_right)
    assert expected_calibration_error(sigmoid(calibration.logits(bent)), ROWS.is_right) < 0.02
    assert list(calibration.calibrated) == sorted(calibration.calibrated)


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(10, 20)), min_size=1, max_size=12))
def test_pooled_rates_rise_and_keep_the_total(bins: list[tuple[int, int]]) -> None:
    rights, sizes = (np.array(each, float) for each in zip(*bins, strict=True))
    rates = pooled(rights, sizes)
    assert (np.diff(rates) >= -1e-12).all()
    assert (rates * sizes).sum() == pytest.approx(rights.sum())


@settings(max_examples=30)
@given(st.lists(st.tuples(st.integers(0, 5), st.booleans()), min_size=2, max_size=20))
def test_area_under_curve_counts_pairs(pairs: list[tuple[int, bool]]) -> None:
    scores = np.array([score for score, _ in pairs], np.float32)
    right = np.array([flag for _, flag in pairs])
    if right.all() or not right.any():
        assert np.isnan(area_under_curve(scores, right))
        return
    wins = [(a > b) + (a == b) / 2 for a in scores[right] for b in scores[~right]]
    assert area_under_curve(scores, right) == pytest.approx(sum(wins) / len(wins))


def test_foresight_of_the_truth_beats_a_constant() -> None:
    flat = np.full(len(PROBS), ROWS.is_right.mean(), np.float32)
    assert foresight(PROBS, ROWS.is_right).log_loss < foresight(flat, ROWS.is_right).log_loss
    assert foresight(flat, ROWS.is_right).auc == pytest.approx(0.5)


@pytest.mark.parametrize("share", [0.0, -0.1, 1.01, float("nan")])
def test_a_dial_refuses_what_is_no_share(share: float) -> None:
    with pytest.raises(InputError, match="above 0 and up to 1"):
        Dial([Turn(0.5, 1.0, 0.0)]).at(share)


def test_a_dial_refuses_turns_that_do_not_rise() -> None:
    with pytest.raises(InputError, match="rising"):
        Dial([Turn(0.5, 1.0, 0.0), Turn(0.5, 2.0, 0.0)])
