"""The model in the package: small, whole, and without anything that leads to a person."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from importlib.resources import files
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from foretype.__main__ import main
from foretype.corpus.masks import MIN_NUMBER_DIGITS, digits_of, mask_of
from foretype.ngram.arrays import read_arrays
from foretype.ngram.automaton import Automaton, open_automaton
from foretype.text.words import END, ENTITIES, LINE, PARAGRAPH, START, TIE, split_words

MAX_BYTES = 12_000_000
PATH = Path(str(files("foretype") / "data" / "background.ngram"))
WITH_AT = re.compile(r"\w@|@\w")
LINK = re.compile(r"://|^www(?:\.|$)|\w\.(?:com|org|net|edu|gov)\b", re.IGNORECASE)


@pytest.fixture(scope="module")
def automaton() -> Automaton:
    return open_automaton(PATH)


def test_it_is_whole_and_at_most_twelve_megabytes() -> None:
    read_arrays(PATH, kind="background", check=True)
    assert PATH.stat().st_size <= MAX_BYTES


def test_its_card_says_what_it_was_built_from(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["background", "info", str(PATH)]) == 0
    card = json.loads(capsys.readouterr().out)
    assert card["min_holders"] == 3 and card["holders"] > 10_000
    assert all("train" in name or name in ("lists.jsonl.xz", "chat-en.jsonl.xz") for name in card["corpora"])
    assert card["bytes"] == PATH.stat().st_size


def test_it_holds_no_address_and_no_link(automaton: Automaton) -> None:
    words = automaton.lexicon.words
    assert not [word for word in words if WITH_AT.search(word) or LINK.search(word) or mask_of(word)]


def test_it_holds_no_long_number(automaton: Automaton) -> None:
    assert not [word for word in automaton.lexicon.words if re.search(r"\d{5}", word)]
    assert not [word for word in automaton.lexicon.words if sum(map(str.isdigit, word)) > 4]


def test_it_holds_no_telephone_number_in_groups(automaton: Automaton) -> None:
    words = automaton.lexicon.words
    digits = np.array([0 if word in ENTITIES else digits_of(word) for word in words])
    for grams in grams_by_order(automaton):
        run = np.zeros(len(grams), np.int64)
        for column in grams.T:
            run = np.where(digits[column] != 0, run + np.maximum(digits[column], 0), 0)
            longest = int(run.argmax())
            assert run[longest] < MIN_NUMBER_DIGITS, [words[id] for id in grams[longest]]


def test_every_word_is_one_that_typing_gives(automaton: Automaton) -> None:
    special = {START, END, "<unk>", LINE, PARAGRAPH, *ENTITIES}
    for word in set(automaton.lexicon.words) - special:
        assert word.isprintable() and TIE not in word.strip(TIE)
        assert word in split_words(f"x{word[1:]}" if word[0] == TIE else word.replace(TIE, "x"))


def grams_by_order(automaton: Automaton) -> Iterator[NDArray[np.int64]]:
    """Word ids of all n-grams. Shape (n-grams, order) for each order."""
    grams = np.arange(len(automaton.lexicon))[:, None]
    yield grams
    for level, longer in pairwise(automaton.levels):
        grams = np.hstack(
            [np.repeat(grams[level.contexts], level.num_children, axis=0), longer.words[:, None]]
        )
        yield grams
