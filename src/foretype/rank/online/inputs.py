"""What a correction sees of a proposal: a few numbers of about unit size, out of the whole list of features.

Calibration by kind (an intercept and a slope each), a small linear part, and four numbers that each id's vector
weighs. Features that hold still on one machine are left to the frozen ranker. It does not know what is learned of them.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from foretype.compose.request import Kind
from foretype.rank.schema import NAMES

Floats: TypeAlias = NDArray[np.float32]

NUM_KINDS = len(Kind)
LINEAR = {  # name: centre and width of what replayed writing shows (`foretype rank rows`, rounded)
    "typed": (2.0, 2.0),
    "typed_share": (0.3, 0.3),
    "length": (8.0, 6.0),
    "num_words": (2.0, 1.0),
    "margin": (1.5, 1.5),
    "entropy": (1.2, 0.6),
    "user_share": (0.2, 0.3),
    "message_share": (0.1, 0.2),
    "lm_agreement": (0.0, 2.0),
    "is_on_screen": (0.5, 0.5),
    "message_rejected": (0.2, 0.5),
    "message_ignored": (1.0, 1.0),
    "run": (1.0, 2.0),
    "is_sentence_start": (0.0, 1.0),
    "has_previous": (0.5, 0.5),
    "hour_sin": (0.0, 1.0),
    "hour_cos": (0.0, 1.0),
}
MAX_INPUT = 3.0  # widths: one odd feature must not move a decision
DIM = 4  # of an id's vector: its level, and how it takes to sure, typed and long ones
WIDTH = 2 * NUM_KINDS + len(LINEAR)

_AT = np.array([NAMES.index(name) for name in LINEAR])
_CENTRES, _WIDTHS = np.array(list(LINEAR.values()), np.float32).T
_KIND, _LOG_PROB, _LOCALE = (NAMES.index(name) for name in ("kind", "log_prob", "locale"))
_TYPED, _LENGTH = (2 * NUM_KINDS + list(LINEAR).index(name) for name in ("typed_share", "length"))
_MIN_PROB = 0.002  # logits beyond 6 say no more


def inputs_of(features: Floats) -> Floats:
    """Numbers that the dense weights weigh, (n, WIDTH): intercept and slope of the row's kind first."""
    found = np.zeros((len(features), WIDTH), np.float32)
    rows, kinds = np.arange(len(features)), kinds_of(features)
    found[rows, kinds] = 1.0
    found[rows, NUM_KINDS + kinds] = _claims(features)
    found[:, 2 * NUM_KINDS :] = np.clip((features[:, _AT] - _CENTRES) / _WIDTHS, -MAX_INPUT, MAX_INPUT)
    return found


def glances_of(inputs: Floats) -> Floats:
    """Numbers that an id's vector weighs, (n, DIM), out of the inputs."""
    claims = inputs[:, NUM_KINDS : 2 * NUM_KINDS].sum(axis=1)
    return np.stack(
        [np.ones(len(inputs), np.float32), claims, inputs[:, _TYPED] / 2, inputs[:, _LENGTH] / 2], axis=1
    )


def kinds_of(features: Floats) -> NDArray[np.int64]:
    """Mail, chat or note of each row."""
    return np.clip(features[:, _KIND].astype(np.int64), 0, NUM_KINDS - 1)


def context_of(row: Floats) -> str:
    """The name of the context that a row was made in: its kind and the locale's bucket."""
    return f"{int(row[_KIND])}/{int(row[_LOCALE])}"


def _claims(features: Floats) -> Floats:
    """The blend's log odds that the proposal is right, in thirds."""
    prob = np.clip(np.exp(np.minimum(features[:, _LOG_PROB], 0)), _MIN_PROB, 1 - _MIN_PROB)
    claims: Floats = np.log(prob / (1 - prob)) / 3
    return claims
