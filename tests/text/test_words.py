"""Cutting and joining: nothing typed is lost, nothing typed breaks it, and the caret reads what the whole text reads."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from foretype.text.words import (
    ENTITIES,
    LINE,
    PARAGRAPH,
    bare,
    ends_sentence,
    is_break,
    is_closing,
    is_opening,
    is_word,
    join_words,
    read_caret,
    split_words,
)

ODD = "⁀\x00\u200b\u200d\u200e\u202e\ud800\udfff\U0010ffff🙂👩‍👩‍👧שלוםİß\u2028\x85\x1c\t\r\n \u00a0"
TEXTS = st.text(
    alphabet=st.one_of(st.sampled_from("ab.,!?()\"'*_-<> \n"), st.sampled_from(ODD), st.characters())
)
LINES = [
    "Hi Susan,",
    "",
    'Thanks for "the report" (draft 2). It isn\'t done -- or is it?!',
    "  - call me at 10:30, or write to bob@example.com, please.",
    "* see https://example.com/a?b=c, or (www.example.org)...",
    "He said: “¿Qué tal?” … and left; $20 – 50% off :-) *really*",
    "שלום, עולם! 👩‍👩‍👧 naïve — l'été. 1234567, and (713) 555-0100.",
    "<email>, <url> (<phone>) [<name>'s] <num>th <address>.",
]
TEXT = "\n".join(LINES)


def normal(text: str) -> str:
    """The text with runs of blanks made one, and breaks as they are kept."""
    text = re.sub(r"\s*\n\s*", lambda found: "\n\n" if found[0].count("\n") > 1 else "\n", text)
    return "\n".join(" ".join(line.split()) for line in text.split("\n")).lstrip("\n")


@settings(max_examples=400, deadline=None)
@given(TEXTS)
@example("( a ) ' \" b")
@example("((a))..b!!!!")
@example("\n\n a\n \t\n b \n")
def test_joining_gives_the_text_back_but_for_runs_of_blanks(text: str) -> None:
    words = split_words(text)
    if not ENTITIES & set(words):
        assert join_words(words) == normal(text)


@settings(max_examples=200, deadline=None)
@given(TEXTS)
def test_every_token_is_of_one_kind_and_has_characters(text: str) -> None:
    for word in split_words(text):
        kinds = [is_break(word), is_closing(word), is_opening(word), is_word(word), word in ENTITIES]
        assert sum(kinds) == 1
        assert bare(word) and (not is_break(word) or word in (LINE, PARAGRAPH))
        assert isinstance(ends_sentence(word), bool)


@settings(max_examples=300, deadline=None)
@given(TEXTS)
def test_a_caret_splits_any_text_without_loss(text: str) -> None:
    caret = read_caret(text)
    words = [*caret.words, caret.typed] if caret.typed else [*caret.words]
    if not ENTITIES & set(words):
        assert join_words(words) == normal(text)


def test_settled_words_are_those_of_the_whole_text_at_every_cut() -> None:
    for cut in range(len(TEXT) + 1):
        text = TEXT[:cut]
        caret = read_caret(text)
        settled = split_words(text if text[-1:].isspace() else without_last_piece(text))
        assert list(caret.words[: len(settled)]) == settled
        if caret.space_due:
            assert list(caret.words) == split_words(text)
        if caret.typed:
            assert all(is_opening(word) for word in caret.words[len(settled) :] if not is_break(word))


def without_last_piece(text: str) -> str:
    return text[: len(text) - len(text.split()[-1])] if text else ""


@pytest.mark.parametrize("line", LINES)
def test_a_settled_line_reads_as_split_words_reads_it(line: str) -> None:
    caret = read_caret(line + " ")
    assert list(caret.words) == split_words(line) and caret.typed == ""


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("⁀", ["<num>"]),
        ("a⁀, b", ["<num>", "b"]),
        ("mail bob@example.com, now", ["mail", "<email>", "⁀,", "now"]),
        ("(<phone>)", ["(⁀", "<phone>", "⁀)"]),
        ("<name>'s x", ["<name>", "x"]),
        ("<date>.", ["<num>", "⁀."]),
        ("( a", ["(", "a"]),
        ("😀😀 ok", ["😀😀", "ok"]),
        ("1234 12345", ["1234", "<num>"]),
    ],
)
def test_cuts_that_went_wrong_once(text: str, words: list[str]) -> None:
    assert split_words(text) == words


@pytest.mark.parametrize(
    ("text", "words", "typed"),
    [
        ("mail bob@example.com,", ("mail", "<email>", "⁀,"), ""),
        ("mail bob@example.com", ("mail",), "bob@example.com"),
        ("call <phone>", ("call", "<phone>"), ""),
        ("a (", ("a", "(⁀"), ""),
        ('a ("dra', ("a", "(⁀", '"⁀'), "dra"),
        ("a⁀", ("<num>",), ""),
        ("\ud83d", (), "\ud83d"),
    ],
)
def test_carets_that_went_wrong_once(text: str, words: tuple[str, ...], typed: str) -> None:
    caret = read_caret(text)
    assert (caret.words, caret.typed) == (words, typed)


@pytest.mark.parametrize(
    "piece", ["word ", "a, ", " ", ",", "(", "<", "⁀", "a,", "<email>", "12 ", "\n ", "-", "🙂", "\x00", "x"]
)
def test_an_endless_line_is_cut_without_quadratic_work(piece: str) -> None:
    """Half a million characters: a quadratic pattern would not come back for minutes."""
    text = piece * (500_000 // len(piece)) + "a"
    assert sum(len(bare(word)) for word in split_words(text)) <= len(text)
    assert len(read_caret(text).words) <= 4_000
