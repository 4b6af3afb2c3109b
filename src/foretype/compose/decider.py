"""Who decides what is shown, as a protocol: the fixed gate (gate.py) or a ranker that has learned from outcomes.

A decider also says how far paths are grown, since it can only choose among what there is. It does not know how
paths are found.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Protocol, runtime_checkable

from foretype.compose.path import Path
from foretype.compose.situation import Situation


class Reach(Protocol):
    """How far a first word is grown into a path."""

    @property
    def phrase_from(self) -> float:
        """Probability of a first word from which it is asked what follows it."""
        ...

    def goes_further(self, num_chars: int, next_prob: float) -> bool:
        """Whether a path that inserts `num_chars` so far takes in one more word."""
        ...


class Decider(Reach, Protocol):
    """Chooses among proposals and lengths, or silence. Called at every key, by many threads at once."""

    def choose(self, paths: Iterable[Path], situation: Situation, *, n: int) -> list[Path]:
        """At most `n` paths worth showing, best first, no text twice; none: silence.

        `paths` come likeliest first word first and are grown while they are asked for, so whoever stops early saves
        the work. What is chosen is one of them, or one of its `beginnings()`.
        """
        ...


@runtime_checkable
class Dial(Protocol):
    """A decider that shows something at about this share of keys, and may be told another one while it decides."""

    coverage: float


@runtime_checkable
class Versioned(Protocol):
    """A decider that was trained, and may be replaced by a newer one while it decides."""

    @property
    def version(self) -> str:
        """Differs wherever decisions may."""
        ...

    @property
    def reference(self) -> Mapping[str, Any] | None:
        """What its features looked like in training, to see them drift; None: nobody kept it."""
        ...
