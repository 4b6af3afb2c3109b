"""The blend in arrays: the same numbers in the same order as compose/blend.py has them one by one, so equal to the last bit.

It is what the composer did before; it does not know how to be quick where ten words are asked about.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from foretype.compose.blend import SOURCES
from foretype.compose.columns import Range
from foretype.compose.strengths import MAX_CONTEXT, VOICES, Strengths
from foretype.ngram.automaton import Automaton, Ids, Match
from foretype.ngram.follow import Follow
from foretype.ngram.memory import Memory

Floats: TypeAlias = NDArray[np.float64]
Masses: TypeAlias = Sequence[Sequence[Range]]


def array_shares(
    context: Ids,
    ids: Ids,
    masses: Masses,
    *,
    background: Automaton,
    memories: Mapping[str, Memory],
    strengths: Strengths,
) -> Floats:
    """Each source's share of each word, then of each mass. Shape (sources, columns)."""
    context = context[-MAX_CONTEXT:]
    matches = dict(enumerate(background.match(context)))
    follows = {voice: memory.follows(context, max_order=MAX_CONTEXT) for voice, memory in memories.items()}
    widths = np.array([1] * len(ids) + [sum(high - low for low, high in ranges) for ranges in masses])
    shares = np.zeros((len(SOURCES), len(widths)))
    shares[0] = widths / max(len(background.lexicon), 1)
    for order in range(max(len(matches), *map(len, follows.values()), 0)):
        match = matches.get(order)
        total, gamma = strengths.floor[order], 1.0
        own = np.zeros_like(shares)
        if match is not None:
            total, gamma = total + strengths.scale[order] * match.evidence**strengths.power, match.gamma
            own[0] = total * _alphas(background, match, ids, masses)
        passed_down = total * gamma
        for row, voice in enumerate(VOICES, 1):
            for follow in follows.get(voice, ())[order : order + 1]:
                each = strengths.of(voice)[order]
                own[row] = each * _kept(follow, ids, masses, strengths.discount)
                passed_down += each * strengths.discount * len(follow.ids)
                total += each * follow.total
        shares = (own + passed_down * shares) / total
    return shares


def _alphas(background: Automaton, match: Match, ids: Ids, masses: Masses) -> Floats:
    level = background.levels[match.order]
    words = np.arange(match.last) if match.order == 0 else level.words[match.first : match.last]
    alphas = level.alpha(slice(match.first, match.last))
    at = np.minimum(words.searchsorted(ids), len(words) - 1)
    return np.append(
        np.where(words[at] == ids, alphas[at], np.float32(0)).astype(np.float64),
        [
            sum(_range_alpha(words, alphas, each, is_first=match.order == 0) for each in ranges)
            for ranges in masses
        ],
    )


def _range_alpha(
    words: NDArray[np.integer], alphas: NDArray[np.float32], ids: Range, *, is_first: bool
) -> float:
    first, last = words.searchsorted(ids)
    if is_first:  # all unigrams are added up once
        sums = np.append(0.0, np.cumsum(alphas, dtype=np.float64))
        return float(sums[last] - sums[first])
    return float(alphas[first:last].sum(dtype=np.float64))


def _kept(follow: Follow, ids: Ids, masses: Masses, discount: float) -> Floats:
    known, counts = np.array(follow.ids, np.uint32), np.array(follow.counts, np.float32)
    found = np.zeros(len(ids) + len(masses))
    if len(known):
        at = np.minimum(known.searchsorted(ids), len(known) - 1)
        seen = np.where(known[at] == ids, counts[at], np.float32(0))
        found[: len(ids)] = seen - discount * np.minimum(seen, 1)
    for column, ranges in enumerate(masses, len(ids)):
        for low, high in ranges:
            first, last = np.searchsorted(known, (low, high))
            found[column] += float(counts[first:last].sum()) - discount * float(last - first)
    return found
