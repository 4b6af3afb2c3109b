"""What was proposed wrongly: noted at every key where something was shown, never what is right, the same on every run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from foretype.compose.composer import Composer
from foretype.compose.gate import Gate
from foretype.compose.strengths import Strengths
from foretype.corpus.documents import Document
from foretype.evals.held_out_streams import Part, Stream, read_streams
from foretype.evals.writer import usable
from foretype.ngram.automaton import Automaton
from scripted_lm import ScriptedLm
from small_world import Memories, letters, small_background

pytestmark = pytest.mark.train  # pairs are the business of lm/, which needs torch
pytest.importorskip("torch")

if TYPE_CHECKING:
    from foretype.lm.preference_pairs import Judged

EAGER = Gate(wrong_look=0.0, right_look=0.0, min_prob=0.0)
SILENT = Gate(min_prob=1.1)


@pytest.fixture(scope="module")
def background(tmp_path_factory: pytest.TempPathFactory) -> Automaton:
    return small_background(tmp_path_factory.mktemp("world") / "background.ngram")


def streams(*, per_author: int = 3) -> list[Stream]:
    found = [Document(each.holder, each.text, people=(each.holder,)) for each in letters()]
    return list(read_streams(found, part=Part.ALL, per_author=per_author, min_chars=40))


def made(
    background: Automaton, gate: Gate, *, hears_lm: bool = False, given: Sequence[Stream] = ()
) -> list[Judged]:
    from foretype.evals.preference_pairs import PairMaker, Watching, make_pairs

    watching = Watching(gate)
    composer = Composer(
        background,
        store=Memories(background),
        strengths=Strengths(),
        lm=ScriptedLm() if hears_lm else None,
        gate=watching,
    )
    return make_pairs(PairMaker(composer, watching, chars=80), given or streams(), limit=6)


@pytest.mark.parametrize("hears_lm", [False, True])
def test_what_is_noted_is_wrong_there(background: Automaton, hears_lm: bool) -> None:
    judged = made(background, EAGER, hears_lm=hears_lm)
    assert len(judged) == 6 and sum(len(each.wrong) for each in judged) > 40
    for each in judged:
        assert len(each.document.text) <= 80
        assert not any(usable(wrong.text, each.document.text[wrong.at :]).is_right for wrong in each.wrong)


def test_pairs_are_the_same_on_every_run(background: Automaton) -> None:
    assert made(background, EAGER) == made(background, EAGER)


def test_where_nothing_is_shown_nothing_is_noted(background: Automaton) -> None:
    assert not any(each.wrong for each in made(background, SILENT))


def test_what_is_shown_counts_before_what_could_have_been(background: Automaton) -> None:
    """A composer with the plain gate, asked at the same keys, shows what is noted wherever that is wrong."""
    composer = Composer(background, store=Memories(background), strengths=Strengths(), gate=EAGER)
    fresh = replace(streams()[0], typed=frozenset({0}))  # its author's memory has learned nothing yet
    [first] = made(background, EAGER, given=[fresh])
    text = first.document.text
    noted = {wrong.at: wrong.text for wrong in first.wrong}
    assert noted
    for at, wrong in noted.items():
        [shown] = composer.suggest(text[:at]).suggestions
        assert shown.text == wrong or usable(shown.text, text[at:]).is_right


def test_ones_own_mail_is_parted_in_time() -> None:
    from foretype.evals.preference_pairs import parted_in_time

    found = streams(per_author=1000)
    short = Stream("bob", found[0].messages[:4], frozenset(range(4)))
    learn, judge = parted_in_time([*found, short])
    assert {each.author for each in judge} < {each.author for each in learn} and short in learn
    for later in judge:
        [earlier] = [each for each in learn if each.author == later.author]
        assert max(earlier.typed) < min(later.typed) == len(earlier.messages)
        assert len(later.typed) == (len(later.typed) + len(earlier.typed)) // 5
