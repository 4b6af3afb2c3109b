"""From names to keys, and from keys to places: a keyed 64-bit hash of strings and a bijective mixer of integers.

Names are hashed with an installation's salt, so keys tell nobody who is in the table and two installations have
nothing in common. Of a billion names in 64 bits one pair in 37 installations shares a key (n * n / 2 ** 65). Keys
are stored in full, so the table itself never takes one for another.

It does not know what a name stands for.
"""

from __future__ import annotations

import hashlib
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from foretype.errors import InputError
from foretype.rank.table.entries import EMPTY, Keys

Hashes: TypeAlias = NDArray[np.uint64]

MIN_SALT_BYTES, MAX_SALT_BYTES = 16, 64  # blake2b takes keys of up to 64

# The finalizer of SplitMix64 (Steele, Lea and Flood, OOPSLA 2014): each step can be undone, so no two keys meet.
STEP_1, STEP_2 = 0xBF58476D1CE4E5B9, 0x94D049BB133111EB
_LOW_32 = np.uint64(0xFFFFFFFF)
_32 = np.uint64(32)


def name_key(namespace: str, name: str, *, salt: bytes) -> int:
    """The int64 key of a name; the same name in another namespace, or under another salt, has another key.

    Raises InputError for a salt of fewer than 16 or more than 64 bytes.

    >>> name_key("user", "anna", salt=bytes(16)) == name_key("tenant", "anna", salt=bytes(16))
    False
    """
    if not MIN_SALT_BYTES <= len(salt) <= MAX_SALT_BYTES:
        raise InputError(
            f"salt: found {len(salt)} bytes, wanted {MIN_SALT_BYTES} to {MAX_SALT_BYTES}; make it of random bytes"
        )
    told = len(namespace.encode()).to_bytes(4, "big") + namespace.encode() + name.encode()
    key = int.from_bytes(hashlib.blake2b(told, digest_size=8, key=salt).digest(), "big", signed=True)
    return 0 if key == EMPTY else key


def mix(keys: NDArray[Any], seed: int) -> Hashes:
    """Each key as 64 bits that look random; different keys stay different. `keys` are 64 bits wide."""
    hashes = keys.view(np.uint64) ^ np.uint64(seed)
    hashes ^= hashes >> np.uint64(30)
    hashes *= np.uint64(STEP_1)
    hashes ^= hashes >> np.uint64(27)
    hashes *= np.uint64(STEP_2)
    hashes ^= hashes >> np.uint64(31)
    return hashes


def mix_one(value: int, seed: int) -> int:
    """`mix` of one value, for seeds made of seeds."""
    return int(mix(np.array([value & (2**64 - 1)], np.uint64), seed)[0])


def two_buckets(keys: Keys, seed: int, *, num_buckets: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The two different buckets that may hold each key, of at least two; each half of the hash chooses one."""
    hashes = mix(keys, seed)
    first = ((hashes & _LOW_32) * np.uint64(num_buckets)) >> _32
    second = ((hashes >> _32) * np.uint64(num_buckets - 1)) >> _32
    second += second >= first
    return first.view(np.int64), second.view(np.int64)
