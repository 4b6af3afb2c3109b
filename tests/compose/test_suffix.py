"""Text after the caret is respected."""

from __future__ import annotations

import pytest

from foretype.compose.composer import Composer
from foretype.compose.path import Path
from foretype.compose.place import Hypothesis
from foretype.compose.request import Silence
from foretype.compose.suffix import without_suffix
from foretype.text.words import split_words
from small_world import letters

TEXTS = sorted({letter.text for letter in letters()})[::8]


def path(typed: str, text: str) -> Path:
    """The path that shows `text` after the letters `typed`."""
    words = split_words(typed + text)
    found = tuple(Hypothesis(word, word.strip("⁀"), 0.5, {}) for word in words)
    return Path(found, text, tuple(0.5 ** (at + 1) for at in range(len(found))))


@pytest.mark.parametrize(
    ("typed", "text", "suffix", "left"),
    [
        ("see you", " tomorrow at ten ", "", " tomorrow at ten "),
        ("", "see you tomorrow at ten ", " tomorrow at ten", "see you"),
        ("", "see you tomorrow at ten ", "\nTomorrow", "see you"),
        ("", "tomorrow ", " tomorrow", None),
        ("tom", "orrow ", " tomorrow", None),
        ("tha", "t ", " tomorrow works", "t"),  # "t" is no word that follows
        ("rep", "ort. ", ". Thanks", "ort"),
        ("rep", "ort ", ". Thanks", "ort"),
        ("rep", "ort ", " and", "ort"),
        ("rep", "ort ", "(draft)", "ort "),
        ("rep", "ort for ", "\n\nBest regards", "ort for"),
        ("report", ", and then ", ", and then", None),
        ("", " ", "", None),
    ],
)
def test_nothing_is_said_twice(typed: str, text: str, suffix: str, left: str | None) -> None:
    found = without_suffix(path(typed, text), suffix)
    assert (found.text if found else None) == left


def test_a_path_that_was_cut_is_as_sure_as_what_is_left() -> None:
    found = without_suffix(path("", "see you tomorrow at ten "), " tomorrow at ten")
    assert found is not None
    assert (len(found.hypotheses), found.prob) == (2, 0.25)


@pytest.mark.parametrize("text", TEXTS)
def test_what_follows_is_not_suggested_again(composer: Composer, text: str) -> None:
    for at in range(len(text)):
        before, after = text[:at], text[at:]
        for suggestion in composer.suggest(before, suffix=after, n=2).suggestions:
            joined = split_words(before + suggestion.text + after)
            at_seam = len(split_words(before + suggestion.text))
            assert joined[at_seam : at_seam + 1] != joined[at_seam - 1 : at_seam]
            assert not (suggestion.text[-1:].isspace() and after[:1].isspace())


def test_a_letter_behind_the_caret_means_inside_a_word(composer: Composer) -> None:
    for suffix in ("nding", "1", "é"):
        answer = composer.suggest("Thanks for se", suffix=suffix)
        assert (answer.suggestions, answer.silence) == ((), Silence.INSIDE_WORD)


def test_a_word_before_other_text_is_completed_without_a_blank(composer: Composer) -> None:
    assert composer.suggest("Thanks for sen", suffix=" the report").suggestions[0].text == "ding"
