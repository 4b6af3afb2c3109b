"""Text to tokens and tokens to bytes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

import tiny_llama
from foretype.errors import ModelError
from foretype.runtime.vocabulary import Vocabulary

SIZE = len(tiny_llama.vocabulary())
VOCABULARY = Vocabulary(tiny_llama.tokenizer_json(), num_tokens=SIZE, where="test")


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_the_bytes_of_an_encoded_text_are_the_text(text: str) -> None:
    assert b"".join(VOCABULARY.token_bytes[token] for token in VOCABULARY.encode(text)) == text.encode()


def test_a_lone_surrogate_becomes_the_replacement_character() -> None:
    assert VOCABULARY.encode("a\ud83db") == VOCABULARY.encode("a\ufffdb")


def test_a_surrogate_pair_becomes_its_character() -> None:
    assert VOCABULARY.encode("\ud83d\ude42") == VOCABULARY.encode("🙂")


def test_control_tokens_have_no_bytes_and_are_never_made_from_text() -> None:
    assert VOCABULARY.token_bytes[0] == b""
    assert 0 not in VOCABULARY.encode("<|endoftext|>")


def test_a_tokenizer_larger_than_the_model_is_refused() -> None:
    with pytest.raises(ModelError, match="do not fit"):
        Vocabulary(tiny_llama.tokenizer_json(), num_tokens=SIZE - 1, where="test")


def test_a_file_that_is_no_tokenizer_is_refused() -> None:
    with pytest.raises(ModelError, match="cannot be read"):
        Vocabulary(b"{}", num_tokens=SIZE, where="test")
