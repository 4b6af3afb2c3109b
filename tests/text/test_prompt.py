"""What a language model reads: context between markers, and the last part of long fields."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from foretype.text.prompt import (
    MAX_PREVIOUS_CHARS,
    MAX_TEXT_CHARS,
    Markers,
    context_tokens,
    context_words,
    find_markers,
    previous_end,
    recent,
    text_tokens,
)

NAMES = ("start", "email", "chat", "note", "previous", "subject", "text", "end")
MARKERS = Markers(*range(1000, 1008))


def letters(text: str) -> list[int]:
    return list(text.encode())


def test_fields_stand_behind_their_markers_in_order() -> None:
    found = context_tokens(letters, MARKERS, kind="email", previous=" ab\n", subject=" c ")
    assert found == [1000, 1001, 1004, *b"ab", 1005, *b"c", 1006]


def test_fields_that_are_empty_have_no_marker() -> None:
    assert context_tokens(letters, MARKERS, kind="chat", previous="\n ", subject="") == [1000, 1002, 1006]


def test_an_unknown_kind_reads_as_a_note() -> None:
    assert context_tokens(letters, MARKERS, kind="fax")[1] == MARKERS.note


@given(st.text(alphabet="abc ", max_size=400), st.text(alphabet="abc ", max_size=200))
def test_models_of_both_sorts_read_the_same_fields(previous: str, subject: str) -> None:
    tokens = context_tokens(letters, MARKERS, kind="note", previous=previous, subject=subject)
    words = context_words(previous=previous, subject=subject)
    spoken = bytes(token for token in tokens if token < 1000).decode()
    assert spoken == words.replace("Subject: ", "").replace("\n\n", "")


@given(st.text(max_size=2 * MAX_PREVIOUS_CHARS))
def test_of_what_is_answered_the_end_is_read(previous: str) -> None:
    assert len(previous_end(previous)) <= MAX_PREVIOUS_CHARS
    assert previous.strip().endswith(previous_end(previous))


def test_one_endless_word_is_cut_too() -> None:
    assert len(previous_end("x" * 5000)) == MAX_PREVIOUS_CHARS


@given(st.integers(0, 5 * MAX_TEXT_CHARS), st.sampled_from(["word and ", "endless"]))
def test_of_a_long_text_the_end_is_read(num_chars: int, words: str) -> None:
    text = (words * MAX_TEXT_CHARS)[:num_chars]
    assert text.endswith(recent(text)) and len(recent(text)) <= 2 * MAX_TEXT_CHARS


def test_most_keys_of_a_long_text_keep_its_beginning() -> None:
    text = "word and " * MAX_TEXT_CHARS
    starts = {len(text[:end]) - len(recent(text[:end])) for end in range(6000, 9000)}
    assert len(starts) <= 3


@given(st.text(alphabet="aA \n", max_size=12))
def test_a_text_that_goes_on_has_the_bytes_that_it_shows(text: str) -> None:
    assert bytes(text_tokens(letters, text)).decode() == text


def test_markers_are_found_only_all_together() -> None:
    ids = {f"<|{name}|>": at for at, name in enumerate(NAMES)}
    assert find_markers(ids) == Markers(*range(8))
    assert find_markers({name: at for name, at in ids.items() if name != "<|end|>"}) is None
