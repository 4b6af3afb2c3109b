"""Capitals: folded only where a sentence begins, and never in a way that loses a letter."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from foretype.text.casing import fold_words, lower_first, upper_first
from foretype.text.words import split_words


@given(st.text(min_size=1, max_size=6))
def test_changing_the_first_letter_keeps_the_length(word: str) -> None:
    assert len(upper_first(word)) == len(word)
    assert len(lower_first(word) or word) == len(word)


@given(st.text(alphabet="abcdefé'-", min_size=2, max_size=8).filter(lambda word: word[0].isalpha()))
def test_a_raised_word_is_lowered_to_itself(word: str) -> None:
    assert lower_first(upper_first(word)) == word


def test_abbreviations_and_i_keep_their_capitals() -> None:
    assert [lower_first(word) for word in ("NASA", "I", "I'm", "İx", "ok", "")] == [
        None,
        None,
        "i'm",
        None,
        None,
        None,
    ]


def test_only_words_that_begin_a_sentence_are_folded() -> None:
    words = split_words("The End. The Who? In The\nThe ⁀ (The")
    folded = fold_words(words, is_lower={"the", "in"}.__contains__)
    assert [word for word in folded if word.lower() == "the"] == ["the", "the", "The", "the", "The"]


def test_words_unknown_in_small_letters_keep_their_capital() -> None:
    assert fold_words(["Susan", "called"], is_lower={"called"}.__contains__) == ["Susan", "called"]
