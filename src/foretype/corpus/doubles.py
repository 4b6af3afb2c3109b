"""Texts that stand in a corpus twice: what part after part notes of them, and what all notes together show.

The same author, time and text is a copy, as mailboxes hold in several folders; near.py tells what is nearly
one. Memory: 265 bytes a text. It does not know which of two is better: the first stays.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from foretype.corpus.documents import Document
from foretype.corpus.files import written_whole
from foretype.corpus.near import NUM_HASHES, Signatures, near_duplicates, signatures

Flags = NDArray[np.bool_]


class Marks:
    """Collects what is noted of texts, in their order."""

    def __init__(self, *, is_near: bool) -> None:
        """`is_near`: note signatures too."""
        self._is_near = is_near
        self._keys: list[int] = []
        self._signatures: list[Signatures] = [np.zeros((0, NUM_HASHES), np.uint32)]
        self._is_long: list[Flags] = [np.zeros(0, np.bool_)]

    def __len__(self) -> int:
        return len(self._keys)

    def add(self, documents: Sequence[Document]) -> None:
        self._keys += map(_key, documents)
        if self._is_near:
            found, is_long = signatures([document.text for document in documents])
            self._signatures.append(found)
            self._is_long.append(is_long)

    def write(self, path: Path) -> None:
        with written_whole(path) as file:
            np.savez(
                file,
                keys=np.array(self._keys, np.uint64),
                signatures=np.concatenate(self._signatures),
                is_long=np.concatenate(self._is_long),
            )


@dataclass(frozen=True, slots=True)
class AllMarks:
    """The notes of all parts, one behind the other. Shapes: keys (texts,); `lengths` texts of each part."""

    keys: NDArray[np.uint64]
    signatures: Signatures
    is_long: Flags
    lengths: tuple[int, ...]


def read_marks(paths: Sequence[Path]) -> AllMarks:
    """What `Marks.write` wrote, part after part."""
    none: dict[str, NDArray[Any]] = {
        "keys": np.zeros(0, np.uint64),
        "signatures": np.zeros((0, NUM_HASHES), np.uint32),
        "is_long": np.zeros(0, np.bool_),
    }
    parts = [none]
    for path in paths:
        with np.load(path) as found:
            parts.append({name: found[name] for name in found.files})
    whole = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    return AllMarks(**whole, lengths=tuple(len(part["keys"]) for part in parts[1:]))


def find_doubles(marks: AllMarks, *, min_likeness: float | None) -> tuple[Flags, Flags]:
    """Which texts are copies of an earlier one, and which are nearly; the second all false without `min_likeness`."""
    is_copy = np.ones(len(marks.keys), np.bool_)
    is_copy[np.unique(marks.keys, return_index=True)[1]] = False
    if min_likeness is None:
        return is_copy, np.zeros(len(is_copy), np.bool_)
    return is_copy, near_duplicates(marks.signatures, marks.is_long, min_likeness=min_likeness)


def _key(document: Document) -> int:
    whole = "\0".join((document.holder, document.sent_at or "", document.previous, document.text))
    return int.from_bytes(hashlib.blake2b(whole.encode("utf-8", "replace"), digest_size=8).digest())
