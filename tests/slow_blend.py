"""The blend as its formula says it: one word, one order after the other, counted from scratch.

What compose/blend.py does for many words at once is compared with this. It does not know arrays.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np

from foretype.compose.strengths import MAX_CONTEXT, VOICES, Strengths
from foretype.ngram.automaton import Automaton

Streams = Mapping[str, Sequence[int]]  # each voice's words, START and END around every message


def slow_prob(
    word: int, context: Sequence[int], *, background: Automaton, streams: Streams, strengths: Strengths
) -> float:
    """Probability of a word after a context."""
    context = list(context)[-MAX_CONTEXT:]
    prob = 1 / len(background.lexicon)
    for order in range(depth(context, background=background, streams=streams) + 1):
        end = context[len(context) - order :]
        prob = _one_order(word, end, prob, background=background, streams=streams, strengths=strengths)
    return prob


def depth(context: Sequence[int], *, background: Automaton, streams: Streams) -> int:
    """Words of the longest context that anybody saw something follow."""
    known = [match.order for match in background.match(np.array(context, np.uint32))]
    for stream in streams.values():
        known += [
            order for order in range(len(context) + 1) if followers(stream, context[len(context) - order :])
        ]
    return max(known)


def followers(stream: Sequence[int], context: Sequence[int]) -> Counter[int]:
    """What followed a context in a stream, and how often."""
    length = len(context)
    return Counter(
        stream[at + length]
        for at in range(len(stream) - length)
        if list(stream[at : at + length]) == list(context)
    )


def _one_order(
    word: int,
    context: Sequence[int],
    shorter: float,
    *,
    background: Automaton,
    streams: Streams,
    strengths: Strengths,
) -> float:
    order = len(context)
    match = {match.order: match for match in background.match(np.array(context, np.uint32))}.get(order)
    weight, alpha, gamma = strengths.floor[order], 0.0, 1.0
    if match is not None:
        weight += strengths.scale[order] * match.evidence**strengths.power
        alpha, gamma = background.alphas(match, [word])[0], match.gamma
    total, own, freed = weight, weight * alpha, weight * gamma
    for voice in VOICES:
        seen = followers(streams.get(voice, ()), context)
        each = strengths.of(voice)[order]
        total += each * seen.total()
        freed += each * strengths.discount * len(seen)
        if seen[word]:
            own += each * (seen[word] - strengths.discount)
    return (own + freed * shorter) / total
