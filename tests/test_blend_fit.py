"""Learning the strengths: over all places at once it is the blend's own formula, and it finds what is true."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from foretype.compose.blend import Anchor
from foretype.compose.strengths import MAX_CONTEXT, VOICES, Strengths
from foretype.corpus.documents import Document
from foretype.evals.blend_fit import (
    OWN,
    _from_vector,
    _to_vector,
    anchors,
    collect,
    fit,
    log_likelihood,
    probabilities,
    read_in_order,
    team_memory,
)
from foretype.ngram.automaton import Automaton
from small_world import letters, small_background

ODD = Strengths(
    floor=(300.0, 3.0, 0.4, 2.0, 0.7),
    scale=(0.1, 1.3, 0.2, 2.5, 0.05),
    power=0.37,
    tenant=(0.4, 1.1, 2.0, 5.0, 0.3),
    user=(0.9, 4.0, 0.2, 3.0, 9.0),
    message=(5.0, 0.6, 2.2, 1.0, 30.0),
    discount=0.61,
)


@pytest.fixture(scope="module")
def background(tmp_path_factory: pytest.TempPathFactory) -> Automaton:
    return small_background(tmp_path_factory.mktemp("world") / "background.ngram")


@pytest.fixture(scope="module")
def authors() -> list[list[Document]]:
    """Two authors with habits of their own."""
    habits = ["Thanks for the quokka, Susan. Let me know.", "I don't have the quokka. Thanks for the zebra!"]
    return [
        [Document(f"author{number}", text, previous="Where is the zebra?") for text in habits[number:] * 3]
        for number in range(2)
    ]


def slow_probabilities(
    authors: Sequence[Sequence[Document]],
    background: Automaton,
    team: Sequence[Document],
    strengths: Strengths,
) -> list[float]:
    """One anchor after the other, as a composer asks."""
    found = []
    for document, memories in read_in_order(authors, background, tenant=team_memory(team, background)):
        for _, word, anchor in anchors(document, background, memories, strengths=strengths):
            found += anchor.score([background.lexicon.id(word)]).probs
    return found


@pytest.mark.parametrize("strengths", [Strengths(), ODD], ids=["defaults", "odd"])
def test_all_places_at_once_are_what_the_blend_says_of_each(
    background: Automaton, authors: list[list[Document]], strengths: Strengths
) -> None:
    team = list(letters())[:5]
    places = collect(authors, background, tenant=team_memory(team, background))
    assert len(places) > 50
    found = probabilities(places, strengths)
    assert found == pytest.approx(slow_probabilities(authors, background, team, strengths), rel=1e-5)


def test_messages_to_warm_up_are_learned_but_not_asked_about(
    background: Automaton, authors: list[list[Document]]
) -> None:
    cold, warm = collect(authors, background), collect(authors, background, num_warm=2)
    assert 0 < len(warm) < len(cold)
    user = VOICES.index("user")
    assert warm.totals[:, 0, user].min() > cold.totals[:, 0, user].min() == 0


def test_fitting_makes_what_was_written_likelier(
    background: Automaton, authors: list[list[Document]]
) -> None:
    places = collect(authors, background)
    said: list[str] = []
    found = fit([places], Strengths(), max_rounds=5, say=said.append)
    assert log_likelihood(places, found) > log_likelihood(places, Strengths()) + 0.05
    assert said and all(line.startswith("log likelihood -") for line in said)
    assert found.tenant == Strengths().tenant, "nothing was seen of it"
    assert all(value > 0 for name in ("floor", "scale", *VOICES) for value in getattr(found, name))
    assert 0 < found.power < 1 and 0 < found.discount < 1


def test_only_what_is_named_moves(background: Automaton, authors: list[list[Document]]) -> None:
    team = team_memory(authors[0], background)
    places = collect(authors[1:], background, tenant=team)
    found = fit([places], ODD, names=["tenant"], max_rounds=3)
    assert replace(found, tenant=ODD.tenant) == ODD
    assert found.tenant != ODD.tenant
    assert log_likelihood(places, found) > log_likelihood(places, ODD)


def test_strengths_survive_the_way_into_a_vector_and_back() -> None:
    for strengths in (Strengths(), ODD):
        back = _from_vector(_to_vector(strengths, OWN), Strengths(), OWN)
        for name in OWN:
            assert getattr(back, name) == pytest.approx(getattr(strengths, name))


def test_evidence_is_kept_for_every_length_of_context(
    background: Automaton, authors: list[list[Document]]
) -> None:
    places = collect(authors, background)
    assert places.depth.max() <= MAX_CONTEXT + 1 and places.depth.min() >= 1
    known = [anchor for document in authors[0][:1] for _, _, anchor in anchors(document, background, {})]
    assert all(isinstance(anchor, Anchor) for anchor in known)
    assert [len(anchor.evidence_of(0)) for anchor in known] == places.depth[: len(known)].tolist()


def test_no_author_gives_no_places(background: Automaton, tmp_path: Path) -> None:
    assert len(collect([], background)) == 0
