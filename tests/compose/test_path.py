"""A path's beginnings are what could be shown instead of it."""

from __future__ import annotations

from hypothesis import given

from foretype.compose.path import Path
from foretype.compose.place import Hypothesis
from situations import grown, paths


def words(*shown: str) -> tuple[Hypothesis, ...]:
    return tuple(Hypothesis(word, word.replace("⁀", ""), 0.5, {}) for word in shown)


def test_a_beginning_has_the_blank_that_the_next_word_needs() -> None:
    path = grown(words("report", "for", "May", "⁀,", "please"), num_typed=3, blank=True)
    assert path.text == "ort for May, please "
    texts = [each.text for each in path.beginnings()]
    assert texts == ["ort ", "ort for ", "ort for May", "ort for May, ", "ort for May, please "]


def test_a_word_typed_in_full_begins_no_path_of_its_own() -> None:
    path = grown(words("report", "for", "May"), num_typed=6)
    assert [each.text for each in path.beginnings()] == [" for ", " for May"]


def test_no_beginning_ends_behind_an_opening_bracket() -> None:
    path = grown(words("see", "(⁀", "draft", "⁀)"))
    assert [each.text for each in path.beginnings()] == ["see ", "see (draft", "see (draft)"]


@given(paths())
def test_beginnings_grow_into_the_path(path: Path) -> None:
    found = path.beginnings()
    assert found[-1] == path
    for each in found:
        assert path.text.startswith(each.text.rstrip())
        assert each.probs == path.probs[: len(each.hypotheses)]
        assert each == path.first(len(each.hypotheses))
    sizes = [len(each.text) for each in found]
    assert sizes == sorted(sizes)
