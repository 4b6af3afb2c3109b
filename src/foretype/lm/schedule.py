"""How the learning rate goes through a run: up, along, down. It does not know optimisers or clocks."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, TypeAlias

Shape: TypeAlias = Literal["wsd", "cosine"]


@dataclass(frozen=True, slots=True)
class Schedule:
    """Warm-up, then either stable and a linear decay ("wsd"), or a half cosine; ends at `final` of the peak."""

    shape: Shape = "wsd"
    warmup: float = 0.02  # shares of the run
    decay: float = 0.3  # "wsd" only; a fifth to a third of the run is the usual span
    final: float = 0.0

    def factor(self, progress: float) -> float:
        """What the peak learning rate is multiplied with at `progress`, 0 to 1.

        >>> [round(Schedule(warmup=0.1, decay=0.2).factor(at), 2) for at in (0.0, 0.05, 0.5, 0.9, 1.0)]
        [0.0, 0.5, 1.0, 0.5, 0.0]
        """
        progress = min(max(progress, 0.0), 1.0)
        if progress < self.warmup:
            return progress / self.warmup
        if self.shape == "cosine":
            turn = (progress - self.warmup) / max(1.0 - self.warmup, 1e-9)
            return self.final + (1.0 - self.final) * 0.5 * (1.0 + math.cos(math.pi * turn))
        left = (1.0 - progress) / self.decay if self.decay > 0 else 1.0
        return self.final + (1.0 - self.final) * min(1.0, left)
