"""Interpolated modified Kneser-Ney smoothing, and pruning that keeps it sound.

p(w | h) = alpha(w | h) + gamma(h) * p(w | h without its first word), alpha = (c - D(c)) / total(h).

Below the highest order, c is the number of different words before the n-gram (Chen and Goodman 1998). Where
longer n-grams were dropped this rule starves the lower orders, so, as in Siivola, Hirsimaki and Virpioja
(2007), a dropped n-gram hands its whole count down: c(g) = count(g) - sum over kept v g of (count(v g) - 1).
With nothing dropped the two agree.

It does not know how tables are counted or stored.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from foretype.ngram.counts import MAX_SMALL, NO_NODE, Table

Floats: TypeAlias = NDArray[np.float64]
FALLBACK_DISCOUNTS = (
    0.5,
    1.0,
    1.5,
)  # where counts of counts are degenerate; what kenlm's lmplz --discount_fallback takes


@dataclass(frozen=True, slots=True)
class Estimate:
    """One order. `alphas`: one an n-gram. `gammas`, `evidence`: one a context of the order below.

    `evidence` is how often the context was counted at this order; `probs` is p(w | h) in full.
    """

    alphas: Floats
    gammas: Floats
    evidence: Floats
    probs: Floats


def discounts(counts_of_counts: Sequence[float]) -> tuple[float, float, float]:
    """D1, D2, D3+ from the numbers n1, n2, n3, n4 of n-grams that occur once, twice, ...

    >>> [round(d, 4) for d in discounts([100, 40, 20, 10])]
    [0.5556, 1.1667, 1.8889]
    """
    n1, n2, n3, n4 = (float(n) for n in counts_of_counts)
    if min(n1, n2, n3, n4) <= 0:
        return FALLBACK_DISCOUNTS
    y = n1 / (n1 + 2 * n2)
    found = (1 - 2 * y * n2 / n1, 2 - 3 * y * n3 / n2, 3 - 4 * y * n4 / n3)
    valid = all(0 <= d <= at for at, d in enumerate(found, 1))
    return found if valid else FALLBACK_DISCOUNTS


def estimate(tables: Sequence[Table]) -> list[Estimate]:
    """Probabilities for every n-gram of every order."""
    adjusted = [
        adjusted_counts(table, longer) for table, longer in zip(tables, [*tables[1:], None], strict=True)
    ]
    found = [_unigrams(tables[0], adjusted[0])]
    for below, table, counts in zip(tables, tables[1:], adjusted[1:], strict=False):
        found.append(_higher(table, counts, num_contexts=len(below), lower=found[-1]))
    return found


def adjusted_counts(table: Table, longer: Table | None) -> Floats:
    """Kneser-Ney counts: occurrences, less those that a kept longer n-gram accounts for."""
    counts = table.counts.astype(np.float64)
    if longer is not None and len(longer):
        counts -= _sums(longer.suffixes, longer.counts.astype(np.float64) - 1.0, len(table))
    return counts


def prune(tables: Sequence[Table], *, min_gain: float) -> list[Table]:
    """Drop n-grams whose removal costs less than `min_gain` nats over the whole corpus.

    The price of an n-gram is count * log(p / p without it), where the context's freed mass goes to the
    order below (Stolcke 1998). Prefixes and suffixes of kept n-grams are kept.
    """
    estimates = estimate(tables)
    keep = [np.ones(len(tables[0]), np.bool_)]
    keep += [
        _gains(table, lower, own) >= min_gain
        for table, lower, own in zip(tables[1:], estimates, estimates[1:], strict=False)
    ]
    for below, longer, table in zip(keep[-2::-1], keep[::-1], tables[::-1], strict=False):
        below[table.prefixes[longer]] = True
        below[table.suffixes[longer]] = True
    return _drop(tables, keep)


def _gains(table: Table, lower: Estimate, own: Estimate) -> Floats:
    backed_off = (own.gammas[table.prefixes] + own.alphas) * lower.probs[table.suffixes]
    return table.counts.astype(np.float64) * np.log(own.probs / np.maximum(backed_off, 1e-300))


def _drop(tables: Sequence[Table], keep: Sequence[NDArray[np.bool_]]) -> list[Table]:
    pruned = [tables[0]]
    place = np.arange(len(tables[0]), dtype=np.uint32)
    for table, kept in zip(tables[1:], keep[1:], strict=True):
        gone = table.counts[~kept]
        totals = table.dropped_totals + np.bincount(
            table.prefixes[~kept], gone, len(table.dropped_totals)
        ).astype(np.int64)
        small = np.bincount(np.minimum(gone, MAX_SMALL), minlength=MAX_SMALL + 1)[:MAX_SMALL]
        alive = place != NO_NODE
        pruned.append(
            replace(
                table,
                prefixes=place[table.prefixes[kept]],
                words=table.words[kept],
                counts=table.counts[kept],
                suffixes=place[table.suffixes[kept]],
                begins=table.begins[kept],
                dropped_totals=totals[alive],
                dropped_small=table.dropped_small + small,
            )
        )
        place = np.full(len(table), NO_NODE, np.uint32)
        place[kept] = np.arange(int(kept.sum()), dtype=np.uint32)
    return pruned


def _unigrams(table: Table, counts: Floats) -> Estimate:
    counts = np.where(table.begins, 0.0, counts)
    total = max(counts.sum(), 1.0)
    alphas = np.maximum(counts - _discount(counts, table), 0) / total
    gamma = np.array([1.0 - alphas.sum()])
    probs = np.where(table.begins, 0.0, alphas + gamma / max(len(table) - 1, 1))
    return Estimate(alphas, gamma, np.array([total]), probs)


def _higher(table: Table, counts: Floats, *, num_contexts: int, lower: Estimate) -> Estimate:
    totals = _sums(table.prefixes, counts, num_contexts) + table.dropped_totals
    alphas = np.maximum(counts - _discount(counts, table), 0) / np.maximum(totals[table.prefixes], 1.0)
    gammas = np.clip(1.0 - _sums(table.prefixes, alphas, num_contexts), 0.0, 1.0)
    probs = alphas + gammas[table.prefixes] * lower.probs[table.suffixes]
    return Estimate(alphas, gammas, totals, probs)


def _discount(counts: Floats, table: Table) -> Floats:
    tallied = np.bincount(np.minimum(counts, MAX_SMALL).astype(np.int64), minlength=MAX_SMALL + 1)
    d1, d2, d3 = discounts((tallied[:MAX_SMALL] + table.dropped_small)[1:5].tolist())
    return np.select([counts < 1, counts < 2, counts < 3], [0.0, d1, d2], d3)


def _sums(places: NDArray[np.uint32], values: Floats, size: int) -> Floats:
    return np.bincount(places, values, size).astype(np.float64)
