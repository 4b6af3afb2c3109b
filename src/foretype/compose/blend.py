"""The one distribution: counts of background, tenant, user and this message, met order by order.

For a context h of k words

    p_k(w) = (s_k * (alpha_k(w) + gamma_k * p_{k-1}(w)) + sum over memories m of weight_m,k * (count_m(h w) - discount)
              + freed_k * p_{k-1}(w)) / (s_k + sum of weight_m,k * total_m(h))

alpha and gamma are the background's Kneser-Ney parts, s_k grows with how often the background saw h, and
freed_k is what the discount set free. So a context that a person used often speaks with that person's words, and one
that nobody used hands the question to a shorter one. It does not know the neural model: place.py brings it in.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from foretype.compose.strengths import MAX_CONTEXT, VOICES, Strengths
from foretype.ngram.automaton import Automaton, Ids, Match
from foretype.ngram.largest import largest
from foretype.ngram.memory import Follow, Memory

Floats: TypeAlias = NDArray[np.float64]

Ranges: TypeAlias = Sequence[tuple[int, int]]  # of ids: first, one past the last

SOURCES = ("background", *VOICES)


@dataclass(frozen=True, slots=True)
class Scored:
    """Probabilities of some words: `probs` (words,), and the share of each source, (sources, words)."""

    probs: Floats
    shares: Floats


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of one word after one context: (alpha, gamma, times counted) of the background, and of each
    memory (count of the word, of all words, number of different words)."""

    background: tuple[float, float, float] | None
    voices: Mapping[str, tuple[float, float, float]]


class Anchor:
    """All that is known of what may follow one context; asked again for every letter typed.

    Building it scans the memories once (a word's work); asking is cheap (a key's work).
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
        self._matches = {match.order: match for match in background.match(context)}
        self._follows = {
            voice: memory.follows(context, max_order=MAX_CONTEXT) for voice, memory in memories.items()
        }
        deepest = max([*self._matches, *(len(found) - 1 for found in self._follows.values())])
        self._orders = range(deepest + 1)

    @property
    def evidence(self) -> float:
        """Times the background counted the longest context it knows."""
        return self._matches[max(self._matches)].evidence

    @property
    def order(self) -> int:
        """Words of context that somebody has seen."""
        return len(self._orders) - 1

    def voice_evidence(self, voice: str) -> float:
        """How often the memory `voice` saw the longest context it knows, at least one word long."""
        found = self._follows.get(voice, [])
        return found[-1].total if len(found) > 1 else 0.0

    def candidates(self, ranges: Ranges, *, limit: int) -> Ids:
        """Ids of lexicon words in `ranges` that any voice puts forward, and strange ones that followed."""
        found = [
            self._background.top(match, low=low, high=high, limit=limit)
            for match in self._matches.values()
            for low, high in ranges
        ]
        for follows in self._follows.values():
            found += [_largest_of(follow, ranges, limit) for follow in follows]
        return np.unique(np.concatenate(found)) if found else np.zeros(0, np.uint32)

    def strange_followers(self) -> Ids:
        """Words outside the lexicon that followed this context (one word or more) in some memory."""
        found = [
            follow.ids[follow.ids >= 2**31] for follows in self._follows.values() for follow in follows[1:]
        ]
        return np.unique(np.concatenate(found)) if found else np.zeros(0, np.uint32)

    def score(self, ids: Ids, *, masses: Sequence[Ranges] = ()) -> Scored:
        """Probability of each word, and whose it is; behind the words, one column for each of `masses`:
        the probability that the next word's id lies in one of its ranges. Shapes (columns,), (sources, columns).
        """
        alphas = [self._alphas(order, ids, masses) for order in self._orders]
        counts = {
            voice: [_kept_counts(follow, ids, masses, self._strengths.discount) for follow in follows]
            for voice, follows in self._follows.items()
        }
        uniform = np.ones(len(ids) + len(masses))
        uniform[len(ids) :] = [sum(high - low for low, high in ranges) for ranges in masses]
        return self._recursion(alphas, counts, uniform=uniform / max(len(self._background.lexicon), 1))

    def evidence_of(self, id: int) -> list[Evidence]:
        """Evidence for one word at every length of context that anybody knows: what strengths are learned from."""
        ids = np.array([id], np.uint32)
        return [self._evidence_at(order, ids) for order in self._orders]

    def _evidence_at(self, order: int, ids: Ids) -> Evidence:
        match = self._matches.get(order)
        found = None
        if match is not None:
            found = (float(self._background.alphas(match, ids)[0]), match.gamma, match.evidence)
        voices = {
            voice: (
                float(follows[order].counts_of(ids)[0]),
                follows[order].total,
                float(len(follows[order].ids)),
            )
            for voice, follows in self._follows.items()
            if order < len(follows)
        }
        return Evidence(found, voices)

    def _alphas(self, order: int, ids: Ids, masses: Sequence[Ranges]) -> Floats | None:
        match = self._matches.get(order)
        if match is None:
            return None
        found = np.empty(len(ids) + len(masses))
        found[: len(ids)] = self._background.alphas(match, ids)
        for at, ranges in enumerate(masses, len(ids)):
            found[at] = sum(self._background.range_alpha(match, low=low, high=high) for low, high in ranges)
        return found

    def _recursion(
        self,
        alphas: Sequence[Floats | None],
        counts: Mapping[str, Sequence[Floats]],
        *,
        uniform: Floats,
    ) -> Scored:
        strengths = self._strengths
        width = len(uniform)
        shares = np.zeros((len(SOURCES), width))
        shares[0] = uniform
        for order in self._orders:
            match = self._matches.get(order)
            weight, gamma = self._background_weight(order, match)
            passed_down = weight * gamma
            total = weight
            own = np.zeros((len(SOURCES), width))
            alpha = alphas[order]
            if match is not None and alpha is not None:
                own[0] = weight * alpha
            for row, voice in enumerate(VOICES, 1):
                follows = self._follows.get(voice, ())
                if order >= len(follows):
                    continue
                each = strengths.of(voice)[order]
                own[row] = each * counts[voice][order]
                passed_down += each * strengths.discount * len(follows[order].ids)
                total += each * follows[order].total
            shares = (own + passed_down * shares) / total
        return Scored(shares.sum(axis=0), shares)

    def _background_weight(self, order: int, match: Match | None) -> tuple[float, float]:
        """(s_k, gamma_k): how much the background counts at this order, and what it leaves to shorter contexts."""
        floor = self._strengths.floor[order]
        if match is None:
            return floor, 1.0
        return floor + self._strengths.scale[order] * match.evidence**self._strengths.power, match.gamma


def _kept_counts(follow: Follow, ids: Ids, masses: Sequence[Ranges], discount: float) -> Floats:
    """Counts of words, then of ranges, each less the discount of every different word in it."""
    found = np.empty(len(ids) + len(masses))
    seen = follow.counts_of(ids)
    found[: len(ids)] = seen - discount * np.minimum(seen, 1)
    for at, ranges in enumerate(masses, len(ids)):
        found[at] = _range_count(follow, ranges, discount)
    return found


def _range_count(follow: Follow, ranges: Ranges, discount: float) -> float:
    total = 0.0
    for low, high in ranges:
        first, last = np.searchsorted(follow.ids, (low, high))
        total += float(follow.counts[first:last].sum()) - discount * float(last - first)
    return total


def _largest_of(follow: Follow, ranges: Ranges, limit: int) -> Ids:
    parts = []
    for low, high in ranges:
        first, last = np.searchsorted(follow.ids, (low, high))
        parts.append(follow.ids[first + largest(follow.counts[first:last], limit)])
    return np.concatenate(parts) if parts else np.zeros(0, np.uint32)
