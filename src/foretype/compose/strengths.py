"""How much each voice counts: the numbers of the blend, learned on held-out messages and stored with the model.

It does not know how they are learned (`foretype blend fit`) or used (blend.py).
"""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from foretype.errors import ModelError

VOICES = ("tenant", "user", "message")  # memories that join the background's counts, order by order
MAX_CONTEXT = 4  # words of context that anything looks at
RANGES = {"power": (0.0, 1.0), "discount": (0.0, 1.0), "unknown": (0.0, 1.0), "lm": (-math.inf, math.inf)}


@dataclass(frozen=True, slots=True)
class Strengths:
    """Numbers of the blend; lists over context lengths 0 .. MAX_CONTEXT.

    A context that the background counted n times weighs `floor + scale * n ** power`; one count of a memory weighs its
    entry; `discount` is taken from every different word a memory saw, and goes to shorter contexts.
    """

    floor: tuple[float, ...] = (200.0, 2.0, 1.5, 1.0, 1.0)
    scale: tuple[float, ...] = (0.05, 0.3, 0.5, 0.7, 1.0)
    power: float = 0.6
    tenant: tuple[float, ...] = (1.0, 1.0, 1.0, 1.0, 1.0)
    user: tuple[float, ...] = (2.0, 2.0, 3.0, 4.0, 4.0)
    message: tuple[float, ...] = (2.0, 2.0, 3.0, 4.0, 4.0)
    discount: float = 0.3
    unknown: float = 0.5  # of the mass of words that nobody knows: what may agree with letters typed
    unknown_per_letter: float = 2.3  # nats by which each typed letter lessens it
    lm: tuple[float, ...] = (2.965, -0.148, -0.073, -0.817)  # logit of the LM's share; see Place.lm_share

    def of(self, voice: str) -> tuple[float, ...]:
        """The weights of one memory's counts, by context length."""
        weights: tuple[float, ...] = getattr(self, voice)
        return weights


def load_strengths(path: Path) -> Strengths:
    """Read strengths written by `save_strengths`. Raises ModelError for a damaged or foreign file."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        values: dict[str, Any] = {
            key: tuple(value) if isinstance(value, list) else value
            for key, value in found["strengths"].items()
        }
        return _checked(Strengths(**values))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelError(f"{path}: no strengths of the blend ({error}); run `foretype blend fit`") from error


def _checked(strengths: Strengths) -> Strengths:
    """The strengths, if every list is as long as it should be and every number one that the blend can take."""
    for field in fields(Strengths):
        value, wanted = getattr(strengths, field.name), field.default
        if isinstance(wanted, tuple) and (not isinstance(value, tuple) or len(value) != len(wanted)):
            raise ValueError(f"{field.name}: found {value!r}, wanted {len(wanted)} numbers")
        numbers = value if isinstance(wanted, tuple) else (value,)
        low, high = RANGES.get(field.name, (0.0, math.inf))
        if not all(type(number) in (int, float) and low < number < high for number in numbers):
            raise ValueError(f"{field.name}: found {value!r}, wanted numbers above {low} and below {high}")
    return strengths


def save_strengths(path: Path, strengths: Strengths, *, card: dict[str, Any]) -> None:
    """Write strengths with the facts of how they were learned."""
    text = json.dumps({"card": card, "strengths": asdict(strengths)}, indent=1)
    temporary = path.with_name(path.name + ".partial")
    temporary.write_text(text + "\n", encoding="utf-8")
    temporary.replace(path)
