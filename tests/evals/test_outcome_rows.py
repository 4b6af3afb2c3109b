"""Rows out of held-out messages: every proposal of a key, labelled by what the author wrote, the same on every run."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from foretype.compose.composer import Composer
from foretype.compose.gate import Gate
from foretype.compose.request import Request
from foretype.compose.strengths import Strengths
from foretype.corpus.documents import Document
from foretype.corpus.splits import is_valid
from foretype.evals.held_out_streams import Part, Stream, read_streams
from foretype.evals.outcome_rows import DEADLINE_MS, Noting, Plan, RowMaker, make_rows
from foretype.evals.writer import usable
from foretype.ngram.automaton import Automaton
from foretype.rank.rows import COLUMNS, OutcomeRows
from foretype.rank.schema import NAMES
from foretype.rank.tally import TalliedOutcomes
from scripted_lm import ScriptedLm
from small_world import Memories, letters, small_background

GATE = Gate(wrong_look=0.0, right_look=0.0, min_prob=0.0)


@pytest.fixture(scope="module")
def background(tmp_path_factory: pytest.TempPathFactory) -> Automaton:
    return small_background(tmp_path_factory.mktemp("world") / "background.ngram")


def documents() -> list[Document]:
    return [
        Document(
            letter.holder, letter.text, people=(letter.holder, "susan@example.org"), sent_at="2001-05-14"
        )
        for letter in letters()
    ]


def streams(*, per_author: int = 2) -> list[Stream]:
    return list(read_streams(documents(), part=Part.ALL, per_author=per_author, min_chars=40))


@cache
def made(
    background: Automaton, *, learn: bool = True, hears_lm: bool = False, takes: float = 0.6
) -> OutcomeRows:
    noting = Noting(GATE)
    composer = Composer(
        background,
        store=Memories(background),
        strengths=Strengths(),
        lm=ScriptedLm() if hears_lm else None,
        gate=noting,
        outcomes=TalliedOutcomes(),
    )
    maker = RowMaker(composer, noting, Plan(chars=80, takes=takes))
    return make_rows(maker, streams(), learn=learn, limit=4)


@pytest.mark.parametrize("hears_lm", [False, True])
def test_rows_are_the_same_on_every_run(background: Automaton, hears_lm: bool) -> None:
    one, two = made(background, hears_lm=hears_lm), made.__wrapped__(background, hears_lm=hears_lm)
    assert len(one) > 200
    assert all(np.array_equal(getattr(one, name), getattr(two, name)) for name in COLUMNS)


@pytest.mark.parametrize("hears_lm", [False, True])
def test_what_the_rows_say_the_gate_shows_is_what_it_shows(background: Automaton, hears_lm: bool) -> None:
    """A composer with the plain gate, asked at the same keys, shows the proposal that is marked."""
    rows = made(background, learn=False, hears_lm=hears_lm)
    lm = ScriptedLm() if hears_lm else None
    plain = Composer(background, store=Memories(background), strengths=Strengths(), lm=lm, gate=GATE)
    bodies = typed_bodies(streams())
    for place in np.unique(rows.place)[::5]:
        here = rows.chosen(rows.place == place)
        body, position = bodies[int(here.message[0])], int(here.position[0])
        answer = plain.answer(Request(body[:position], deadline_ms=DEADLINE_MS))
        shown = answer.suggestions[0].text if answer.suggestions else ""
        marked = here.chosen(here.by_gate)
        assert len(marked) == bool(shown)
        if shown:
            label = usable(shown, body[position:])
            assert marked.is_right[0] == label.is_right
            assert abs(int(marked.inserted[0]) - len(shown)) <= 1  # the blank at its end


def typed_bodies(found: Sequence[Stream]) -> list[str]:
    return [stream.messages[at].body[:80] for stream in found for at in sorted(stream.typed)]


def test_labels_agree_with_each_other(background: Automaton) -> None:
    rows = made(background)
    assert (rows.agreed <= rows.inserted).all()
    assert (rows.right_chars <= rows.inserted).all()
    assert (rows.agreed[rows.is_right] >= rows.inserted[rows.is_right] - 1).all()
    assert ((rows.right_words == 0) == (rows.right_chars == 0)).all()
    assert 0 < rows.is_right.mean() < 1 and rows.by_gate.any()
    shown_of_key = np.bincount(rows.place, weights=rows.by_gate)
    assert shown_of_key.max() == 1


def test_the_memory_knows_earlier_messages_and_no_later_ones(background: Automaton) -> None:
    rows = made(background)
    memory = rows.features[:, NAMES.index("user_memory")]
    for author in np.unique(rows.author):
        grown = memory[rows.author == author]
        several = len(np.unique(rows.message[rows.author == author])) > 1
        assert (np.diff(grown) >= 0).all() and (grown[-1] > grown[0]) == several
    alone = made(background, learn=False)
    assert not alone.features[:, NAMES.index("user_memory")].any()


def test_what_the_writer_takes_decides_the_keys_that_are_met(background: Automaton) -> None:
    never, always = made(background, takes=0.0), made(background, takes=1.0)
    assert len(np.unique(always.place)) < len(np.unique(never.place))
    accepted = NAMES.index("message_accepted")
    assert not never.features[:, accepted].any() and always.features[:, accepted].any()


def test_the_parts_of_held_out_authors_share_nobody() -> None:
    many = [Document(f"writer{number}", "x" * 50) for number in range(2000)]

    def authors(part: Part) -> set[str]:
        return {stream.author for stream in read_streams(many, part=part, per_author=1, min_chars=1)}

    train, valid = authors(Part.TRAIN), authors(Part.VALID)
    assert train and valid and not train & valid
    assert train | valid == authors(Part.HELD_OUT) == {each.holder for each in many if is_valid(each.holder)}
    assert len(authors(Part.ALL)) == 2000


def test_of_an_author_who_wrote_much_messages_from_all_over_are_typed() -> None:
    much = [Document("ann", f"{number:050}") for number in range(100)]
    [stream] = read_streams(much, part=Part.ALL, per_author=4, min_chars=40)
    assert sorted(stream.typed) == [24, 49, 74, 99] and len(stream.messages) == 100


def test_a_conversation_is_nobodys_memory(tmp_path: Path) -> None:
    turn = Document("conversation-7", "x" * 50, kind="chat")
    [stream] = read_streams([turn], part=Part.ALL, per_author=4, min_chars=40)
    assert stream.messages[0].author is None
