"""A smaller vocabulary: the tokens that texts use most, with all that they are merged from.

Control tokens and the 256 letters of byte-level BPE stay, so any text can still be written. It does not know how the
rest of a network shrinks.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, TypeAlias

import numpy as np
from tokenizers import Tokenizer, pre_tokenizers

from foretype.errors import InputError, ModelError
from foretype.runtime.checkpoint import EMBEDDING, HEAD, Checkpoint
from foretype.runtime.vocabulary import special_tokens
from foretype.text.prompt import find_markers

Merges: TypeAlias = list[list[str]]


def prune_vocabulary(tokenizer_json: bytes, texts: Iterable[str], size: int) -> tuple[bytes, list[int]]:
    """The tokenizer with at most `size` tokens, and the old id of each new token.

    Raises InputError for a size that does not even hold the letters, ModelError for a tokenizer that is no byte-level BPE.
    """
    document = json.loads(tokenizer_json)
    if document.get("model", {}).get("type") != "BPE" or '"ByteLevel"' not in json.dumps(document):
        found = document.get("model", {}).get("type")
        raise ModelError(f"tokenizer: found {found}, wanted byte-level BPE; only that can lose tokens")
    vocabulary: dict[str, int] = document["model"]["vocab"]
    merges = [pair if isinstance(pair, list) else pair.split(" ", 1) for pair in document["model"]["merges"]]
    counts = _counts(tokenizer_json, texts)
    kept = _kept(counts, vocabulary, merges, always=_always(document), size=size)
    ordered = sorted(kept, key=vocabulary.__getitem__)
    _rewrite(document, ordered, merges)
    written = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
    return written, [vocabulary[token] for token in ordered]


def with_vocabulary(checkpoint: Checkpoint, texts: Iterable[str], size: int) -> Checkpoint:
    """The checkpoint with a pruned tokenizer and only its rows of embedding and head."""
    tokenizer_json, kept = prune_vocabulary(checkpoint.tokenizer_json, texts, size)
    new_ids = {old: new for new, old in enumerate(kept)}
    read, rows = checkpoint.weight, np.array(kept)
    return replace(
        checkpoint,
        architecture=replace(checkpoint.architecture, vocab_size=len(kept)),
        weight=lambda name: read(name)[rows] if name in (EMBEDDING, HEAD) else read(name),
        tokenizer_json=tokenizer_json,
        prelude=tuple(new_ids[token] for token in checkpoint.prelude),
        markers=find_markers(special_tokens(tokenizer_json, where=checkpoint.name)),
    )


def _counts(tokenizer_json: bytes, texts: Iterable[str]) -> Counter[int]:
    tokenizer = Tokenizer.from_str(tokenizer_json.decode())
    tokenizer.encode_special_tokens = True
    counts: Counter[int] = Counter()
    for text in texts:
        counts.update(tokenizer.encode(text, add_special_tokens=False).ids)
    return counts


def _always(document: Mapping[str, Any]) -> set[str]:
    """Control tokens and letters."""
    vocabulary = document["model"]["vocab"]
    letters = {letter for letter in pre_tokenizers.ByteLevel.alphabet() if letter in vocabulary}
    added = {str(entry["content"]) for entry in document.get("added_tokens") or ()}
    if not added <= set(vocabulary):
        beyond = ", ".join(sorted(added - set(vocabulary))[:3])
        raise ModelError(
            f"tokenizer: found control tokens outside its vocabulary ({beyond}), wanted all inside; save it again"
        )
    return letters | added


def _kept(
    counts: Counter[int], vocabulary: Mapping[str, int], merges: Merges, *, always: set[str], size: int
) -> set[str]:
    if size < len(always):
        raise InputError(
            f"vocabulary: found a size of {size}, wanted at least {len(always)}, the letters and control tokens"
        )
    spelling = {token_id: token for token, token_id in vocabulary.items()}
    made_of = {left + right: (left, right) for left, right in merges}
    kept = set(always)
    for token_id, _ in counts.most_common():
        needed = _parts(spelling[token_id], made_of, kept)
        if len(kept) + len(needed) <= size:
            kept |= needed
    return kept


def _parts(token: str, made_of: Mapping[str, tuple[str, str]], kept: set[str]) -> set[str]:
    """The token and what it is merged from, as far as that is not kept yet."""
    needed: set[str] = set()
    waiting = [token]
    while waiting:
        part = waiting.pop()
        if part not in kept and part not in needed:
            needed.add(part)
            waiting += made_of.get(part, ())
    return needed


def _rewrite(document: dict[str, Any], ordered: list[str], merges: Merges) -> None:
    new_ids = {token: number for number, token in enumerate(ordered)}
    document["model"]["vocab"] = new_ids
    document["model"]["merges"] = [pair for pair in merges if {*pair, "".join(pair)} <= new_ids.keys()]
    for entry in document.get("added_tokens") or ():
        entry["id"] = new_ids[entry["content"]]
    document["post_processor"] = None  # it would name old ids; texts are read without control tokens
