"""Learning rates, bad steps and curves: small rules that a run leans on."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from foretype.lm.curve import Curve, Point, read_curve
from foretype.lm.outliers import DEVIATIONS, MIN_SEEN, OutlierRule
from foretype.lm.run_card import as_page, curve_facts
from foretype.lm.schedule import Schedule, Shape

shares = st.floats(0, 1)


@given(shape=st.sampled_from(["wsd", "cosine"]), warmup=shares, decay=shares, final=shares, at=shares)
def test_a_rate_stays_between_nothing_and_its_peak(
    shape: Shape, warmup: float, decay: float, final: float, at: float
) -> None:
    assert 0.0 <= Schedule(shape, warmup, decay, final).factor(at) <= 1.0 + 1e-9


@given(shape=st.sampled_from(["wsd", "cosine"]), final=shares, at=shares, later=shares)
def test_after_the_warm_up_a_rate_only_falls(shape: Shape, final: float, at: float, later: float) -> None:
    schedule = Schedule(shape, warmup=0.1, final=final)
    at, later = sorted((max(at, 0.1), max(later, 0.1)))
    assert schedule.factor(later) <= schedule.factor(at) + 1e-9
    assert schedule.factor(1.0) == pytest.approx(final)


def test_a_long_stable_part_does_not_depend_on_where_the_decay_begins() -> None:
    rates = [Schedule("wsd", warmup=0.1, decay=decay).factor(0.4) for decay in (0.1, 0.3, 0.5)]
    assert rates == [1.0, 1.0, 1.0]


def test_the_outlier_rule_drops_wild_steps_only() -> None:
    random = np.random.default_rng(2)
    rule = OutlierRule()
    usual = np.exp(random.normal(size=500, scale=0.2))
    dropped = [not rule.accepts(float(norm)) for norm in usual]
    assert sum(dropped) <= 2  # four deviations are rare
    assert not rule.accepts(math.exp(rule.mean + (DEVIATIONS + 1) * math.sqrt(rule.variance)))
    assert rule.accepts(math.exp(rule.mean))
    assert not rule.accepts(math.nan)


def test_the_first_steps_are_never_outliers() -> None:
    rule = OutlierRule()
    assert all(rule.accepts(10.0 ** (at % 5)) for at in range(MIN_SEEN))


def test_a_rule_that_is_put_back_decides_alike() -> None:
    rule = OutlierRule()
    norms = [1.0 + 0.1 * (at % 7) for at in range(80)]
    for norm in norms:
        rule.accepts(norm)
    again = OutlierRule(**rule.state_dict())
    assert [rule.accepts(n) for n in (1.0, 50.0, 2.0)] == [again.accepts(n) for n in (1.0, 50.0, 2.0)]


def test_a_curve_loses_what_came_after_the_checkpoint_and_a_torn_line(tmp_path: Path) -> None:
    file = tmp_path / "curve.csv"
    curve = Curve(file, after_step=0)
    for step in range(1, 6):
        curve.add(point(step))
    with file.open("a", encoding="utf-8") as stream:
        stream.write("6,60,1.")
    assert [found.step for found in read_curve(file)] == [1, 2, 3, 4, 5]
    again = Curve(file, after_step=3)
    again.add(point(4))
    assert read_curve(file) == [point(step) for step in range(1, 5)]
    assert again.recent_loss() == pytest.approx(3.5)


def test_a_loss_on_held_out_texts_is_kept_where_there_is_one(tmp_path: Path) -> None:
    file = tmp_path / "curve.csv"
    points = [point(1), replace(point(2), valid_loss=2.25), point(3), replace(point(4), valid_loss=2.5)]
    for each in points:
        Curve(file, after_step=each.step - 1).add(each)
    assert read_curve(file) == points
    facts = curve_facts(points)
    assert (facts["last_valid_loss"], facts["best_valid_loss"], facts["best_valid_step"]) == (2.5, 2.25, 2)


def test_a_curve_of_an_older_run_is_read_and_gone_on_with(tmp_path: Path) -> None:
    file = tmp_path / "curve.csv"
    old = [
        "step,tokens,seconds,loss,learning_rate,gradient_norm",
        "1,10,1.0,2.0,0.001,0.5",
        "2,20,2.0,3.0,0.001,0.5",
    ]
    file.write_text("".join(f"{line}\r\n" for line in old), encoding="utf-8")
    assert read_curve(file) == [point(1), point(2)]
    assert "best_valid_loss" not in curve_facts(read_curve(file))
    curve, judged = Curve(file, after_step=2), replace(point(3), valid_loss=1.5)
    curve.add(judged)
    assert read_curve(file) == [point(1), point(2), judged]


@pytest.mark.parametrize("num_lost", range(1, 12))
def test_a_line_cut_short_anywhere_is_no_point(tmp_path: Path, num_lost: int) -> None:
    file = tmp_path / "curve.csv"
    curve = Curve(file, after_step=0)
    curve.add(point(1))
    curve.add(replace(point(2), valid_loss=2.25))
    file.write_bytes(file.read_bytes()[: -num_lost - 1])  # -1: a lone \r is lost with the \n
    assert read_curve(file) == [point(1)]


def test_a_curve_without_points_has_no_loss(tmp_path: Path) -> None:
    assert math.isnan(Curve(tmp_path / "curve.csv", after_step=0).recent_loss())
    assert curve_facts([]) == {}


def test_the_facts_of_a_curve_are_its_ends() -> None:
    facts = curve_facts([point(step) for step in range(1, 21)])
    assert (facts["first_loss"], facts["last_loss"], facts["points"]) == (3.5, 3.25, 20)  # means over a fifth


def test_a_card_survives_what_markdown_would_eat() -> None:
    assert "| a | x \\| y z |" in as_page({"a": "x | y\nz"})


def point(step: int) -> Point:
    return Point(step, step * 10, float(step), 1.0 + step % 5, 1e-3, 0.5)
