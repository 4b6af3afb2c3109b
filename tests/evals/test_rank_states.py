"""The tokens found for the keys of rows are those that the composer asked its language model about."""

from __future__ import annotations

import numpy as np
import pytest

from evals.test_outcome_rows import GATE, streams
from foretype.compose.composer import Composer
from foretype.compose.strengths import Strengths
from foretype.errors import InputError
from foretype.evals.outcome_rows import Noting, Plan, RowMaker, make_rows
from foretype.evals.rank_states import read_places, typed_messages
from foretype.ngram.automaton import Automaton
from foretype.rank.neural.readings import Readings
from foretype.rank.rows import OutcomeRows
from foretype.rank.tally import TalliedOutcomes
from foretype.text.prompt import Markers
from scripted_lm import ScriptedLm
from small_world import Memories, small_background

LIMIT = 4


@pytest.fixture(scope="module")
def background(tmp_path_factory: pytest.TempPathFactory) -> Automaton:
    return small_background(tmp_path_factory.mktemp("world") / "background.ngram")


def typed(background: Automaton, lm: ScriptedLm) -> OutcomeRows:
    """The rows of letters that a composer with this language model was asked about."""
    noting = Noting(GATE)
    composer = Composer(
        background,
        store=Memories(background),
        strengths=Strengths(),
        lm=lm,
        gate=noting,
        outcomes=TalliedOutcomes(),
    )
    return make_rows(RowMaker(composer, noting, Plan(chars=80)), streams(), learn=True, limit=LIMIT)


def paths(readings: Readings) -> list[tuple[int, ...]]:
    """The tokens that each key's anchor follows."""
    owners = readings.starts[readings.sequence_of(readings.at)]
    return [
        tuple(readings.tokens[start : at + 1].tolist()) for start, at in zip(owners, readings.at, strict=True)
    ]


@pytest.mark.parametrize("markers", [None, Markers(0, 1, 2, 3, 4, 5, 6, 7)])
def test_every_key_is_read_as_the_composer_read_it(background: Automaton, markers: Markers | None) -> None:
    lm = ScriptedLm(markers=markers)
    rows = typed(background, lm)
    asked = {
        question.tokens[: len(question.tokens) - back]
        for question in lm.asked
        for back in range(question.num_wanted)
    }
    readings = read_places(rows, typed_messages(streams(), limit=LIMIT), model=lm, background=background)
    found = paths(readings)
    assert len(found) == len(np.unique(rows.place)) > 50
    assert set(found) <= asked


def test_what_keys_have_in_common_is_read_once(background: Automaton) -> None:
    lm = ScriptedLm()
    rows = typed(background, lm)
    readings = read_places(rows, typed_messages(streams(), limit=LIMIT), model=lm, background=background)
    assert 5 * len(readings.tokens) < sum(map(len, paths(readings)))


def test_other_messages_than_the_rows_are_refused(background: Automaton) -> None:
    lm = ScriptedLm()
    rows = typed(background, lm)
    with pytest.raises(InputError, match="name the same files in the same order"):
        read_places(rows, typed_messages(streams()[1:], limit=LIMIT), model=lm, background=background)
    with pytest.raises(InputError, match=r"found texts for \d+ of \d+ keys"):
        read_places(rows, typed_messages(streams(), limit=LIMIT - 1), model=lm, background=background)
