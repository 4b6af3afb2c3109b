"""The one distribution: counts of background, tenant, user and this message, met order by order.

For a context h of k words

    p_k(w) = (s_k * (alpha_k(w) + gamma_k * p_{k-1}(w)) + sum over memories m of weight_m,k * (count_m(h w) - discount)
              + freed_k * p_{k-1}(w)) / (s_k + sum of weight_m,k * total_m(h))

alpha and gamma are the background's Kneser-Ney parts, s_k grows with how often the background saw h, and
freed_k is what the discount set free. So a context that a person used often speaks with that person's words, and one
that nobody used hands the question to a shorter one. It does not know the neural model: place.py brings it in.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from foretype.compose.columns import Columns, Range, Row, column_sums, joined
from foretype.compose.strengths import MAX_CONTEXT, VOICES, Strengths
from foretype.ngram.automaton import Automaton, Ids, Match
from foretype.ngram.follow import Follow
from foretype.ngram.memory import Memory

SOURCES = ("background", *VOICES)
FEW = 64  # followers that a table is made of: it is asked about ten words for every letter typed


@dataclass(frozen=True, slots=True)
class Scored:
    """Probabilities by column: `probs`, and the share of each source, a row each in the order of SOURCES."""

    probs: Row
    shares: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of one word after one context: (alpha, gamma, times counted) of the background, and of each
    memory (count of the word, of all words, number of different words)."""

    background: tuple[float, float, float] | None
    voices: Mapping[str, tuple[float, float, float]]


class _Speaker(NamedTuple):
    """A memory that has seen a context: how much one count of it weighs, and what followed.

    A named tuple, as a dozen are made for a place: a frozen dataclass takes four times as long.
    """

    each: float
    follow: Follow
    count_of: Callable[[int], float | None]  # of a word


class _Meeting(NamedTuple):
    """Everybody who speaks at one length of context, and what that leaves to the shorter one."""

    match: Match | None
    weight: float  # of the background
    passed_down: float
    total: float
    speakers: tuple[_Speaker | None, ...]  # in the order of VOICES


class Anchor:
    """All that is known of what may follow one context; asked again for every letter typed.

    Building it scans the memories once (a word's work); asking is cheap (a key's work). Words asked about are ten or so:
    plain numbers are quicker there than arrays.
    """

    def __init__(
        self,
        context: Ids,
        *,
        background: Automaton,
        memories: Mapping[str, Memory],
        strengths: Strengths,
    ) -> None:
        self._background = background
        self._strengths = strengths
        context = context[-MAX_CONTEXT:]
        self._matches = background.match(context)  # by order
        self._follows = {
            voice: memory.follows(context, max_order=MAX_CONTEXT) for voice, memory in memories.items()
        }
        deepest = max(len(self._matches), *map(len, self._follows.values()), 0)
        self._meetings = [self._meeting(order) for order in range(deepest)]

    @property
    def evidence(self) -> float:
        """Times the background counted the longest context it knows."""
        return self._matches[-1].evidence

    @property
    def order(self) -> int:
        """Words of context that somebody has seen."""
        return len(self._meetings) - 1

    def voice_evidence(self, voice: str) -> float:
        """How often the memory `voice` saw the longest context it knows, at least one word long."""
        found = self._follows.get(voice, [])
        return found[-1].total if len(found) > 1 else 0.0

    def candidates(self, ranges: Sequence[Range], *, limit: int) -> list[int]:
        """Ids in `ranges` that any voice puts forward, rising."""
        found: set[int] = set()
        for low, high in ranges:
            for match in self._matches:
                found.update(self._background.top(match, low=low, high=high, limit=limit))
            for follows in self._follows.values():
                for follow in follows:
                    found.update(follow.top(low, high, limit=limit))
        return sorted(found)

    def strange_followers(self) -> list[int]:
        """Words outside the lexicon that followed this context (one word or more) in some memory, rising."""
        found: set[int] = set()
        for follows in self._follows.values():
            for follow in follows[1:]:
                found.update(follow.strange())
        return sorted(found)

    def score(self, ids: Sequence[int], *, masses: Sequence[Sequence[Range]] = ()) -> Scored:
        """Probability of each word, and whose it is; behind the words, one column for each of `masses`: the probability
        that the next word's id lies in one of its ranges."""
        columns = Columns(ids, masses)
        shares: list[Row | None] = [self._uniform(columns), *(None for _ in VOICES)]
        for meeting in self._meetings:
            shares = self._met(meeting, columns, shares)
        rows = tuple([0.0] * len(columns) if row is None else row for row in shares)
        return Scored(column_sums(rows), rows)

    def evidence_of(self, id: int) -> list[Evidence]:
        """Evidence for one word at every length of context that anybody knows: what strengths are learned from."""
        return [self._evidence_at(order, id) for order in range(len(self._meetings))]

    def _evidence_at(self, order: int, id: int) -> Evidence:
        match = self._meetings[order].match
        found = None
        if match is not None:
            found = (self._background.alphas(match, [id])[0], match.gamma, match.evidence)
        voices = {
            voice: (
                follows[order].count_of(id),
                follows[order].total,
                float(len(follows[order].ids)),
            )
            for voice, follows in self._follows.items()
            if order < len(follows)
        }
        return Evidence(found, voices)

    def _meeting(self, order: int) -> _Meeting:
        match = self._matches[order] if order < len(self._matches) else None
        weight, gamma = self._background_weight(order, match)
        passed_down, total = weight * gamma, weight
        speakers: list[_Speaker | None] = []
        for voice in VOICES:
            follows = self._follows.get(voice, ())
            if order >= len(follows):
                speakers.append(None)
                continue
            each, follow = self._strengths.of(voice)[order], follows[order]
            speakers.append(_Speaker(each, follow, _counting(follow)))
            passed_down += each * self._strengths.discount * len(follow.ids)
            total += each * follow.total
        return _Meeting(match, weight, passed_down, total, tuple(speakers))

    def _background_weight(self, order: int, match: Match | None) -> tuple[float, float]:
        """(s_k, gamma_k): how much the background counts at this order, and what it leaves to shorter contexts."""
        floor = self._strengths.floor[order]
        if match is None:
            return floor, 1.0
        return floor + self._strengths.scale[order] * match.evidence**self._strengths.power, match.gamma

    def _uniform(self, columns: Columns) -> Row:
        """Shares before any context is looked at: every word of the lexicon alike."""
        size = max(len(self._background.lexicon), 1)
        masses = [sum(high - low for low, high in ranges) / size for ranges in columns.masses]
        return [1 / size] * len(columns.ids) + masses

    def _met(self, meeting: _Meeting, columns: Columns, shorter: Sequence[Row | None]) -> list[Row | None]:
        """The shares at one more word of context, given those without it; None: nothing at all."""
        discount = self._strengths.discount
        own = [self._alphas(meeting, columns)]
        own += [None if each is None else _kept(each, columns, discount) for each in meeting.speakers]
        passed_down, total = meeting.passed_down, meeting.total
        return [
            joined(mine, row, passed_down=passed_down, total=total)
            for mine, row in zip(own, shorter, strict=True)
        ]

    def _alphas(self, meeting: _Meeting, columns: Columns) -> Row | None:
        """alpha of words, then of ranges, times the background's weight."""
        match, weight = meeting.match, meeting.weight
        if match is None:
            return None
        found = [weight * alpha for alpha in self._background.alphas(match, columns.ids)]
        for ranges in columns.masses:
            alpha = 0.0
            for low, high in ranges:
                alpha += self._background.range_alpha(match, low=low, high=high)
            found.append(weight * alpha)
        return found


def _counting(follow: Follow) -> Callable[[int], float | None]:
    if len(follow.ids) > FEW:
        return follow.count_of
    return dict(zip(follow.ids, follow.counts, strict=True)).get


def _kept(speaker: _Speaker, columns: Columns, discount: float) -> Row | None:
    """Counts of words, then of ranges, each less the discount of every different word in it, times a weight."""
    each, count_of = speaker.each, speaker.count_of
    counts = [count_of(id) for id in columns.ids]
    found = [each * kept_count(count, discount) if count else 0.0 for count in counts]
    for ranges in columns.masses:
        kept = 0.0
        for low, high in ranges:
            count, num_different = speaker.follow.count_between(low, high)
            kept += count - discount * num_different
        found.append(each * kept)
    return found if any(found) else None


@lru_cache(maxsize=4096)
def kept_count(count: float, discount: float) -> float:
    """A word's count less the discount, in 32 bits, as counts are kept.

    >>> kept_count(3.0, 0.5), kept_count(1.0, 0.3)
    (2.5, 0.699999988079071)
    """
    return float(np.float32(count) - np.float32(discount))
