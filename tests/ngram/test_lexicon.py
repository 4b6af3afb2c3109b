"""Prefix ranges are what `startswith` says; ids never mix up known and strange words."""

from __future__ import annotations

import sys

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from foretype.ngram.lexicon import STRANGE, Lexicon

LAST = chr(sys.maxunicode)
LETTERS = st.text(alphabet=["a", "b", "é", "\ud7ff", "\ud800", "\ufffd", "🙂", LAST], max_size=4)


@given(st.lists(LETTERS, max_size=20), LETTERS)
@example(["a" + LAST, "b"], "a" + LAST)
@example([LAST, LAST + LAST], LAST)
@example(["\ud7ff", "\ud800"], "\ud7ff")
@example([], "")
def test_a_prefix_range_holds_the_words_that_begin_so(words: list[str], prefix: str) -> None:
    lexicon = Lexicon(words)
    low, high = lexicon.prefix_range(prefix)
    assert list(lexicon.words[low:high]) == [word for word in sorted(set(words)) if word.startswith(prefix)]


@pytest.mark.parametrize("word", ["", "\ud800", "🙂", "\x00", "x" * 10_000])
def test_strange_ids_are_outside_the_vocabulary_and_stable(word: str) -> None:
    lexicon = Lexicon(["a", "b"])
    assert lexicon.id(word) >= STRANGE
    assert lexicon.id(word) == Lexicon(["c"]).id(word)
    assert lexicon.word(lexicon.id(word)) is None
