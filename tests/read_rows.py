"""Invented rows whose labels hang on a feature and on a token that the language model reads, and what it reads.

Tests of rankers with states use them: a ranker that reads only columns cannot know all. It does not know rankers.
"""

from __future__ import annotations

import numpy as np

from foretype.rank.neural.readings import Readings, gathered
from foretype.rank.rows import OutcomeRows
from foretype.rank.schema import FEATURES, NAMES

KEYS_OF_MESSAGE = 10
LUCKY = 40  # every other token from here on makes what follows it right
NUM_TOKENS = 20  # that are written


def invented(
    num_messages: int = 120, *, num_authors: int = 30, seed: int = 1
) -> tuple[OutcomeRows, Readings]:
    """Two proposals a key; the likelier one is right as often as it says, more often behind a lucky token."""
    chance = np.random.default_rng(seed)
    num_keys = num_messages * KEYS_OF_MESSAGE
    tokens = chance.integers(LUCKY, LUCKY + NUM_TOKENS, (num_messages, KEYS_OF_MESSAGE))
    lucky = np.repeat((tokens % 2 == 0).ravel(), 2)
    prob = chance.uniform(0.05, 0.6, 2 * num_keys)
    is_right = chance.random(2 * num_keys) < np.where(lucky, prob + 0.35, prob * 0.4)
    features = np.zeros((2 * num_keys, len(FEATURES)), np.float32)
    features[:, NAMES.index("log_prob")] = np.log(prob)
    features[:, NAMES.index("typed")] = chance.integers(0, 9, 2 * num_keys)
    features[:, NAMES.index("is_greeted")] = chance.integers(0, 2, 2 * num_keys)
    features[:, NAMES.index("kind")] = chance.integers(0, 2, 2 * num_keys)
    inserted = chance.integers(2, 9, 2 * num_keys).astype(np.int16)
    right = np.where(is_right, inserted, 0).astype(np.int16)
    message = np.repeat(np.arange(num_messages), 2 * KEYS_OF_MESSAGE)
    rows = OutcomeRows(
        features=features,
        place=np.repeat(np.arange(num_keys), 2),
        message=message,
        author=message % num_authors + 1000 * seed,
        time=np.zeros(2 * num_keys, np.int64),
        position=np.tile(np.repeat(np.arange(KEYS_OF_MESSAGE, dtype=np.int32), 2), num_messages),
        path=np.tile(np.array([0, 1], np.int16), num_keys),
        inserted=inserted,
        agreed=right,
        right_chars=right,
        right_words=(right > 0).astype(np.int16),
        is_right=is_right,
        by_gate=np.tile([True, False], num_keys),
    )
    where = [(which, last) for which in range(num_messages) for last in range(KEYS_OF_MESSAGE)]
    return rows, gathered(tokens.tolist(), where)
