"""What is remembered of an answer until its outcome comes: a handful of numbers and two labels, never a word of it.

It does not know the answer's text, nor who asked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

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
    """What is kept of a suggestion that was shown."""

    writing: Writing
    confidence: float
    characters: int


def shown_of(answer: Answer, context: Context) -> Shown | None:
    """What to remember of an answer; None where nothing was shown."""
    if not answer.suggestions:
        return None
    best = answer.suggestions[0]
    return Shown(Writing.of(context), best.confidence, len(best.text))


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


def keys_saved(outcome: OutcomeKind, shown: Shown | None, *, characters: int) -> int:
    """Keys that taking a suggestion spared: its characters less the key that took it.

    A client that does not say how many characters it took, took all. One cannot take more than was shown.

    >>> seen = Shown(Writing("email", "en-US"), 0.5, 12)
    >>> keys_saved(OutcomeKind.ACCEPTED, seen, characters=0), keys_saved(OutcomeKind.TYPED, seen, characters=12)
    (11, 0)
    """
    if outcome not in TAKEN or shown is None:
        return 0
    told = characters or (shown.characters if outcome is OutcomeKind.ACCEPTED else 0)
    return max(0, min(told, shown.characters) - 1)
