"""Mails as arrays of ids: texts behind each other, contexts behind each other, and where each begins.

One file a split (.npz, compressed), so that a machine without the corpus can train. Characters are those of
the text as its words join again: the same text for every vocabulary. It does not know windows or batches.
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from foretype.corpus.documents import Document
from foretype.errors import InputError, ModelError
from foretype.lm.fields import ContextIds, context_ids
from foretype.lm.spelling import Spelling
from foretype.lm.word_vocabulary import END_ID, WordVocabulary
from foretype.text.words import ENTITIES, join_words, split_words

Ids = NDArray[np.uint16]
Offsets = NDArray[np.int64]
Entry = TypeVar("Entry", bound=np.generic)


@dataclass(frozen=True, slots=True)
class MailArrays:
    """Texts and contexts of many mails.

    text, context, fields: one stream each, `*_starts` (mails + 1,) where each mail's part begins; every text
    ends with END_ID. chars, words, unknown_nats: (mails,), the last what the letters of unknown words cost.
    holders: (mails,), a hash of the author, the same in every file.
    """

    text: Ids
    text_starts: Offsets
    context: Ids
    fields: NDArray[np.uint8]
    context_starts: Offsets
    chars: NDArray[np.int32]
    words: NDArray[np.int32]
    unknown_nats: NDArray[np.float32]
    holders: NDArray[np.uint32]

    def __len__(self) -> int:
        return len(self.chars)

    def mail(self, at: int) -> Ids:
        """Ids of one text, END_ID last."""
        return self.text[self.text_starts[at] : self.text_starts[at + 1]]

    def first_tokens(self, count: int) -> MailArrays:
        """The first mails, in an order that no calendar decides, with about `count` tokens in all."""
        order = np.random.default_rng(0).permutation(len(self))  # seed: any; the same for every row
        lengths = np.diff(self.text_starts)[order].cumsum()
        return self.take(order[: int(np.searchsorted(lengths, count)) + 1])

    def take(self, chosen: NDArray[np.int64]) -> MailArrays:
        """Some mails, in the order given."""
        text, text_starts = _gathered(self.text, self.text_starts, chosen)
        context, context_starts = _gathered(self.context, self.context_starts, chosen)
        field_of, _ = _gathered(self.fields, self.context_starts, chosen)
        return MailArrays(
            text=text,
            text_starts=text_starts,
            context=context,
            fields=field_of,
            context_starts=context_starts,
            chars=self.chars[chosen],
            words=self.words[chosen],
            unknown_nats=self.unknown_nats[chosen],
            holders=self.holders[chosen],
        )

    def save(self, path: Path) -> None:
        """Write atomically: a half-written file never has the name `path`."""
        temporary = path.with_name(path.name + ".partial")
        with temporary.open("wb") as file:
            np.savez_compressed(file, **{field.name: getattr(self, field.name) for field in fields(self)})
        temporary.replace(path)


def load_mail_arrays(path: Path) -> MailArrays:
    """What `MailArrays.save` wrote. Raises ModelError for a missing or damaged file."""
    try:
        with np.load(path) as found:
            return MailArrays(**{field.name: found[field.name] for field in fields(MailArrays)})
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise ModelError(f"{path}: no arrays of mail ({error}); make them with `prepare`") from error


def word_arrays(
    documents: Iterable[Document], vocabulary: WordVocabulary, spelling: Spelling, *, home: str
) -> MailArrays:
    """Mails as word ids with their contexts. Raises InputError when there is no text."""
    rows = _Rows()
    for document in documents:
        words = split_words(document.text)
        if words:
            unknown = sum(spelling.nats(word) for word in words if _is_unknown(word, vocabulary))
            context = context_ids(document, vocabulary, home=home)
            rows.add(vocabulary.ids(words), words, context, holder=document.holder, unknown_nats=unknown)
    return rows.arrays()


def piece_arrays(
    documents: Iterable[Document], encode: Callable[[Sequence[str]], Iterable[Sequence[int]]]
) -> MailArrays:
    """Mails as ids of pieces, without contexts; `encode` gives the ids of each of many texts."""
    kept = [(document, words) for document in documents if (words := split_words(document.text))]
    rows = _Rows()
    ids_of = encode([join_words(words) for _, words in kept])
    for (document, words), ids in zip(kept, ids_of, strict=True):
        rows.add(ids, words, ContextIds((), ()), holder=document.holder, unknown_nats=0.0)
    return rows.arrays()


class _Rows:
    """Lists that grow by one mail at a time."""

    def __init__(self) -> None:
        self._texts: list[Ids] = []
        self._contexts: list[ContextIds] = []
        self._counts: list[tuple[int, int, float]] = []
        self._holders: list[int] = []

    def add(
        self,
        ids: Sequence[int],
        words: Sequence[str],
        context: ContextIds,
        *,
        holder: str,
        unknown_nats: float,
    ) -> None:
        self._texts.append(np.array([*ids, END_ID], np.uint16))
        self._contexts.append(context)
        self._counts.append(
            (len(join_words(words)) + 1, len(words) + 1, unknown_nats)
        )  # the end is a key too
        self._holders.append(zlib.crc32(holder.encode("utf-8", "replace")))

    def arrays(self) -> MailArrays:
        if not self._texts:
            raise InputError("no mail with text: found none; name a corpus file with at least one")
        chars, words, unknown = zip(*self._counts, strict=True)
        return MailArrays(
            text=np.concatenate(self._texts),
            text_starts=_starts(map(len, self._texts)),
            context=np.array([id for row in self._contexts for id in row.ids], np.uint16),
            fields=np.array([field for row in self._contexts for field in row.fields], np.uint8),
            context_starts=_starts(len(row.ids) for row in self._contexts),
            chars=np.array(chars, np.int32),
            words=np.array(words, np.int32),
            unknown_nats=np.array(unknown, np.float32),
            holders=np.array(self._holders, np.uint32),
        )


def _is_unknown(word: str, vocabulary: WordVocabulary) -> bool:
    return not vocabulary.knows(word) and word not in ENTITIES


def _starts(lengths: Iterable[int]) -> Offsets:
    return np.cumsum([0, *lengths], dtype=np.int64)


def _gathered(
    stream: NDArray[Entry], starts: Offsets, chosen: NDArray[np.int64]
) -> tuple[NDArray[Entry], Offsets]:
    parts = [stream[starts[at] : starts[at + 1]] for at in chosen]
    return np.concatenate(parts), _starts(map(len, parts))
