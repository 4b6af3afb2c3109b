"""What the language model says of words is what its tokens say, looked up one by one."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from foretype.compose.lm_voice import LEFT_FOR_OTHERS, LmVoice, TokenTable
from scripted_lm import VOCABULARY, ScriptedLm, log_probs_after

LM = ScriptedLm()
TABLE = TokenTable(LM)
LOG_PROBS = log_probs_after([5, 6, 7, 8])
PROBS = np.exp(LOG_PROBS.astype(float))
VOICE = LmVoice(LOG_PROBS, TABLE)

letters = st.text(alphabet="threpoTnadéß🙂", max_size=5)


@given(letters, st.booleans())
def test_a_mass_is_that_of_the_tokens_that_agree(typed: str, space: bool) -> None:
    prefix = ((" " if space else "") + typed).encode()
    longer = [id for id, token in enumerate(VOCABULARY) if token.startswith(prefix)]
    wanted = PROBS[longer].sum()
    if typed:
        least = 2 if space else 1
        begun = [id for id, token in enumerate(VOCABULARY) if least <= len(token) < len(prefix)]
        shorter = [id for id in begun if prefix.startswith(VOCABULARY[id])]
        wanted += PROBS[shorter].sum() * math.exp(-len(typed))
    assert VOICE.mass(typed, space=space) == pytest.approx(wanted, rel=1e-4)


def test_nothing_typed_leaves_everything_open() -> None:
    assert VOICE.mass("", space=False) == pytest.approx(1)
    assert 0 < VOICE.mass("", space=True) < 1


@given(letters, st.booleans(), st.integers(1, 12))
def test_top_words_are_those_of_the_likeliest_tokens(typed: str, space: bool, limit: int) -> None:
    prefix = ((" " if space else "") + typed).encode()
    agreeing = [id for id, token in enumerate(VOCABULARY) if token.startswith(prefix)]
    likeliest = sorted(agreeing, key=lambda id: -PROBS[id])[:limit]
    texts = {VOCABULARY[id].decode("utf-8", "ignore").strip() for id in likeliest} - {""}
    assert set(VOICE.top_words(typed, space=space, limit=limit)) == texts


def test_a_word_of_one_token_has_its_probability() -> None:
    [prob] = VOICE.probs(["report"], [0.5], space=[True])
    assert prob == pytest.approx(PROBS[VOCABULARY.index(b" report")], rel=1e-5)


def test_words_of_a_common_first_token_share_it_as_the_counts_would() -> None:
    words, counted = ["reading", "reason", "the"], [0.3, 0.1, 0.2]
    found = VOICE.probs(words, counted, space=[True, True, True])
    shared = PROBS[VOCABULARY.index(b" re")] * (1 - LEFT_FOR_OTHERS)
    assert found[:2] == pytest.approx([shared * 0.75, shared * 0.25], rel=1e-5)
    assert found[2] == pytest.approx(PROBS[VOCABULARY.index(b" the")], rel=1e-5)


@given(st.lists(letters.filter(bool), min_size=1, max_size=6, unique=True))
def test_words_that_start_alike_are_together_no_likelier_than_their_first_token(words: list[str]) -> None:
    found = VOICE.probs(words, [1.0] * len(words), space=[False] * len(words))
    firsts = {TABLE.encode(word)[0] for word in words}
    assert sum(found) <= sum(PROBS[id] for id in firsts) * 2 + 1e-6  # a whole word and what it begins
