"""When to try again: each pause four times the one before, a little random, so that many do not come at once.

It does not know what failed.
"""

from __future__ import annotations

from random import Random

FIRST_S = 5.0
GROWTH = 4.0
LONGEST_S = 6 * 3600.0
JITTER = 0.2
MAX_ATTEMPTS = 12  # in all some 31 hours: a receiver that is down over night, or for a day, misses nothing
GIVE_UP_S = 3 * 86400.0  # a webhook that took nothing for so long is switched off


def pause_s(num_attempts: int, random: Random, *, asked_s: float = 0.0) -> float:
    """How long to wait after the attempt of this number; at least what the receiver asked for, within reason.

    >>> [round(pause_s(number, Random(0))) for number in (1, 2, 3, 12)]
    [6, 23, 91, 24576]
    """
    plain = min(FIRST_S * GROWTH ** (num_attempts - 1), LONGEST_S)
    return max(plain * random.uniform(1 - JITTER, 1 + JITTER), min(asked_s, LONGEST_S))
