"""Look-ups give what scanning all n-grams gives."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foretype.ngram.arpa import log_prob
from foretype.ngram.automaton import Automaton
from foretype.text.words import START
from ngram_twins import Gram, all_grams, invented, model

SEEDS = st.integers(0, 10_000)
SOME = settings(max_examples=60, deadline=None)


class Scanner:
    """Every question answered by looking at every n-gram."""

    def __init__(self, automaton: Automaton) -> None:
        self.grams = all_grams(automaton)
        self.words = automaton.lexicon.words
        self.contexts = sorted({gram[:-1] for gram in self.grams if len(gram) > 1})

    def followers(self, context: Gram) -> dict[int, float]:
        length = len(context) + 1
        return {
            self.words.index(gram[-1]): alpha
            for gram, alpha in self.grams.items()
            if len(gram) == length and gram[:-1] == context
        }


@pytest.fixture(scope="module", params=[True, False], ids=["exact", "packed"])
def automaton(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Automaton:
    path = tmp_path_factory.mktemp("model") / "m.ngram"
    return model(invented(80, seed=9), path, order=4, exact=request.param)


@pytest.fixture(scope="module")
def scanner(automaton: Automaton) -> Scanner:
    return Scanner(automaton)


@SOME
@given(seed=SEEDS)
def test_match_finds_every_known_end_of_a_context(automaton: Automaton, scanner: Scanner, seed: int) -> None:
    context = some_context(scanner, seed)
    matches = automaton.match(automaton.lexicon.ids(context))
    ends = [context[-k:] for k in range(1, len(context) + 1) if context[-k:] in scanner.contexts]
    assert [match.order for match in matches] == list(range(len(ends) + 1))
    for end, match in zip(ends, matches[1:], strict=True):
        assert match.last - match.first == len(scanner.followers(end))


@SOME
@given(seed=SEEDS, low=st.integers(0, 70), width=st.integers(0, 70), limit=st.integers(1, 6))
def test_top_alphas_and_sums_are_those_of_a_scan(
    automaton: Automaton, scanner: Scanner, seed: int, low: int, width: int, limit: int
) -> None:
    context = scanner.contexts[seed % len(scanner.contexts)]
    high = min(low + width, len(automaton.lexicon))
    low = min(low, high)
    match = automaton.match(automaton.lexicon.ids(context))[len(context)]
    inside = {id: alpha for id, alpha in scanner.followers(context).items() if low <= id < high}
    ids = automaton.top(match, low=low, high=high, limit=limit)
    best = sorted(inside.values(), reverse=True)[:limit]
    assert sorted((inside[id] for id in ids), reverse=True) == best
    assert automaton.alphas(match, ids) == [inside[id] for id in ids]
    summed = automaton.range_alpha(match, low=low, high=high)
    assert summed == pytest.approx(sum(inside.values()), abs=1e-5)


@SOME
@given(low=st.integers(0, 70), width=st.integers(0, 70), limit=st.integers(1, 9))
def test_without_a_context_the_same_holds(automaton: Automaton, low: int, width: int, limit: int) -> None:
    high = min(low + width, len(automaton.lexicon))
    low = min(low, high)
    [match] = automaton.match(np.zeros(0, np.uint32))
    alphas = automaton.levels[0].alpha(slice(None))[low:high].tolist()
    ids = automaton.top(match, low=low, high=high, limit=limit)
    assert sorted(automaton.alphas(match, ids)) == sorted(alphas)[-limit:]
    assert automaton.range_alpha(match, low=low, high=high) == pytest.approx(sum(alphas), abs=1e-5)


def test_words_outside_the_lexicon_have_no_alpha_and_no_context(automaton: Automaton) -> None:
    ids = [automaton.lexicon.id(word) for word in ("ka", "strange")]
    for match in automaton.match(automaton.lexicon.ids(["ka"])):
        assert automaton.alphas(match, ids)[1] == 0
    assert len(automaton.match(automaton.lexicon.ids(["strange"]))) == 1
    assert len(automaton.match(automaton.lexicon.ids(["strange", "ka"]))) == 2


def test_a_context_longer_than_the_model_is_cut(automaton: Automaton) -> None:
    context = automaton.lexicon.ids(["ka", "ke"] * 10)
    assert automaton.match(context) == automaton.match(context[-3:])


def test_log_prob_takes_strange_words_for_unknown_and_never_predicts_start(automaton: Automaton) -> None:
    assert log_prob(automaton, ["zzz"], "qqq") == log_prob(automaton, ["<unk>"], "<unk>")
    assert log_prob(automaton, [], START) == -math.inf


def some_context(scanner: Scanner, seed: int) -> Gram:
    """A context of the model, in half of all cases with its first word changed."""
    context = scanner.contexts[seed % len(scanner.contexts)]
    return context if seed % 2 else (nth(scanner.words, seed), *context[1:])


def nth(words: Sequence[str], at: int) -> str:
    return words[at % len(words)]
