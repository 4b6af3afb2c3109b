"""A path: words that follow each other from the caret on, and its beginnings, any of which may be shown instead.

It does not know whether it is worth showing.
"""

from __future__ import annotations

from dataclasses import dataclass

from foretype.compose.place import Hypothesis
from foretype.text.words import is_opening, wants_space


@dataclass(frozen=True, slots=True)
class Path:
    """Words that follow each other from the caret on; `text` is what would be inserted."""

    hypotheses: tuple[Hypothesis, ...]
    text: str
    probs: tuple[float, ...]  # that the first 1, 2, ... words are right, by the blend
    belief: float | None = (
        None  # that all of it is, by whoever decided to show it; None: nobody asked further
    )

    @property
    def prob(self) -> float:
        return self.probs[-1]

    @property
    def confidences(self) -> tuple[float, ...]:
        """What is said to the writer of the first 1, 2, ... words: the blend's, bent to the belief in the whole."""
        if self.belief is None or not self.prob:
            return self.probs
        return tuple(min(prob / self.prob * self.belief, 1.0) for prob in self.probs)

    def beginnings(self) -> list[Path]:
        """The first 1, 2, ... words and marks, as far as they say something new; the last is the whole path.

        Each has the blank that the word behind it needs. None ends behind an opening bracket.
        """
        ends = self._ends()
        found = [
            self._up_to(num, ends)
            for num in range(1, len(self.hypotheses))
            if ends[num - 1] > 0 and not is_opening(self.hypotheses[num - 1].word)
        ]
        return [*found, self]

    def first(self, num_hypotheses: int) -> Path:
        """The path's beginning; all of it for as many as it has."""
        return self if num_hypotheses >= len(self.hypotheses) else self._up_to(num_hypotheses, self._ends())

    def _up_to(self, num: int, ends: list[int]) -> Path:
        before, following = self.hypotheses[num - 1 : num + 1]
        blank = " " if wants_space(following.word, before=before.word) else ""
        text = self.text[: ends[num - 1]] + blank if ends[num - 1] > 0 else ""
        return Path(self.hypotheses[:num], text, self.probs[:num])

    def _ends(self) -> list[int]:
        """Where each hypothesis ends in the text: at most 0 for one that was typed already."""
        end = len(self.text.rstrip())
        found = [end]
        for at in range(len(self.hypotheses) - 1, 0, -1):
            following = self.hypotheses[at]
            end -= len(following.shown) + wants_space(following.word, before=self.hypotheses[at - 1].word)
            found.append(end)
        return found[::-1]
