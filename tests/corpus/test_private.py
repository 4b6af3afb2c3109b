"""Who is held out, and what a shared model may not carry."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from foretype.corpus.documents import Document
from foretype.corpus.masks import MIN_NUMBER_DIGITS, digits_of, mask_of, spread_numbers
from foretype.corpus.names import names_in
from foretype.corpus.splits import is_valid, train_part, valid_part


@given(st.lists(st.text(max_size=5), max_size=40))
def test_each_holder_is_on_one_side_only(holders: list[str]) -> None:
    documents = [Document(holder=holder, text="x") for holder in holders]
    train = {document.holder for document in train_part(documents)}
    valid = {document.holder for document in valid_part(documents)}
    assert not train & valid and train | valid == set(holders)


def test_about_one_holder_in_forty_is_held_out() -> None:
    assert 200 < sum(is_valid(f"author-{at}") for at in range(10_000)) < 300


def test_names_come_out_of_addresses_of_three_shapes() -> None:
    names = names_in(
        ["jane.doe@x.org", "Jane.M.Roe@x.org", "jane.poe@x.org", "smith-j", "r:ann-e-lee", "bob@x.org"]
    )
    assert not names_in([f"acme.{word}@acme.com" for word in ("north", "corp", "news")]).family
    assert names.family == {"doe", "roe", "poe", "smith", "lee"}
    assert names.given == {"jane"}


@pytest.mark.parametrize(
    "word",
    ["enron.com", "Amazon.com", "cran.r-project.org", "wiki.ubuntu.com/Help", "OO.org's", "www", "bbc.co.uk"],
)
def test_hosts_are_masked(word: str) -> None:
    assert mask_of(word) == "<url>"


@pytest.mark.parametrize("word", ["@enron", "@enron.com", "jane@", "org<mailto:r-help"])
def test_parts_of_addresses_are_masked(word: str) -> None:
    assert mask_of(word) == "<email>"


@pytest.mark.parametrize(
    "word", ["e.g", "a.m", "is.na", "data.frame", "U.S", "@", "10:30", "<email>", "x.y.z", "o'clock"]
)
def test_ordinary_words_with_dots_are_kept(word: str) -> None:
    assert mask_of(word) is None


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("+44 20 7946 0000 now", "+44 20 7946 0000"),
        ("call (⁀ 713 ⁀) 555 0100 .", "713 555 0100"),
        ("+44 <num>", "+44 <num>"),
        ("in 1999 ⁀, 2000 ⁀, 2001", ""),
        ("at 10:30 2001", ""),
        ("10 20 30", ""),
    ],
)
def test_numbers_in_groups_are_found(text: str, masked: str) -> None:
    words = text.split()
    places = spread_numbers(np.array([digits_of(word) for word in words]))
    assert " ".join(words[at] for at in places) == masked


@given(st.lists(st.integers(-1, 5), max_size=30))
def test_no_group_of_numbers_with_too_many_digits_is_left(digits: list[int]) -> None:
    left = np.array(digits, np.int64)
    left[spread_numbers(left)] = 0
    run = 0
    for count in left.tolist():
        run = run + max(count, 0) if count else 0
        assert run < MIN_NUMBER_DIGITS
