"""Training examples on disk: a message behind its context, as token ids.

An example is what serving reads (text/prompt.py) and the end-of-message token; only the text and that end are learned.
Files of a folder: tokens.npy (all examples one after another), starts.npy, context.npy, card.json. It does not know
networks, nor how examples are batched.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from foretype.corpus.documents import Document
from foretype.errors import InputError, ModelError
from foretype.text.pieces import ENTITIES
from foretype.text.prompt import Markers, context_tokens, find_markers

CARD_FILE = "card.json"
FORMAT = "foretype-examples-1"
MAX_VOCABULARY = 1 << 16  # ids are two bytes
WRITE_EVERY = 2048  # documents encoded together
_ENTITY = re.compile("(" + "|".join(map(re.escape, sorted(ENTITIES))) + ")")


@dataclass(frozen=True, slots=True)
class Codec:
    """A tokenizer whose special tokens are markers and entities."""

    tokenizer: Tokenizer
    markers: Markers
    entities: Mapping[str, int]
    sha256: str

    def encode(self, text: str) -> list[int]:
        """Tokens of a text; entities stand for themselves, markers in it are ordinary letters."""
        found: list[int] = []
        for part in _ENTITY.split(text):
            if part in self.entities:
                found.append(self.entities[part])
            elif part:
                found += self.tokenizer.encode(part, add_special_tokens=False).ids
        return found

    @property
    def never_targets(self) -> frozenset[int]:
        """Tokens that a model may read and must not learn to say."""
        return frozenset(self.entities.values())


def open_codec(file: Path) -> Codec:
    """The codec in a tokenizer.json. Raises ModelError for one without markers, or with too many tokens."""
    raw = file.read_bytes()
    tokenizer = Tokenizer.from_str(raw.decode())
    tokenizer.encode_special_tokens = True
    special = {
        token.content: token_id
        for token_id, token in tokenizer.get_added_tokens_decoder().items()
        if token.special
    }
    markers = find_markers(special)
    if markers is None:
        raise ModelError(
            f"{file}: found no markers such as <|text|>, wanted a tokenizer made for foretype models"
        )
    if tokenizer.get_vocab_size() > MAX_VOCABULARY:
        raise ModelError(
            f"{file}: found {tokenizer.get_vocab_size():,} tokens, wanted at most {MAX_VOCABULARY:,}; prune the vocabulary"
        )
    entities = {name: special[name] for name in ENTITIES if name in special}
    return Codec(tokenizer, markers, entities, hashlib.sha256(raw).hexdigest())


@dataclass(frozen=True, slots=True)
class Examples:
    """Examples of one folder, mapped into memory. `starts` has one more entry than there are examples."""

    tokens: NDArray[np.uint16]
    starts: NDArray[np.int64]
    num_context: NDArray[np.uint16]  # leading tokens of each example that are read, not learned
    card: Mapping[str, Any]

    def __len__(self) -> int:
        return len(self.num_context)

    @property
    def lengths(self) -> NDArray[np.int64]:
        return np.diff(self.starts)


def document_examples(
    document: Document, codec: Codec, *, max_tokens: int
) -> Iterator[tuple[list[int], int]]:
    """Token ids and the number of context tokens; a long text gives several, each behind the same context."""
    context = _context(document, codec, max_tokens=max_tokens)
    text = [*codec.encode(document.text), codec.markers.end]
    room = max_tokens - len(context)
    for start in range(0, len(text), room):
        yield context + text[start : start + room], len(context)


def _context(document: Document, codec: Codec, *, max_tokens: int) -> list[int]:
    """The context, or so much of it as leaves half of an example to the text. Raises InputError for tiny examples."""
    fields = ((document.previous, document.subject), ("", document.subject), ("", ""))
    for previous, subject in fields:
        context = context_tokens(
            codec.encode, codec.markers, kind=document.kind, previous=previous, subject=subject
        )
        if len(context) <= max_tokens // 2:
            return context
    raise InputError(
        f"examples of {max_tokens} tokens: the markers alone take {len(context)}; allow at least {2 * len(context)}"
    )


def write_examples(
    documents: Iterable[Document],
    folder: Path,
    codec: Codec,
    *,
    max_tokens: int,
    card: Mapping[str, Any] | None = None,
) -> Examples:
    """Encode documents into `folder`, which appears whole or not at all. Raises InputError when there is no text."""
    tokens: list[NDArray[np.uint16]] = []
    lengths: list[int] = []
    contexts: list[int] = []
    for document in documents:
        if not document.text.strip():
            continue
        for ids, num_context in document_examples(document, codec, max_tokens=max_tokens):
            tokens.append(np.array(ids, np.uint16))
            lengths.append(len(ids))
            contexts.append(num_context)
    if not lengths:
        raise InputError(
            "no examples: found no document with text; name at least one corpus file that has some"
        )
    facts = {
        **(card or {}),
        "format": FORMAT,
        "tokenizer_sha256": codec.sha256,
        "vocab_size": codec.tokenizer.get_vocab_size(),
        "never_targets": sorted(codec.never_targets),
        "examples": len(lengths),
        "tokens": sum(lengths),
        "learned_tokens": sum(lengths) - sum(contexts),
    }
    starts = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    _write(folder, np.concatenate(tokens), starts, np.array(contexts, np.uint16), facts)
    return open_examples(folder)


def open_examples(folder: Path) -> Examples:
    """Map a folder of examples. Raises InputError when it is not one, or damaged."""
    try:
        card = json.loads((folder / CARD_FILE).read_text(encoding="utf-8"))
        tokens, starts, num_context = (np.load(folder / f"{name}.npy", mmap_mode="r") for name in _ARRAYS)
    except (OSError, ValueError) as error:
        raise InputError(
            f"{folder}: no training examples ({error}); make them from a corpus again"
        ) from error
    if card.get("format") != FORMAT or starts[-1] != len(tokens) or len(starts) != len(num_context) + 1:
        raise InputError(
            f"{folder}: the files do not belong together, wanted {FORMAT}; make the examples again"
        )
    return Examples(tokens, starts, num_context, card)


_ARRAYS = ("tokens", "starts", "context")


def _write(
    folder: Path,
    tokens: NDArray[np.uint16],
    starts: NDArray[np.int64],
    num_context: NDArray[np.uint16],
    card: Mapping[str, Any],
) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    building = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        arrays: tuple[NDArray[Any], ...] = (tokens, starts, num_context)
        for name, array in zip(_ARRAYS, arrays, strict=True):
            np.save(building / f"{name}.npy", array)
        (building / CARD_FILE).write_text(json.dumps(card, indent=2) + "\n", encoding="utf-8")
        if folder.exists():
            shutil.rmtree(folder)
        building.rename(folder)
    except BaseException:
        shutil.rmtree(building, ignore_errors=True)
        raise


def joined(parts: Sequence[Examples]) -> Examples:
    """Several folders as one. Raises InputError when their tokenizers differ."""
    hashes = {part.card["tokenizer_sha256"] for part in parts}
    if len(hashes) != 1:
        raise InputError(
            f"examples: found {len(hashes)} tokenizers among {len(parts)} folders, wanted one; encode again"
        )
    offsets = np.cumsum([0, *(len(part.tokens) for part in parts)])
    starts = [part.starts[:-1] + offset for part, offset in zip(parts, offsets, strict=False)]
    return Examples(
        np.concatenate([part.tokens for part in parts]),
        np.concatenate([*starts, offsets[-1:]]),
        np.concatenate([part.num_context for part in parts]),
        parts[0].card,
    )
