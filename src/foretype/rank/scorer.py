"""What scores proposals, and what corrects a score, as protocols: a ranker is made of one of each.

It does not know how either was learned.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from foretype.compose.situation import Situation


class Scorer(Protocol):
    """A frozen model of whether a proposal is right."""

    def score_many(self, features: NDArray[np.float32]) -> NDArray[np.float32]:
        """Calibrated probabilities that all of each proposal is right.

        Features (n, F) as schema.FEATURES; probabilities (n,). Safe for threads.
        """
        ...


class Correction(Protocol):
    """What was learned since the scorer was frozen: zeros where nothing was."""

    def shift_many(self, features: NDArray[np.float32], situation: Situation) -> NDArray[np.float32]:
        """Logits to add to those of the proposals' probabilities.

        Features (n, F) as schema.FEATURES, all of one key; shifts (n,), bounded. Called at every key: never waits.
        """
        ...
