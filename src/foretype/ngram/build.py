"""From documents to a packed background model of a wanted size: read, scrub, count, prune, smooth, pack.

Memory stays bounded: streams of tokens lie on disk, and only the vocabulary and tables of n-grams that enough
holders share are held. It does not know where the documents come from.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from foretype.corpus.documents import Document
from foretype.corpus.masks import mask_of
from foretype.errors import InputError
from foretype.ngram.counts import Table, count_ngrams
from foretype.ngram.family import family_names_of
from foretype.ngram.pack import pack, packed_bytes
from foretype.ngram.smoothing import estimate, prune
from foretype.ngram.tokens import Corpus, RawCorpus, choose_words, write_raw

SEARCH_STEPS = 9  # of the size search: within 1 % of the wanted size


@dataclass(frozen=True, slots=True)
class BuildOptions:
    """How large and how private the model is to be."""

    order: int = 5
    max_bytes: int = 11_500_000
    min_holders: int = 3  # authors or conversations that must share a word or n-gram
    max_words: int = 65_535
    scrub_names: bool = True


def build_background(
    documents: Iterable[Document],
    path: Path,
    *,
    options: BuildOptions = BuildOptions(),
    card: Mapping[str, Any] | None = None,
    say: Callable[[str], None] = lambda stage: None,
) -> dict[str, Any]:
    """Build and write a model from documents in any order. Returns facts about it.

    `say` hears the stages. Raises InputError when there is no text.
    """
    with tempfile.TemporaryDirectory() as scratch:
        corpus, private = _read(documents, Path(scratch), options, say=say)
        tables = count_ngrams(
            corpus,
            order=options.order,
            min_holders=options.min_holders,
            folder=Path(scratch),
            progress=lambda n: say(f"counting {n}-grams"),
        )
    say("pruning")
    tables = fit_size(tables, corpus, max_bytes=options.max_bytes)
    facts = _facts(corpus, tables, options, private=private)
    say("packing")
    whole_card = {**(card or {}), **facts}
    pack(path, tables, estimate(tables), lexicon=corpus.lexicon, lower=corpus.lower, card=whole_card)
    return {**facts, "bytes": path.stat().st_size}


def fit_size(tables: Sequence[Table], corpus: Corpus, *, max_bytes: int) -> list[Table]:
    """Prune by the smallest price that brings the model under `max_bytes`."""
    if packed_bytes(tables, lexicon=corpus.lexicon) <= max_bytes:
        return list(tables)
    low, high = 0.0, 4096.0
    best = prune(tables, min_gain=high)
    price = 8.0
    for _ in range(SEARCH_STEPS):
        tried = prune(tables, min_gain=price)
        if packed_bytes(tried, lexicon=corpus.lexicon) <= max_bytes:
            best, high = tried, price
        else:
            low = price
        price = (low + high) / 2 if high < 4096 else price * 2
    return best


def _read(
    documents: Iterable[Document], folder: Path, options: BuildOptions, *, say: Callable[[str], None]
) -> tuple[Corpus, dict[str, str]]:
    """The corpus, scrubbed, and what stands for the words that were masked."""
    say("reading")
    raw = write_raw(documents, folder, progress=lambda count: say(f"read {count:,} documents"))
    if not len(raw.starts):
        raise InputError("no documents: found none with text; name at least one corpus file")
    private = _private(raw, options)
    limits = {"min_holders": options.min_holders, "max_words": options.max_words}
    return choose_words(raw, folder, **limits, private=private), private


def _private(raw: RawCorpus, options: BuildOptions) -> dict[str, str]:
    """The entity for each word that the model must not carry."""
    masks = {word: mask for word in raw.words if (mask := mask_of(word)) is not None}
    if options.scrub_names:
        masks |= dict.fromkeys(family_names_of(raw), "<name>")
    return masks


def _facts(
    corpus: Corpus, tables: Sequence[Table], options: BuildOptions, *, private: Mapping[str, str]
) -> dict[str, Any]:
    return {
        "documents": len(corpus.starts),
        "holders": int(corpus.holders.max()) + 1,
        "tokens": len(corpus.tokens),
        "words": len(corpus.lexicon),
        "ngrams": [len(table) for table in tables],
        "min_holders": options.min_holders,
        "order": options.order,
        "masked_spellings": dict(sorted(Counter(private.values()).items())),
    }
