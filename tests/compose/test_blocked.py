"""Blocked words and phrases: never shown, in no case of letters, behind no beginning; everything else stays."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foretype.compose.blocked import Blocked
from foretype.compose.composer import Composer
from foretype.compose.dials import Dials
from foretype.compose.gate import Gate
from foretype.compose.path import Path
from foretype.compose.place import Hypothesis
from foretype.compose.strengths import Strengths
from foretype.text.words import split_words
from small_world import Memories, letters, small_background

from .conftest import MakeComposer

TEXTS = sorted({letter.text for letter in letters()})[::5]
VOCABULARY = sorted({word for text in TEXTS for word in re.findall(r"\w+", text)})


def path(typed: str, text: str) -> Path:
    """The path that shows `text` after the letters `typed`."""
    found = tuple(Hypothesis(word, word.strip("⁀"), 0.5, {}) for word in split_words(typed + text))
    return Path(found, text, tuple(0.5 ** (at + 1) for at in range(len(found))))


@pytest.mark.parametrize(
    ("entry", "before", "typed", "text", "left"),
    [
        ("tomorrow", "see you ", "", "tomorrow at ten ", None),
        ("tomorrow", "see ", "", "you tomorrow at ten ", "you "),
        ("TOMORROW", "See You ", "tom", "orrow ", None),
        ("row", "see you ", "tom", "orrow ", "orrow "),  # whole words only
        ("straße", "in der ", "", "STRASSE ", None),
        ("kind regards", "Best and ", "", "kind regards, Ann", None),
        ("kind  regards", "With ", "kind", " regards", None),
        ("kind regards", "With kind ", "re", "gards, Ann", None),
        ("kind regards", "With kind\n", "", "regards", None),
        ("kind regards", "Most ", "", "kind words ", "kind words "),
        ("regards", "", "", "Kind regards, Ann", "Kind "),
        ("don't", "we ", "", "don’t know ", None),
        ("a b", "a b ", "", "c ", "c "),  # what stands before the caret is the writer's
        ("b c", "a b ", "", "c ", None),
        ("foo", "see ", "", "(foo) and ", None),
        ("foo", "", "", "see (foo) and ", "see "),
    ],
)
def test_a_path_is_cut_before_what_is_blocked(
    entry: str, before: str, typed: str, text: str, left: str | None
) -> None:
    found = Blocked([entry, "a b"]).without(path(typed, text), before=before + typed)
    assert (found.text if found else None) == left


def test_an_empty_list_blocks_nothing() -> None:
    shown = path("", "see you tomorrow ")
    assert Blocked(["", "  "]).without(shown, before="") is shown


def test_a_path_that_was_cut_is_as_sure_as_what_is_left() -> None:
    found = Blocked(["ten"]).without(path("", "see you at ten "), before="")
    assert found is not None
    assert (found.text, len(found.hypotheses), found.prob) == ("see you at ", 3, 0.125)


@given(st.lists(st.sampled_from(VOCABULARY), min_size=1, max_size=8), st.sampled_from(TEXTS), st.data())
def test_no_key_of_any_letter_shows_a_blocked_word(
    composer_of_letters: Composer, blocked: list[str], text: str, data: st.DataObject
) -> None:
    composer_of_letters.turn(Dials(blocked=tuple(word.upper() for word in blocked)))
    at = data.draw(st.integers(0, len(text)))
    for suggestion in composer_of_letters.suggest(text[:at], n=3).suggestions:
        typed_on = re.findall(r"\w+", (text[:at] + suggestion.text).casefold())
        completes = (
            text[:at][-1:].isalnum() and suggestion.text[:1].isalnum()
        )  # a word that stands is the writer's
        new = typed_on[len(re.findall(r"\w+", text[:at])) - completes :]
        assert not {word.casefold() for word in blocked} & set(new)


@pytest.fixture(scope="module")
def composer_of_letters(tmp_path_factory: pytest.TempPathFactory) -> Composer:
    background = small_background(tmp_path_factory.mktemp("blocked") / "background.ngram")
    talkative = Gate(wrong_look=0.0, right_look=0.0, min_prob=0.0)
    return Composer(background, store=Memories(background), strengths=Strengths(), gate=talkative)


def test_a_word_blocked_while_the_composer_answers_is_not_in_the_next_answer(
    make_composer: MakeComposer,
) -> None:
    composer = make_composer()
    assert composer.suggest("Thanks for se").suggestions[0].text.startswith("nding")
    composer.turn(Dials(blocked=("Sending",)))
    assert not any(
        each.text.startswith("nding") for each in composer.suggest("Thanks for se", n=3).suggestions
    )
    composer.turn(Dials())
    assert composer.suggest("Thanks for se").suggestions[0].text.startswith("nding")
