"""Counting tokens and words by hand gives what the study says."""

from __future__ import annotations

import pytest
from tokenizers import Tokenizer, models, pre_tokenizers

from foretype.errors import InputError
from foretype.evals.vocabulary_study import study


def letters_and(*words: str) -> Tokenizer:
    """A tokenizer of single letters that has each of `words` whole behind a blank."""
    pieces = {letter: id for id, letter in enumerate(pre_tokenizers.ByteLevel.alphabet())}
    merges: list[tuple[str, str]] = []
    for word in words:
        whole = "Ġ"
        for letter in word:
            merges.append((whole, letter))
            whole += letter
            pieces.setdefault(whole, len(pieces))
    tokenizer = Tokenizer(models.BPE(pieces, merges))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    return tokenizer


def test_whole_words_and_tokens_are_counted_as_they_run() -> None:
    ticks = iter([0.0, 2.0])
    found = study(letters_and("me"), ["call me me"], clock=lambda: next(ticks))
    assert found.whole_words == pytest.approx(2 / 3)
    assert found.tokens_per_word == pytest.approx((4 + 1 + 1) / 3)
    assert found.chars_per_second == pytest.approx(len("call me me") / 2)


def test_texts_without_words_are_refused() -> None:
    with pytest.raises(InputError, match="no word"):
        study(letters_and("me"), [""])
