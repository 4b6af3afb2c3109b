"""What is counted of answers and of their ends: a handful of numbers and two labels, never a word.

It does not know who asked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from foretype.compose.outcomes import Ended
from foretype.compose.request import Answer, Context, OutcomeKind, Suggestion
from foretype.monitor.labels import locale_label
from foretype.monitor.psi import Edges

TAKEN = (OutcomeKind.ACCEPTED, OutcomeKind.PARTLY)
RIGHT = (OutcomeKind.ACCEPTED, OutcomeKind.TYPED)  # the writer wanted just that, and took it or wrote it

_TENTHS = tuple(tenth / 10 for tenth in range(1, 10))
FEATURES = Edges(
    ("confidence", "characters", "words", "elapsed_ms", "lm_steps", "lm_share", "user_share"),
    (
        _TENTHS,
        (2.0, 4.0, 6.0, 9.0, 12.0, 16.0, 22.0, 30.0),
        (1.0, 2.0, 3.0, 5.0, 8.0),
        (1.0, 3.0, 6.0, 10.0, 20.0, 30.0, 60.0, 100.0),
        (0.0, 1.0, 2.0, 4.0),
        (0.0, *_TENTHS),
        (0.0, *_TENTHS),
    ),
)


@dataclass(frozen=True, slots=True)
class Writing:
    """What is being written, as labels."""

    kind: str
    locale: str

    @classmethod
    def of(cls, context: Context) -> Writing:
        return cls(context.kind.value, locale_label(context.locale))


@dataclass(frozen=True, slots=True)
class Shown:
    """What is counted of a suggestion that has ended."""

    writing: Writing
    confidence: float
    characters: int


def shown_of(ended: Ended) -> Shown:
    """The numbers of a suggestion that has ended; its words stay behind."""
    return Shown(Writing.of(ended.situation.context), ended.path.prob, len(ended.path.text))


def features_of(answer: Answer, best: Suggestion) -> tuple[float, ...]:
    """One row for FEATURES."""
    sources: Mapping[str, float] = best.sources
    return (
        best.confidence,
        float(len(best.text)),
        float(best.words),
        answer.elapsed_ms,
        float(answer.lm_steps),
        sources.get("lm", 0.0),
        sources.get("user", 0.0),
    )


def keys_saved(outcome: OutcomeKind, shown: Shown, *, characters: int) -> int:
    """Keys that taking a suggestion spared: its characters less the key that took it.

    One cannot take more than was shown.

    >>> seen = Shown(Writing("email", "en-US"), 0.5, 12)
    >>> keys_saved(OutcomeKind.ACCEPTED, seen, characters=12), keys_saved(OutcomeKind.TYPED, seen, characters=12)
    (11, 0)
    """
    if outcome not in TAKEN:
        return 0
    return max(0, min(characters, shown.characters) - 1)
