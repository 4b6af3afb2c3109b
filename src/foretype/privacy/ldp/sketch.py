"""A value of any set as one bit in a row of 128: 16 public hash functions, one of them chosen for each device.

With one hash a row this is the count-mean sketch, and RAPPOR's Bloom filter with one hash function; more hash functions cost
more noise than they give (docs/why/private-statistics.md).

It does not know noise, nor which values there are.
"""

from __future__ import annotations

NUM_ROWS = 16
WIDTH = 128  # bits: 16 bytes a report
_FNV_BASIS, _FNV_PRIME = 0x811C9DC5, 0x01000193  # FNV-1a, 32 bits
_MASK = 0xFFFFFFFF


def position(row: int, value: str) -> int:
    """Where `value` stands in a row. JavaScript gives the same number (serve/static/private-counts.js).

    >>> position(0, "en-US"), position(1, "en-US")
    (71, 118)
    """
    state = _FNV_BASIS
    for byte in f"{row}:{value}".encode():
        state = (state ^ byte) * _FNV_PRIME & _MASK
    return _mixed(state) % WIDTH


def _mixed(state: int) -> int:
    """Murmur3's last step: without it the low bits of short values are alike."""
    state = (state ^ state >> 16) * 0x85EBCA6B & _MASK
    state = (state ^ state >> 13) * 0xC2B2AE35 & _MASK
    return state ^ state >> 16


def to_hex(bits: tuple[int, ...]) -> str:
    """Bits as hexadecimal digits, the first bit first.

    >>> to_hex((1, 0, 0, 0, 0, 0, 1, 1))
    '83'
    """
    return f"{int(''.join(map(str, bits)), 2):0{len(bits) // 4}x}"


def from_hex(digits: str) -> tuple[int, ...]:
    """The bits that `to_hex` wrote. Raises ValueError for other than hexadecimal digits.

    >>> from_hex("83")
    (1, 0, 0, 0, 0, 0, 1, 1)
    """
    return tuple(map(int, f"{int(digits, 16):0{4 * len(digits)}b}"))
