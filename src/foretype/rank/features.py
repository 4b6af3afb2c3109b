"""Features of every proposal at one key: what a ranker decides by, and what a journal keeps.

Computed in one way for training and serving. It does not know what the proposals turn out to be worth.
"""

from __future__ import annotations

import math
import re
import zlib
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from foretype.compose.history import Past
from foretype.compose.path import Path
from foretype.compose.place import Hypothesis
from foretype.compose.request import Context, Kind
from foretype.compose.situation import Rates, Situation
from foretype.rank.schema import FEATURES, LATENCY_LIMITS_MS, NUM_LOCALES, NUM_WEEKDAYS, PLACE
from foretype.text.words import ends_sentence, is_word

Rows: TypeAlias = NDArray[np.float32]  # (proposals, features)
Shares: TypeAlias = tuple[float, float, float, float, float]

NUM_FIRST = 3  # first words looked at, however many were asked for
LEAST_PROB = 1e-9
MAX_LOG_ODDS = 10.0
PRIOR_SHOWN, PRIOR_TAKEN = 20, 5  # of a user of whom little is known: a quarter is taken
KINDS = tuple(Kind)
COUNTED = ("background", "tenant", "user", "message")
_DIGIT = re.compile(r"\d")


@dataclass(frozen=True, slots=True)
class Proposals:
    """All that could be shown at one key: every beginning of every path, with its row of features."""

    paths: tuple[Path, ...]
    sources: tuple[int, ...]  # which of the given paths it begins
    rows: Rows


def proposals(paths: Sequence[Path], situation: Situation) -> Proposals:
    """Every beginning of `paths`, shortest first, with its features.

    Rows have shape (proposals, len(FEATURES)), float32, in the order of schema.FEATURES.
    """
    place = place_features(situation)
    found: list[Path] = []
    sources: list[int] = []
    parts: list[list[float]] = []
    for at, path in enumerate(paths):
        beginnings = path.beginnings()
        found += beginnings
        sources += [at] * len(beginnings)
        parts += proposal_features(beginnings, situation)
    rows = np.empty((len(found), len(FEATURES)), np.float32)
    rows[:, : len(PLACE)] = place
    if parts:
        rows[:, len(PLACE) :] = parts
    return Proposals(tuple(found), tuple(sources), rows)


def row_of(shown: Path, situation: Situation) -> Rows:
    """The features of one proposal, as `proposals` gives them. Shape (len(FEATURES),)."""
    [part] = proposal_features([shown], situation)
    return np.array(place_features(situation) + part, np.float32)


def place_features(situation: Situation) -> list[float]:
    """The first part of every row: schema.PLACE."""
    position, known = situation.position, situation.known
    return [
        situation.num_typed,
        situation.num_typed > 0,
        situation.is_after_space,
        situation.is_space_due,
        situation.is_sentence_start,
        situation.capitalises,
        *_distribution(situation.first_probs[:NUM_FIRST]),
        *(math.log1p(known.evidence.get(voice, 0.0)) for voice in COUNTED),
        known.order,
        known.lm_share,
        known.lm_share > 0,
        situation.has_lm,
        math.log1p(position.num_chars),
        math.log1p(position.num_words),
        position.words_in_sentence,
        math.log1p(position.words_in_line),
        math.log1p(position.num_lines),
        position.is_greeted,
        *_context(situation.context),
        situation.has_user,
        situation.has_suffix,
        math.log1p(situation.memory_sizes.get("user", 0)),
        math.log1p(situation.memory_sizes.get("tenant", 0)),
        *_past(situation.past),
        *_rates(situation.rates),
        bisect_right(LATENCY_LIMITS_MS, situation.elapsed_ms),
    ]


def proposal_features(beginnings: Sequence[Path], situation: Situation) -> list[list[float]]:
    """The second part of the rows, schema.PROPOSAL, of proposals that begin with the same word."""
    hypotheses = beginnings[-1].hypotheses
    first = _first(hypotheses[0], situation)
    shares = list(accumulate(map(_shares, hypotheses), _added))
    agreement = _agreement(hypotheses[0], situation.known.lm_share)
    on_screen = situation.past.on_screen
    rows: list[list[float]] = []
    for shown in beginnings:
        num = len(shown.hypotheses)
        means = (share / num for share in shares[num - 1])
        fits = on_screen and (shown.text.startswith(on_screen) or on_screen.startswith(shown.text.rstrip()))
        rows.append([*first, *_whole(shown, num), *means, agreement, bool(fits)])
    return rows


def _first(first: Hypothesis, situation: Situation) -> list[float]:
    probs, letters = situation.first_probs, len(first.shown)
    rank = probs.index(first.prob) if first.prob in probs else len(probs)
    return [rank, _log(first.prob), letters, situation.num_typed / max(1, letters)]


def _whole(shown: Path, num: int) -> list[float]:
    text, last, log_prob = shown.text, shown.hypotheses[-1].word, _log(shown.prob)
    length = len(text.rstrip())
    return [
        log_prob - (_log(shown.probs[-2]) if num > 1 else 0.0),
        log_prob,
        length,
        shown.prob * max(0, length - 1),
        num,
        len(text) > length,
        text.lstrip()[:1].isupper(),
        _DIGIT.search(text) is not None,
        not is_word(last),
        ends_sentence(last),
    ]


def _distribution(probs: Sequence[float]) -> list[float]:
    rest = max(0.0, 1.0 - sum(probs))
    top, second = (*probs, 0.0, 0.0)[:2]
    entropy = -sum(prob * _log(prob) for prob in (*probs, rest))
    return [len(probs), _log(top), _log(top) - _log(second), entropy, rest]


def _context(context: Context) -> list[float]:
    return [
        KINDS.index(context.kind),
        zlib.crc32(context.locale.casefold().encode("utf-8", "replace")) % NUM_LOCALES,
        *_time(context.sent_at),
        bool(context.subject),
        bool(context.previous),
        math.log1p(len(context.to)),
    ]


def _time(sent_at: datetime | None) -> list[float]:
    if sent_at is None:
        return [NUM_WEEKDAYS - 1, 0.0, 0.0]
    angle = math.tau * (sent_at.hour + sent_at.minute / 60) / 24
    return [sent_at.weekday(), math.sin(angle), math.cos(angle)]


def _past(past: Past) -> list[float]:
    counts = (past.shown, past.accepted, past.partly, past.typed, past.rejected, past.ignored)
    return [
        *map(math.log1p, counts),
        past.chars_since_shown is not None,
        math.log1p(past.chars_since_shown or 0),
        bool(past.on_screen),
        past.run,
    ]


def _rates(rates: Rates) -> list[float]:
    return [math.log1p(rates.shown), (rates.taken + PRIOR_TAKEN) / (rates.shown + PRIOR_SHOWN)]


def _shares(hypothesis: Hypothesis) -> Shares:
    """The share of each voice, in the order of the schema."""
    get = hypothesis.sources.get
    return get("background", 0.0), get("tenant", 0.0), get("user", 0.0), get("message", 0.0), get("lm", 0.0)


def _added(left: Shares, right: Shares) -> Shares:
    a, b, c, d, e = left
    f, g, h, i, j = right
    return a + f, b + g, c + h, d + i, e + j


def _agreement(first: Hypothesis, lm_share: float) -> float:
    if not 0 < lm_share < 1:
        return 0.0
    found = _log_odds(first.sources.get("lm", 0.0)) - _log_odds(lm_share)
    return max(-MAX_LOG_ODDS, min(MAX_LOG_ODDS, found))


def _log_odds(share: float) -> float:
    return _log(share) - _log(1 - share)


def _log(prob: float) -> float:
    return math.log(max(prob, LEAST_PROB))
