"""Smoothing is what the textbook says, sums to one, and pruning leaves nothing hanging."""

from __future__ import annotations

import math
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from foretype.ngram.arpa import log_prob
from foretype.ngram.automaton import Automaton
from foretype.ngram.counts import NO_NODE
from foretype.ngram.level import STEP
from foretype.ngram.smoothing import discounts, estimate, prune
from foretype.text.words import START
from ngram_twins import Counts, KneserNey, all_grams, counted, discounts_by_hand, invented, letters_of, model

TEXTS = st.lists(st.lists(st.sampled_from("abcdefg"), max_size=12).map(" ".join), min_size=1, max_size=12)
SOME = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@SOME
@given(TEXTS, st.integers(2, 4))
def test_probabilities_are_those_of_the_textbook(tmp_path: Path, texts: list[str], order: int) -> None:
    automaton = model(letters_of(texts), tmp_path / "m.ngram", order=order)
    words = automaton.lexicon.words
    twin = KneserNey(texts, order=order, words=len(words) - 1)
    contexts = {(), (START,), ("a",), (START, "a"), ("b", "a"), ("c", "b", "a")}
    for context in (each[-(order - 1) :] if each else each for each in contexts):
        for word in set(words) - {START}:
            expected = twin.prob(context, word)
            assert math.exp(log_prob(automaton, context, word)) == pytest.approx(expected, rel=1e-4, abs=1e-7)


def test_discounts_of_a_worked_example() -> None:
    """n1..n4 = 5, 2, 1, 1: Y = 5/9, D1 = 1 - 2Y*2/5 = 5/9, D2 = 2 - 3Y*1/2 = 7/6, D3 = 3 - 4Y*1/1 = 7/9."""
    assert discounts([5, 2, 1, 1]) == pytest.approx((5 / 9, 7 / 6, 7 / 9))
    counts: Counts = {(str(at),): count for at, count in enumerate([1, 1, 1, 1, 1, 2, 2, 3, 4])}
    assert discounts_by_hand(counts) == pytest.approx((5 / 9, 7 / 6, 7 / 9))


def test_degenerate_counts_of_counts_fall_back() -> None:
    assert discounts([3, 0, 0, 0]) == discounts([1, 9, 9, 0]) == (0.5, 1.0, 1.5)


def test_every_exact_distribution_sums_to_one(tmp_path: Path) -> None:
    automaton = model(invented(120, seed=1), tmp_path / "m.ngram", order=4)
    assert worst_sum(automaton) < 1e-4


def test_packed_distributions_sum_to_one_within_the_stated_bound(tmp_path: Path) -> None:
    """Half a STEP for each order that takes part; what is off at one order is damped by gamma at the next."""
    automaton = model(invented(120, seed=1), tmp_path / "m.ngram", order=4, exact=False)
    assert worst_sum(automaton) < math.exp(STEP / 2 * automaton.order) - 1


@pytest.mark.parametrize("min_gain", [0.5, 2.0, 8.0])
def test_pruned_distributions_sum_to_one(tmp_path: Path, min_gain: float) -> None:
    automaton = model(invented(120, seed=2), tmp_path / "m.ngram", order=4, min_gain=min_gain)
    assert worst_sum(automaton) < 1e-4


@pytest.mark.parametrize("min_gain", [0.5, 2.0, 8.0])
def test_pruning_keeps_prefix_and_suffix_of_every_kept_ngram(tmp_path: Path, min_gain: float) -> None:
    whole = model(invented(120, seed=3), tmp_path / "whole.ngram", order=4)
    automaton = model(invented(120, seed=3), tmp_path / "m.ngram", order=4, min_gain=min_gain)
    grams = set(all_grams(automaton))
    assert grams < set(all_grams(whole))
    assert all({gram[1:], gram[:-1]} <= grams for gram in grams if len(gram) > 1)


def test_suffix_places_still_name_the_suffix_after_pruning() -> None:
    _, tables = counted(invented(120, seed=4), order=4)
    pruned = prune(tables, min_gain=1.0)
    assert [len(table) for table in pruned] < [len(table) for table in tables]
    for below, table in pairwise(pruned):
        assert (table.suffixes != NO_NODE).all()
        assert (below.words[table.suffixes] == table.words).all()


def test_pruning_takes_what_tells_least() -> None:
    """A pair that the single word predicts as well goes before one that only its context predicts."""
    texts = ["x b", "y b", "z b", "b b", "q a", "q a", "q a", "q a", "c b", "d b"]
    corpus, tables = counted(letters_of(texts), order=2)
    kept = prune(tables, min_gain=1.0)[1]
    pairs = {(int(p), int(w)) for p, w in zip(kept.prefixes, kept.words, strict=True)}
    id_of = corpus.lexicon.id
    assert (id_of("q"), id_of("a")) in pairs
    assert (id_of("x"), id_of("b")) not in pairs


def test_nothing_is_pruned_at_no_price() -> None:
    _, tables = counted(invented(60, seed=5), order=3)
    estimates = estimate(tables)
    assert [len(table) for table in prune(tables, min_gain=-math.inf)] == [
        len(found.alphas) for found in estimates
    ]


def worst_sum(automaton: Automaton) -> float:
    """How far the probabilities after any known context are from one."""
    contexts = {gram[:-1] for gram in all_grams(automaton)}
    ids = range(len(automaton.lexicon))
    start = automaton.lexicon.id(START)
    worst = 0.0
    for context in contexts:
        probs = np.full(len(ids), 1 / (len(ids) - 1))
        probs[start] = 0.0
        for match in automaton.match(automaton.lexicon.ids(context)):
            probs = np.array(automaton.alphas(match, ids)) + match.gamma * probs
        worst = max(worst, abs(float(probs.sum()) - 1))
    return worst
