"""A path as a suggestion: its text, how sure it is up to each word, and who proposed each.

It does not know how the path was found, nor why it was chosen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from foretype.compose.path import Path
from foretype.compose.place import Hypothesis
from foretype.compose.request import NOTHING, Suggestion
from foretype.text.words import wants_space


def suggestion_of(path: Path) -> Suggestion:
    """What is shown of a path, with confidence and sources of the whole and of each word of its text."""
    num_words = len(path.text.split())
    words = _whole_words(path.hypotheses)[-num_words:]  # without a first word that was typed already
    return Suggestion(
        text=path.text,
        confidence=path.confidences[-1],
        words=num_words,
        sources=_mean([hypothesis.sources for hypothesis in path.hypotheses]),
        word_confidences=tuple(path.confidences[last] for _, last in words),
        word_sources=tuple(
            _mean([hypothesis.sources for hypothesis in path.hypotheses[first : last + 1]])
            for first, last in words
        ),
    )


def _whole_words(hypotheses: Sequence[Hypothesis]) -> list[tuple[int, int]]:
    """First and last hypothesis of each word as it is read: marks belong to the word they stick to."""
    words: list[tuple[int, int]] = []
    for at, hypothesis in enumerate(hypotheses):
        begins = at == 0 or wants_space(hypothesis.word, before=hypotheses[at - 1].word)
        words[-1:] = [*words[-1:], (at, at)] if begins else [(words[-1][0], at)]
    return words


def _mean(sources: Sequence[Mapping[str, float]]) -> Mapping[str, float]:
    names = dict.fromkeys(name for each in sources for name in each)
    return {name: sum(each.get(name, 0.0) for each in sources) / len(sources) for name in names} or NOTHING
