"""The learner: it follows what outcomes say, for each user apart, within bounds, and forgets what no outcome renews."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from foretype.compose.request import Context
from foretype.errors import StoreError
from foretype.rank.online.correction import HALF_LIFE_MIN, MAX_SHIFT, LearnedCorrection
from foretype.rank.online.inputs import WIDTH
from foretype.rank.online.learner import Learner
from foretype.rank.online.lessons import lessons_of, no_lessons
from foretype.rank.online.source import Batch, Open, Reading
from foretype.rank.online.standing import Standing, rows_of, standing_in
from foretype.rank.outcome import number_for
from foretype.rank.table.table import Table
from online_world import BlendScorer, some_features, some_outcomes
from situations import a_situation

NOW_MIN = 29_000_000
ANN = number_for("ann")


@pytest.fixture
def learner(tmp_path: Path) -> Iterator[Learner]:
    opened = opened_in(tmp_path)
    yield opened
    opened.close()


def opened_in(folder: Path, *, error: float = 0.0) -> Learner:
    return Learner(folder, BlendScorer(error), number=number_for, tenant=None, now_min=NOW_MIN)


def asked_now(learner: Learner, *, minutes_later: float = 0.0) -> LearnedCorrection:
    correction = learner.correction
    correction._clock = lambda: 60 * (NOW_MIN + minutes_later)
    return correction


def batch_of(num: int, *, seed: int = 7, user: int = 0, shift: float = 0.0, first: int = 1) -> Batch:
    users = np.full(num, user, np.int64)
    kept = some_outcomes(np.random.default_rng(seed), num, first=first, users=users, shift=shift)
    return Batch(lessons_of(kept, kept_share=0.9), no_lessons())


def mean_shift(learner: Learner, user: str | None = None) -> float:
    rows = some_features(np.random.default_rng(1), 500)
    return float(asked_now(learner).shift_many(rows, a_situation(user=user)).mean())


def test_a_fresh_learner_says_zero(learner: Learner) -> None:
    rows = some_features(np.random.default_rng(1), 5)
    shifts = learner.correction.shift_many(rows, a_situation(user="ann"))
    assert shifts.dtype == np.float32 and shifts.tolist() == [0.0] * 5


def test_a_ranker_that_errs_by_a_logit_is_corrected(tmp_path: Path) -> None:
    learner = opened_in(tmp_path, error=1.0)
    learner.learn(batch_of(4_000), now_min=NOW_MIN)
    assert mean_shift(learner) == pytest.approx(-1.0, abs=0.2)
    test = batch_of(4_000, seed=8).lessons
    assert abs(float(learner.probs(test).mean() - test.labels.mean())) < 0.03
    learner.close()


def test_who_takes_more_is_told_from_who_takes_less(learner: Learner) -> None:
    for at in range(40):
        learner.learn(batch_of(25, seed=2 * at, user=ANN, shift=1.2), now_min=NOW_MIN)
        learner.learn(batch_of(25, seed=2 * at + 1, user=number_for("ben"), shift=-1.2), now_min=NOW_MIN)
    ann, ben, new = (mean_shift(learner, user) for user in ("ann", "ben", "new"))
    assert ann > new + 0.3 and ben < new - 0.3


def test_a_new_user_has_nothing_of_the_others_but_what_all_share(learner: Learner) -> None:
    learner.learn(batch_of(500, user=ANN, shift=1.2), now_min=NOW_MIN)
    vector = learner.correction._embeddings.lookup(user=str(number_for("new")))
    assert not vector.any() and mean_shift(learner, "new") == mean_shift(learner, None)


def test_a_shift_is_bounded_whatever_comes_in(learner: Learner) -> None:
    for at in range(60):
        learner.learn(batch_of(200, seed=at, user=ANN, shift=30.0), now_min=NOW_MIN)
    rows = some_features(np.random.default_rng(1), 500)
    assert np.abs(asked_now(learner).shift_many(rows, a_situation(user="ann"))).max() <= MAX_SHIFT
    rows[:] = 1e6
    assert np.abs(asked_now(learner).shift_many(rows, a_situation(user="ann"))).max() <= MAX_SHIFT


def test_without_lessons_it_fades(learner: Learner) -> None:
    learner.learn(batch_of(2_000, shift=1.0), now_min=NOW_MIN)
    rows = some_features(np.random.default_rng(1), 5)
    now = asked_now(learner).shift_many(rows, a_situation())
    later = asked_now(learner, minutes_later=2 * HALF_LIFE_MIN).shift_many(rows, a_situation())
    assert later == pytest.approx(now / 4)


def test_mending_a_label_is_as_if_it_had_been_known(tmp_path: Path) -> None:
    """To first order: both learners end nearly where the third does that took the open ones for kept."""
    batch = batch_of(640)
    late = replace(batch.lessons, labels=np.where(batch.lessons.labels == 1, np.float32(0.5), 0))
    changes = replace(batch.lessons, labels=batch.lessons.labels - late.labels).chosen(late.labels > 0)
    shifts = []
    for name, batches in {
        "known": [batch],
        "mended": [Batch(late, no_lessons()), Batch(no_lessons(), changes)],
        "never": [Batch(late, no_lessons())],
    }.items():
        learner = opened_in(tmp_path / name)
        for each in batches:
            learner.learn(each, now_min=NOW_MIN)
        shifts.append(mean_shift(learner))
        learner.close()
    known, mended, never = shifts
    assert never < known - 0.15 and abs(mended - known) < abs(never - known) / 2


def test_what_was_learned_is_there_after_opening_again(tmp_path: Path) -> None:
    reading = Reading(cursor=77, open=(Open(5, 1_000, 0.9),))
    learner = opened_in(tmp_path)
    learner.learn(batch_of(300, user=ANN, shift=1.0), now_min=NOW_MIN, reading=reading)
    before, standing = mean_shift(learner, "ann"), learner.standing
    learner.close()
    learner = opened_in(tmp_path)
    assert learner.standing.reading == reading == standing.reading
    assert learner.standing.weights.tolist() == standing.weights.tolist()
    assert mean_shift(learner, "ann") == before != 0
    learner.close()


def test_a_batch_of_nothing_writes_nothing(learner: Learner) -> None:
    nothing = Batch(no_lessons(), no_lessons())
    assert learner.learn(nothing, now_min=NOW_MIN, reading=Reading()) == []


def test_a_batch_is_one_record(learner: Learner) -> None:
    batch = batch_of(2_048, user=ANN)
    [delta] = learner.learn(batch, now_min=NOW_MIN, reading=Reading(cursor=2_048))
    assert len(delta.changed) < 2_000


def test_a_forgotten_user_leaves_no_byte(learner: Learner, tmp_path: Path) -> None:
    learner.learn(batch_of(300, user=ANN, shift=1.2), now_min=NOW_MIN)
    before = len(learner._table.table)
    assert learner.forget(number_for("ann")) and not learner.forget(number_for("ann"))
    assert len(learner._table.table) == before - 1
    assert mean_shift(learner, "ann") == mean_shift(learner, None)
    assert [path.suffix for path in tmp_path.glob("table-*")].count(".snapshot") == 1


def test_the_recipients_domain_has_a_vector_too(learner: Learner) -> None:
    batch = batch_of(600, shift=1.2)
    domains = np.full(600, number_for("example.org"), np.int64)
    learner.learn(Batch(replace(batch.lessons, domains=domains), no_lessons()), now_min=NOW_MIN)
    rows = some_features(np.random.default_rng(1), 50)
    there = asked_now(learner).shift_many(rows, a_situation(context=Context(to=("a@example.org",))))
    elsewhere = asked_now(learner).shift_many(rows, a_situation(context=Context(to=("a@example.com",))))
    assert there.mean() > elsewhere.mean() + 0.1


def test_a_standing_of_another_format_is_refused() -> None:
    table = Table(width=5)
    assert standing_in(table).weights.tolist() == [0.0] * WIDTH
    table.upsert(*rows_of(replace(Standing(), weights=np.zeros(3)), width=5), now_min=NOW_MIN)
    with pytest.raises(StoreError, match="delete the folder `learned`"):
        standing_in(table)
