"""How a network is trained, as numbers that make sense.

It does not know the loop that obeys them (trainer.py) nor the file that they are read from (config_file.py).
"""

from __future__ import annotations

from dataclasses import dataclass, field

from foretype.errors import ConfigError
from foretype.lm.schedule import Schedule

ABOVE_ZERO = (
    "max_steps",
    "max_seconds",
    "learning_rate",
    "accumulate",
    "point_every_steps",
    "judge_every_steps",
)


@dataclass(frozen=True, slots=True)
class TrainOptions:
    """How a network is trained. A run ends after `max_steps` or `max_seconds`, whichever comes first."""

    max_steps: int | None = None
    max_seconds: float | None = None
    learning_rate: float = 1e-3
    schedule: Schedule = field(default_factory=Schedule)
    accumulate: int = 1  # batches a step
    weight_decay: float = 0.1  # of matrices; gains have none
    betas: tuple[float, float] = (0.9, 0.95)
    clip_norm: float | None = 1.0
    skip_outliers: bool = False  # Smart Compose's rule, outliers.py
    checkpoint_every_s: float = 60.0
    point_every_steps: int = 10
    judge_every_steps: int | None = None  # asks the trainer's judge; None: never
    seed: int = 0

    def __post_init__(self) -> None:
        if self.max_steps is None and self.max_seconds is None:
            raise ConfigError("training: found no end, wanted max_steps or max_seconds; give one of them")
        for name in ABOVE_ZERO:
            value = getattr(self, name)
            if value is not None and not value > 0:
                raise ConfigError(f"training: found {name} = {value}, wanted more than 0; mend that option")
