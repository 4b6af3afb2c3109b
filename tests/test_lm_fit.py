"""Learning the language model's share: words get the probability of their tokens, and the better voice wins."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foretype.compose.strengths import Strengths
from foretype.corpus.documents import Document
from foretype.evals.lm_fit import LmPlaces, _loss, collect_lm, fit_share, log_likelihood, word_probs
from foretype.text.prompt import context_words
from foretype.text.words import split_words
from scripted_lm import ScriptedLm, log_probs_after
from small_world import letters, small_background

START = Strengths().lm


def slow_word_prob(text: str, word: str, *, around: str, lm: ScriptedLm) -> float:
    """One question a token."""
    before = [*lm.prelude, *(lm.encode(around + "A")[:-1] if around else []), *lm.encode(text)]
    log_prob = 0.0
    for token in lm.encode(word):
        log_prob += float(log_probs_after(before)[token])
        before.append(token)
    return float(np.exp(log_prob))


def test_words_have_the_probability_of_their_tokens() -> None:
    lm = ScriptedLm()
    document = Document(
        "a", "Thanks for the report, Zoë (see \nbelow)", subject="Hi", previous="Where is it?"
    )
    found = word_probs(document, lm)
    around = context_words(subject="Hi", previous="Where is it?")
    pieces = ["Thanks", " for", " the", " report", ",", " Zoë", " (", "see", "\n", "below", ")"]
    assert len(lm.asked) == 1, "one pass"
    for at, piece in enumerate(pieces):
        slow = slow_word_prob("".join(pieces[:at]), piece, around=around, lm=lm)
        assert found[at] == pytest.approx(slow, rel=1e-4), piece


def test_words_that_share_a_token_are_left_out() -> None:
    class Gluing(ScriptedLm):
        def encode(self, text: str) -> list[int]:
            the_report = ScriptedLm.encode(self, " the report")
            tokens = ScriptedLm.encode(self, text)
            at = [at for at in range(len(tokens)) if tokens[at : at + 2] == the_report]
            return [*tokens[: at[0]], len(self.token_bytes) - 1, *tokens[at[0] + 2 :]] if at else tokens

    plain = ScriptedLm()
    lm = Gluing(token_bytes=(*plain.token_bytes[:-1], b" the report"))
    found = word_probs(Document("a", "Thanks for the report today"), lm)
    assert set(found) == {0, 1, 4}


def test_a_tokenizer_that_changes_the_text_gives_no_words() -> None:
    class Folding(ScriptedLm):
        def encode(self, text: str) -> list[int]:
            return ScriptedLm.encode(self, text.replace(" ", ""))

    assert word_probs(Document("a", "Thanks for the report"), Folding()) == {}


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=30))
def test_any_text_can_be_read(text: str) -> None:
    found = word_probs(Document("a", text), ScriptedLm())
    assert set(found) <= set(range(len(split_words(text))))
    assert all(0 <= prob <= 1 for prob in found.values())


def test_both_voices_are_noted_for_the_same_words(tmp_path_factory: pytest.TempPathFactory) -> None:
    background = small_background(tmp_path_factory.mktemp("world") / "background.ngram")
    authors = [list(letters())[:3]]
    places = collect_lm(authors, background, ScriptedLm(), strengths=Strengths())
    assert len(places) > 30
    assert places.features.shape == (len(places), len(START))
    assert (places.features[:, 0] == 1).all()
    assert places.features[0, 2] == 0 < places.features[-1, 2], "the user is known by the third letter"
    assert ((places.counted > 0) & (places.counted < 1)).all()
    assert len(collect_lm([], background, ScriptedLm(), strengths=Strengths())) == 0


def made_up(*, num_places: int = 2_000, seed: int = 7) -> LmPlaces:
    """Places where the model is right early and the counts where they saw much."""
    random = np.random.default_rng(seed)
    evidence = random.uniform(0, 8, num_places)
    counts_know = random.random(num_places) < evidence / 8
    good, bad = random.uniform(0.3, 0.9, num_places), random.uniform(0.0, 0.05, num_places)
    features = np.stack((np.ones(num_places), evidence, np.zeros(num_places), np.zeros(num_places)), axis=1)
    return LmPlaces(np.where(counts_know, good, bad), np.where(counts_know, bad, good), features)


def test_the_share_goes_to_whoever_knows() -> None:
    places = made_up()
    bias, per_evidence, per_user, per_order = fit_share([places], START)
    assert bias > 1 and per_evidence < -0.3
    assert (per_user, per_order) == (START[2], START[3]), "nothing was seen of them"
    assert log_likelihood(places, (bias, per_evidence, 0, 0)) > log_likelihood(places, (0, 0, 0, 0)) + 0.05


def test_fitting_climbs_along_the_true_slope() -> None:
    places, weights, step = made_up(num_places=50), np.array([0.3, -0.2, 0.1, 0.4]), 1e-6
    value, slope = _loss(places, weights)
    for at in range(len(weights)):
        moved = weights.copy()
        moved[at] += step
        assert (_loss(places, moved)[0] - value) / step == pytest.approx(slope[at], rel=1e-3, abs=1e-6)
