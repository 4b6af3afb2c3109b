"""Smart Compose's rule for bad batches: a step whose log gradient norm is 4 standard deviations above its moving mean is
dropped (Chen et al. 2019, reference: section on training). It does not know gradients, only their norms.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any

DEVIATIONS = 4.0  # the paper's
DECAY = 0.99  # of the moving mean and variance: they look back about a hundred steps
MIN_SEEN = 50  # norms before the first step may be dropped: the first ones fall steeply


@dataclass
class OutlierRule:
    """Moving mean and variance of log norms."""

    seen: int = 0
    mean: float = 0.0
    variance: float = 0.0

    def accepts(self, norm: float) -> bool:
        """Whether a step with this gradient norm is taken; a norm that is no number never is.

        >>> rule = OutlierRule()
        >>> [rule.accepts(norm) for norm in [1.0, 1.1] * 40 + [1000.0, 1.0]][-3:]
        [True, False, True]
        """
        if not math.isfinite(norm):
            return False
        log_norm = math.log(max(norm, 1e-30))
        far = log_norm - self.mean > DEVIATIONS * math.sqrt(self.variance)
        if self.seen >= MIN_SEEN and far:
            return False
        self._learn_one(log_norm)
        return True

    def state_dict(self) -> dict[str, Any]:
        return asdict(self)

    def _learn_one(self, log_norm: float) -> None:
        self.seen += 1
        weight = max(1.0 - DECAY, 1.0 / self.seen)
        step = log_norm - self.mean
        self.mean += weight * step
        self.variance = (1.0 - weight) * (self.variance + weight * step * step)
