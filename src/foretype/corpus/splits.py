"""Which holders' texts are for training and which for validation: by a hash of the holder, so every machine
agrees.

Nobody's texts are on both sides. It does not touch test sets: those are files of their own.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator

from foretype.corpus.documents import Document

VALID_ONE_IN = 40  # 2.5 % of authors and conversations


def is_valid(holder: str, *, one_in: int = VALID_ONE_IN) -> bool:
    """Whether this author or conversation is one of the one in so many that are held out for validation."""
    return zlib.crc32(holder.encode("utf-8", "replace")) % one_in == 0


def train_part(documents: Iterable[Document]) -> Iterator[Document]:
    """Documents of holders that are not held out."""
    return (document for document in documents if not is_valid(document.holder))


def valid_part(documents: Iterable[Document]) -> Iterator[Document]:
    """Documents of holders that are held out."""
    return (document for document in documents if is_valid(document.holder))
