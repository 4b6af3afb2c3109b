"""The guard: says when a ranker in power is worse than it may be, looked at as often as one likes.

Two wealths start at one and are bets against the ranker. Each outcome multiplies them by what a gloomier forecast gave
to it over what the least allowed one did; while the ranker is as good as it may be their mean grows no further. So
by Ville's inequality either passes 1 / alpha, ever, with a chance of alpha at most. It does not know what is done about it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

ALPHA = 0.001  # of a false alarm in a version's whole life, by each of the two
DUEL_ALPHA = 1e-6  # a false reset in a million outcomes: years of one writer
ALLOWED = 0.3  # logits that a claim may be too high: what is shown was chosen for a high claim
GLOOMS = (0.5, 1.0, 2.0)  # logits further down that are bet on, a third of the wealth each
MIN_RATE_OUTCOMES = 400  # before a switch, to know a rate to compare with
RATE_ALLOWED = 0.15  # of the rate before the switch that may be lost: days and users differ
RATE_SD = 3.0  # standard errors that the rate before is doubted


@dataclass(slots=True)
class Wealth:
    """Bets that outcomes come less often than allowed.

    >>> wealth = Wealth()
    >>> wealth.bet(np.full(200, 0.5), np.arange(200) % 2 == 0)
    >>> wealth.is_over(0.001)
    False
    >>> wealth.bet(np.full(200, 0.5), np.arange(200) % 10 == 0)  # one in ten
    >>> wealth.is_over(0.001)
    True
    """

    logs: Floats = field(default_factory=lambda: np.zeros(len(GLOOMS)))
    highest: float = 0.0  # log of the mean wealth at its best: once passed is passed
    num_bets: int = 0

    def bet(self, allowed: NDArray[np.floating], is_right: NDArray[np.bool_]) -> None:
        """On outcomes one by one: their least allowed probabilities (n,), and what came."""
        if not len(allowed):
            return
        logits = _logit(np.asarray(allowed, np.float64))
        steps = np.stack([_log_ratio(logits, is_right, gloom=gloom) for gloom in GLOOMS])
        path = self.logs[:, None] + np.cumsum(steps, axis=1)
        self.highest = max(self.highest, float(_log_mean(path).max()))
        self.logs = path[:, -1]
        self.num_bets += len(allowed)

    def is_over(self, alpha: float = ALPHA) -> bool:
        return self.highest >= -math.log(alpha)


@dataclass(frozen=True, slots=True)
class Before:
    """How suggestions did before a switch."""

    num: int
    num_right: int

    @property
    def least_rate(self) -> float | None:
        """The share right from which nothing is held against the new one; None where too little is known."""
        if self.num < MIN_RATE_OUTCOMES:
            return None
        rate = self.num_right / self.num
        doubt = RATE_SD * np.sqrt(rate * (1 - rate) / self.num)
        return float((rate - doubt) * (1 - RATE_ALLOWED))


class Duel:
    """A bet that the correction claims worse than the ranker alone, begun anew wherever it had lost all.

    As long as corrected claims are right it passes 1 / DUEL_ALPHA once in as many outcomes at most, on average (an
    e-detector's run length: Shin, Ramdas and Rinaldo, 2024).
    """

    def __init__(self) -> None:
        self._log = self._highest = 0.0

    def saw(
        self, plain: NDArray[np.floating], corrected: NDArray[np.floating], labels: NDArray[np.floating]
    ) -> None:
        """Outcomes in order: both claims (n,), and how likely all was right."""
        if not len(labels):
            return
        path = self._log + np.cumsum(_log_likelihood(plain, labels) - _log_likelihood(corrected, labels))
        since_lowest = path - np.minimum(np.minimum.accumulate(path), 0.0)
        self._log, self._highest = float(since_lowest[-1]), max(self._highest, float(since_lowest.max()))

    @property
    def is_lost(self) -> bool:
        """Whether the correction does harm."""
        return self._highest >= -math.log(DUEL_ALPHA)


class Guard:
    """Watches one version since it took over."""

    def __init__(self, before: Before) -> None:
        self._least_rate = before.least_rate
        self.claims = Wealth()
        self.rate = Wealth()

    def saw(self, claims: NDArray[np.floating], is_right: NDArray[np.bool_]) -> None:
        """Outcomes of what was shown, in order: what the ranker claimed (n,), and whether it was right."""
        self.claims.bet(_sigmoid(_logit(np.asarray(claims, np.float64)) - ALLOWED), is_right)
        if self._least_rate is not None and self._least_rate > 0:
            self.rate.bet(np.full(len(claims), self._least_rate), is_right)

    @property
    def verdict(self) -> str | None:
        """Why the ranker has to go; None while it may stay."""
        if self.claims.is_over():
            return f"is right less often than it claims, seen in {self.claims.num_bets} outcomes"
        if self.rate.is_over():
            return f"is right less often than the one before, seen in {self.rate.num_bets} outcomes"
        return None


def _log_ratio(logits: Floats, is_right: NDArray[np.bool_], *, gloom: float) -> Floats:
    """Log of what the gloomy forecast gave to each outcome, over what the allowed one gave."""
    allowed, gloomy = _sigmoid(logits), _sigmoid(logits - gloom)
    ratio: Floats = np.where(is_right, np.log(gloomy / allowed), np.log((1 - gloomy) / (1 - allowed)))
    return ratio


def _log_likelihood(claims: NDArray[np.floating], labels: NDArray[np.floating]) -> Floats:
    cut = np.clip(np.asarray(claims, np.float64), 1e-4, 1 - 1e-4)
    found: Floats = labels * np.log(cut) + (1 - labels) * np.log1p(-cut)
    return found


def _log_mean(logs: Floats) -> Floats:
    """Log of the mean over rows."""
    top = logs.max(axis=0)
    mean: Floats = top + np.log(np.exp(logs - top).mean(axis=0))
    return mean


def _logit(probs: Floats) -> Floats:
    cut = np.clip(probs, 1e-4, 1 - 1e-4)
    found: Floats = np.log(cut / (1 - cut))
    return found


def _sigmoid(logits: Floats) -> Floats:
    found: Floats = 1 / (1 + np.exp(-logits))
    return found
