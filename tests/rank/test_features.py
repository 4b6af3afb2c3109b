"""Features: one definition, whole and finite, for every proposal; and never a word of one."""

from __future__ import annotations

import math
from datetime import datetime

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from foretype.compose.history import Past
from foretype.compose.path import Path
from foretype.compose.place import Hypothesis, Known
from foretype.compose.request import Context
from foretype.compose.situation import Rates, Situation
from foretype.rank.features import proposals, row_of
from foretype.rank.schema import CATEGORIES, FEATURES, NAMES
from situations import a_situation, grown, paths, situations


def hypothesis(word: str, prob: float, **sources: float) -> Hypothesis:
    return Hypothesis(word, word.replace("⁀", ""), prob, sources or {"background": 1.0})


def named(path: Path, situation: Situation) -> dict[str, float]:
    return dict(zip(NAMES, row_of(path, situation).tolist(), strict=True))


@given(st.lists(paths(), max_size=5), situations())
def test_every_beginning_of_every_path_has_a_whole_and_finite_row(
    given_paths: list[Path], situation: Situation
) -> None:
    found = proposals(given_paths, situation)
    assert found.rows.shape == (len(found.paths), len(FEATURES))
    assert found.rows.dtype == np.float32
    assert np.isfinite(found.rows).all()
    assert list(found.paths) == [each for path in given_paths for each in path.beginnings()]


@given(st.lists(paths(), max_size=4), situations())
def test_what_was_decided_by_is_what_is_kept(given_paths: list[Path], situation: Situation) -> None:
    found = proposals(given_paths, situation)
    for path, row in zip(found.paths, found.rows, strict=True):
        assert np.array_equal(row_of(path, situation), row)


@given(paths(), situations())
def test_a_category_is_one_of_its_codes(path: Path, situation: Situation) -> None:
    row = row_of(path, situation)
    for at, levels in CATEGORIES.items():
        assert row[at] == int(row[at]) and 0 <= row[at] < levels


@given(paths(), situations())
def test_words_of_the_same_shape_give_the_same_row(path: Path, situation: Situation) -> None:
    other = tuple(
        Hypothesis(_masked(each.word), _masked(each.shown), each.prob, each.sources)
        for each in path.hypotheses
    )
    quiet = a_situation(position=situation.position, known=situation.known, first_probs=situation.first_probs)
    assert np.array_equal(row_of(Path(other, _masked(path.text), path.probs), quiet), row_of(path, quiet))


def _masked(text: str) -> str:
    return "".join(("X" if letter.isupper() else "x") if letter.isalpha() else letter for letter in text)


def test_names_are_told_once() -> None:
    assert len(set(NAMES)) == len(NAMES) == len(FEATURES)


def test_a_proposal_is_described_by_its_chances_and_its_shape() -> None:
    words = (hypothesis("report", 0.5, lm=0.5, user=0.5), hypothesis("for", 0.8), hypothesis("⁀.", 0.5))
    situation = a_situation(num_typed=3, first_probs=(0.5, 0.25), known=Known({"user": 3.0}, 2, 0.25))
    row = named(grown(words, num_typed=3), situation)
    assert math.isclose(row["log_prob"], math.log(0.2), rel_tol=1e-6)
    assert math.isclose(row["last_log_prob"], math.log(0.5), rel_tol=1e-6)
    assert (row["length"], row["num_words"], row["first_letters"], row["typed_share"]) == (8, 3, 6, 0.5)
    assert math.isclose(row["margin"], math.log(2), rel_tol=1e-6) and row["rest"] == 0.25
    assert math.isclose(row["lm_agreement"], math.log(3), rel_tol=1e-5)
    assert math.isclose(row["user_evidence"], math.log(4), rel_tol=1e-6) and row["ends_sentence"] == 1


def test_the_past_of_the_message_and_of_the_user_is_told() -> None:
    path = grown((hypothesis("report", 0.5),), num_typed=3)
    past = Past(shown=2, accepted=1, run=2, chars_since_shown=2, on_screen="ort for ")
    row = named(path, a_situation(past=past, rates=Rates(shown=20, taken=15)))
    assert row["is_on_screen"] == 1 and row["run"] == 2 and row["user_rate"] == 0.5
    other = named(path, a_situation(past=Past(on_screen="ly ")))
    assert (other["is_showing"], other["is_on_screen"]) == (1, 0)


def test_the_time_of_day_goes_round() -> None:
    path = grown((hypothesis("report", 0.5),))

    def hour(hour: int, minute: int = 0) -> tuple[float, float]:
        row = named(path, a_situation(context=Context(sent_at=datetime(2026, 3, 2, hour, minute))))
        assert row["weekday"] == 0
        return row["hour_sin"], row["hour_cos"]

    assert math.dist(hour(23, 59), hour(0, 1)) < 0.01
    assert math.dist(hour(0), hour(12)) > 1.9
    unknown = named(path, a_situation())
    assert (unknown["weekday"], unknown["hour_sin"], unknown["hour_cos"]) == (7, 0, 0)
