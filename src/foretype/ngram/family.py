"""Family names in a corpus of word ids, to be masked before n-grams are counted.

Counts how often each word stands, and how often after a given name; what follows from that, corpus/names.py
knows. It does not know names that stand in no address.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from foretype.corpus.names import Names, family_names, is_given, names_in
from foretype.ngram.stream import count_ids
from foretype.ngram.tokens import RawCorpus


def family_names_of(raw: RawCorpus) -> frozenset[str]:
    """Words of the corpus to be scrubbed as family names, as they are spelled there."""
    names = names_in(raw.people)
    counts = dict(zip(raw.words, count_ids(raw.tokens, len(raw.words)).tolist(), strict=True))
    after_given = dict(zip(raw.words, _counts_after_given(raw, names).tolist(), strict=True))
    return family_names(counts, after_given, names)


def _counts_after_given(raw: RawCorpus, names: Names) -> NDArray[np.int64]:
    """How often each word follows a given name."""
    given = np.array([is_given(word, names) for word in raw.words], np.bool_)
    counts = np.zeros(len(raw.words), np.int64)
    for piece in raw.tokens.pieces(overlap=1):
        counts += np.bincount(piece[1:][given[piece[:-1]]], minlength=len(counts))
    return counts
