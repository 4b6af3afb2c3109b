"""Just enough of protobuf's wire format to read numbers and bytes out of a message, so that no package is needed for it.

Fields of a message, by number, as they came: varints as whole numbers, all else as bytes. It does not know what any field
means.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

Value: TypeAlias = int | bytes
Fields: TypeAlias = Mapping[int, Sequence[Value]]

VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5
WIDTHS = {FIXED64: 8, FIXED32: 4}


def fields_of(message: bytes) -> Fields:
    """All fields of a message. Raises ValueError for bytes that are none.

    >>> fields_of(bytes([0x08, 0x96, 0x01, 0x12, 0x02, 0x68, 0x69]))
    {1: [150], 2: [b'hi']}
    """
    found: defaultdict[int, list[Value]] = defaultdict(list)
    at = 0
    while at < len(message):
        key, at = _varint(message, at)
        value, at = _value(message, at, key & 7)
        found[key >> 3].append(value)
    return dict(found)


def varints(values: Sequence[Value]) -> list[int]:
    """Whole numbers that stand one by one, or packed.

    >>> varints([7, bytes([1, 0x96, 1])])
    [7, 1, 150]
    """
    found: list[int] = []
    for value in values:
        found += [value] if isinstance(value, int) else list(_unpacked(value))
    return found


def message_in(fields: Fields, number: int) -> Fields:
    """The one message in a field. Raises ValueError where there is none, or more."""
    values = fields.get(number, ())
    if len(values) != 1 or not isinstance(values[0], bytes):
        raise ValueError(f"found {len(values)} values of field {number}, wanted one message")
    return fields_of(values[0])


def _unpacked(packed: bytes) -> Iterator[int]:
    at = 0
    while at < len(packed):
        value, at = _varint(packed, at)
        yield value


def _value(message: bytes, at: int, wire: int) -> tuple[Value, int]:
    if wire == VARINT:
        return _varint(message, at)
    if wire == BYTES:
        length, at = _varint(message, at)
    elif wire in WIDTHS:
        length = WIDTHS[wire]
    else:
        raise ValueError(f"a field of kind {wire} at byte {at}")
    if at + length > len(message):
        raise ValueError(f"a field ends at byte {at + length} of {len(message)}")
    return message[at : at + length], at + length


def _varint(message: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while at < len(message):
        byte = message[at]
        value |= (byte & 0x7F) << shift
        shift, at = shift + 7, at + 1
        if byte < 0x80:
            return value, at
    raise ValueError("a number goes on behind the end")
