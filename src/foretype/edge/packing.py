"""Bytes made small the same way each time: gzip without a date or a name in it.

It does not know what it packs.
"""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import dataclass

LEVEL = 9


@dataclass(frozen=True, slots=True)
class Packed:
    """What lies in the folder for one file: as it is, or as gzip, which begins with 1f 8b; `sha256` is its checksum."""

    stored: bytes
    num_unpacked: int
    sha256: str


def packed(data: bytes) -> Packed:
    """The same bytes always give the same gzip.

    >>> packed(b"a" * 1000) == packed(b"a" * 1000), len(packed(b"a" * 1000).stored) < 50
    (True, True)
    """
    return _told(gzip.compress(data, LEVEL, mtime=0), len(data))


def plain(data: bytes) -> Packed:
    """Bytes that every browser reads by itself."""
    return _told(data, len(data))


def _told(stored: bytes, num_unpacked: int) -> Packed:
    return Packed(stored, num_unpacked, hashlib.sha256(stored).hexdigest())
