"""A packed model as ARPA text, which other n-gram tools read, and the probability that both must agree on.

Words are written as they are, but for a line break, written \\n, and a backslash, written \\\\; so nothing is lost.
It does not know the blend: this is the background alone.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO, TypeAlias

import numpy as np
from numpy.typing import NDArray

from foretype.ngram.automaton import Automaton
from foretype.ngram.level import Level, decoded
from foretype.ngram.tokens import UNKNOWN
from foretype.text.words import START

NEVER = -99.0  # log10 of what is never predicted: START
Probs: TypeAlias = NDArray[np.float64]


def log_prob(automaton: Automaton, context: Sequence[str], word: str) -> float:
    """Natural logarithm of p(word | context): interpolated Kneser-Ney, with back-off. -inf for START.

    Words outside the lexicon count as "<unk>", in the context as well. Rounded to codes, probabilities may add up to a
    little more than they should; each is at most 1.
    """
    if word == START:
        return -math.inf
    known = [each if automaton.lexicon.knows(each) else UNKNOWN for each in (*context, word)]
    ids = automaton.lexicon.ids(known)
    prob = 1.0 / (len(automaton.lexicon) - 1)
    for match in automaton.match(ids[:-1]):
        prob = min(1.0, automaton.alphas(match, ids[-1:].tolist())[0] + match.gamma * prob)
    return math.log(prob)


def escaped(word: str) -> str:
    r"""A word as it stands in the file.

    >>> escaped("\n\n"), escaped("C:\\")
    ('\\n\\n', 'C:\\\\')
    """
    return word.replace("\\", "\\\\").replace("\n", "\\n")


def write_arpa(automaton: Automaton, path: Path) -> None:
    """Write all n-grams with log10 probabilities and back-off weights; the file is there whole, or not at all."""
    temporary = path.with_name(path.name + ".partial")
    with temporary.open("w", encoding="utf-8") as out:
        out.write("\\data\\\n")
        out.writelines(f"ngram {k}={count}\n" for k, count in enumerate(automaton.num_ngrams, 1))
        _write_orders(automaton, out)
        out.write("\n\\end\\\n")
    temporary.replace(path)


@dataclass(frozen=True, slots=True)
class _Order:
    """All n-grams of one order. Each array has one entry an n-gram, by place."""

    texts: list[str]
    keys: NDArray[np.uint64]  # place of the context << 16 | last word; ascending
    suffixes: NDArray[np.int64]  # place of the n-gram without its first word
    probs: Probs


def _write_orders(automaton: Automaton, out: TextIO) -> None:
    order = _unigrams(automaton)
    words, levels = order.texts, automaton.levels
    for k, (level, longer) in enumerate(zip(levels, [*levels[1:], None], strict=True), 1):
        out.write(f"\n\\{k}-grams:\n")
        out.writelines(_lines(level, order))
        if longer is not None:
            order = _longer(order, level, longer, words=words)


def _unigrams(automaton: Automaton) -> _Order:
    [empty] = automaton.match(np.zeros(0, np.uint32))
    probs = automaton.levels[0].alpha(slice(None)) + empty.gamma / (len(automaton.lexicon) - 1)
    probs[automaton.lexicon.id(START)] = 0.0
    places = np.arange(len(automaton.lexicon))
    texts = [escaped(word) for word in automaton.lexicon.words]
    return _Order(texts, places.astype(np.uint64), np.zeros_like(places), np.minimum(1.0, probs))


def _longer(order: _Order, level: Level, longer: Level, *, words: Sequence[str]) -> _Order:
    """The order above: texts and probabilities follow from contexts and from n-grams without their first words."""
    parents = np.repeat(level.contexts, level.num_children)
    texts = [
        f"{order.texts[parent]} {words[word]}"
        for parent, word in zip(parents.tolist(), longer.words.tolist(), strict=True)
    ]
    suffixes = longer.words.astype(np.int64)
    if len(level.words):  # beyond word pairs a suffix has a context of its own
        suffixes = np.searchsorted(order.keys, _keys(order.suffixes[parents], longer.words))
        assert (order.keys[suffixes] == _keys(order.suffixes[parents], longer.words)).all(), (
            "suffixes are kept"
        )
    gammas = np.repeat(decoded(level.gammas).astype(np.float64), level.num_children)
    probs = np.minimum(1.0, longer.alpha(slice(None)) + gammas * order.probs[suffixes])
    return _Order(texts, _keys(parents, longer.words), suffixes, probs)


def _keys(places: NDArray[Any], words: NDArray[np.uint16]) -> NDArray[np.uint64]:
    return (places.astype(np.uint64) << np.uint64(16)) | words


def _lines(level: Level, order: _Order) -> Iterator[str]:
    weights = np.zeros(len(order.texts))
    weights[level.contexts] = np.log10(decoded(level.gammas).astype(np.float64))
    with np.errstate(divide="ignore"):
        logs = np.maximum(np.log10(order.probs), NEVER)
    for text, log, weight in zip(order.texts, logs.tolist(), weights.tolist(), strict=True):
        yield f"{log:.7g}\t{text}\t{weight:.7g}\n" if weight else f"{log:.7g}\t{text}\n"
