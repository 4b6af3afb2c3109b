"""Bytes made small the same way each time: gzip without a date or a name in it.

It does not know what it packs.
"""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import dataclass

LEVEL = 9
SYSTEM_AT, ANY_SYSTEM = 9, b"\xff"  # of gzip's header: versions of Python write different ones


@dataclass(frozen=True, slots=True)
class Packed:
    """One file of the folder, as it is or as gzip, which begins with 1f 8b, and its checksums, stored and unpacked."""

    stored: bytes
    sha256: str
    num_unpacked: int
    sha256_unpacked: str


def packed(data: bytes) -> Packed:
    """The same bytes always give the same gzip.

    >>> packed(b"a" * 1000) == packed(b"a" * 1000), len(packed(b"a" * 1000).stored) < 50
    (True, True)
    """
    stored = gzip.compress(data, LEVEL, mtime=0)
    return _told(stored[:SYSTEM_AT] + ANY_SYSTEM + stored[SYSTEM_AT + 1 :], data)


def plain(data: bytes) -> Packed:
    """Bytes that every browser reads by itself."""
    return _told(data, data)


def _told(stored: bytes, data: bytes) -> Packed:
    return Packed(stored, hashlib.sha256(stored).hexdigest(), len(data), hashlib.sha256(data).hexdigest())
