"""The slow and obvious way to count, smooth and look up n-grams, and small models to compare it with.

Dicts and formulas as textbooks print them. It does not know how the fast way stores anything.
"""

from __future__ import annotations

import random
import tempfile
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TypeAlias

from foretype.corpus.documents import Document
from foretype.ngram.automaton import Automaton, open_automaton
from foretype.ngram.counts import CHUNK_TOKENS, Table, count_ngrams
from foretype.ngram.pack import pack
from foretype.ngram.smoothing import FALLBACK_DISCOUNTS, estimate, prune
from foretype.ngram.tokens import Corpus, choose_words, write_raw
from foretype.text.words import END, START, split_words

Gram: TypeAlias = tuple[str, ...]
Counts: TypeAlias = Mapping[Gram, int]


class KneserNey:
    """Interpolated modified Kneser-Ney (Chen and Goodman 1998), nothing dropped, over `words` words without START."""

    def __init__(self, texts: Sequence[str], *, order: int, words: int) -> None:
        self._uniform = 1.0 / words
        sentences = [(START, *split_words(text), END) for text in texts]
        self._counts = [_adjusted(sentences, n, order) for n in range(1, order + 1)]
        self._discounts = [discounts_by_hand(counts) for counts in self._counts]
        self._followers: list[defaultdict[Gram, list[int]]] = [defaultdict(list) for _ in range(order)]
        for followers, counts in zip(self._followers, self._counts, strict=True):
            for gram, count in counts.items():
                followers[gram[:-1]].append(count)

    def prob(self, context: Gram, word: str) -> float:
        """p(word | context), the context at most one word shorter than the order."""
        lower = self.prob(context[1:], word) if context else self._uniform
        followers = self._followers[len(context)].get(context, [])
        if not followers:
            return lower
        discounts = self._discounts[len(context)]
        count = self._counts[len(context)].get((*context, word), 0)
        freed = sum(_discount(each, discounts) for each in followers)
        return (count - _discount(count, discounts) + freed * lower) / sum(followers)


def discounts_by_hand(counts: Counts) -> tuple[float, float, float]:
    n1, n2, n3, n4 = (sum(count == wanted for count in counts.values()) for wanted in (1, 2, 3, 4))
    if not min(n1, n2, n3, n4):
        return FALLBACK_DISCOUNTS
    y = n1 / (n1 + 2 * n2)
    found = (1 - 2 * y * n2 / n1, 2 - 3 * y * n3 / n2, 3 - 4 * y * n4 / n3)
    return found if all(0 <= each <= at for at, each in enumerate(found, 1)) else FALLBACK_DISCOUNTS


def _adjusted(sentences: Sequence[Gram], n: int, order: int) -> Counts:
    """Occurrences at the highest order and behind START; otherwise the number of different words before."""
    plain = _grams(sentences, n)
    if n == order:
        return plain
    before = Counter(gram[1:] for gram in _grams(sentences, n + 1))
    return {gram: count if gram[0] == START else before[gram] for gram, count in plain.items()}


def _grams(sentences: Sequence[Gram], n: int) -> Counter[Gram]:
    found = (s[at : at + n] for s in sentences for at in range(len(s) - n + 1))
    return Counter(gram for gram in found if gram != (START,))


def _discount(count: int, discounts: tuple[float, float, float]) -> float:
    return discounts[min(count, 3) - 1] if count else 0.0


def counted(
    documents: Sequence[Document], *, order: int, min_holders: int = 1, chunk_tokens: int = CHUNK_TOKENS
) -> tuple[Corpus, list[Table]]:
    """The fast way's tables. The corpus's streams are gone, its lexicon is not."""
    with tempfile.TemporaryDirectory() as name:
        corpus = choose_words(write_raw(documents, Path(name)), Path(name), min_holders=min_holders)
        tables = count_ngrams(
            corpus, order=order, min_holders=min_holders, folder=Path(name), chunk_tokens=chunk_tokens
        )
    return corpus, tables


def model(
    documents: Sequence[Document],
    path: Path,
    *,
    order: int = 3,
    min_holders: int = 1,
    min_gain: float | None = None,
    exact: bool = True,
) -> Automaton:
    """A packed model of some documents, pruned where `min_gain` says so."""
    corpus, tables = counted(documents, order=order, min_holders=min_holders)
    if min_gain is not None:
        tables = prune(tables, min_gain=min_gain)
    pack(path, tables, estimate(tables), lexicon=corpus.lexicon, lower=corpus.lower, exact=exact)
    return open_automaton(path)


def letters_of(texts: Sequence[str]) -> list[Document]:
    """One document a text, each of another holder."""
    return [Document(holder=str(at), text=text) for at, text in enumerate(texts)]


def invented(num_documents: int, *, seed: int, num_words: int = 60) -> list[Document]:
    """Documents in an invented language whose words are as unevenly used as real ones."""
    chance = random.Random(seed)
    words = [f"{a}{b}" for a in "kltmnrs" for b in "aeiouyäöü"][:num_words]
    weights = [1 / (at + 1) for at in range(len(words))]
    return [
        Document(
            holder=str(chance.randrange(num_documents // 2 + 1)),
            text=" ".join(chance.choices(words, weights, k=chance.randrange(1, 30)))
            + chance.choice([".", "?", ""]),
        )
        for _ in range(num_documents)
    ]


def all_grams(automaton: Automaton) -> dict[Gram, float]:
    """alpha of every n-gram of every order, by walking the flat arrays from their first entry to their last."""
    words = automaton.lexicon.words
    found: dict[Gram, float] = {}
    grams: list[Gram] = [(word,) for word in words]
    for level, longer in zip(automaton.levels, [*automaton.levels[1:], None], strict=True):
        found |= dict(zip(grams, level.alpha(slice(None)).tolist(), strict=True))
        if longer is not None:
            bounds = level.children.tolist()
            grams = [
                (*grams[context], words[longer.words[place]])
                for at, context in enumerate(level.contexts.tolist())
                for place in range(bounds[at], bounds[at + 1])
            ]
    return found
