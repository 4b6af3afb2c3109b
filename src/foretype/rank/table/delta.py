"""What changed since the last sync, as one record: the same bytes in the journal, in a file and on the wire.

    head: magic | format | width | lineage | sequence | entries | gone | crc32 of the body | crc32 of the head
    body: keys of changed entries | their minutes | their rows | keys that are gone       (little-endian)

Rows are absolute, so applying a record twice, or records that overlap a snapshot, gives the same table. A lineage is
the life of one training table: a table begun anew has another, and no replica takes its records for the old one's.

It does not know who reads it, or what came before.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import BinaryIO

import numpy as np

from foretype.errors import StoreError
from foretype.rank.table.entries import Entries, Keys

MAGIC = b"FTDELTA1"
FORMAT = 1
HEAD = struct.Struct("<8sHHQQQQII")
_CRC_BYTES = 4


@dataclass(frozen=True, slots=True)
class Delta:
    """Entries as they are now, and keys that are no more, after `sequence` syncs of a lineage."""

    lineage: int
    sequence: int
    changed: Entries
    gone: Keys

    @property
    def width(self) -> int:
        return int(self.changed.rows.shape[1])

    @property
    def num_bytes(self) -> int:
        """Length of its record."""
        return HEAD.size + self.changed.num_bytes + self.gone.nbytes

    def narrowed(self, width: int) -> Delta:
        """The same with the first `width` columns: what a replica needs, which never trains."""
        return replace(self, changed=replace(self.changed, rows=self.changed.rows[:, :width]))

    def to_bytes(self) -> bytes:
        """The record."""
        changed = self.changed
        body = b"".join(
            (
                changed.keys.astype("<i8").tobytes(),
                changed.minutes.astype("<u4").tobytes(),
                changed.rows.astype("<f4").tobytes(),
                self.gone.astype("<i8").tobytes(),
            )
        )
        numbers = (FORMAT, self.width, self.lineage, self.sequence, len(changed), len(self.gone))
        head = HEAD.pack(MAGIC, *numbers, zlib.crc32(body), 0)[:-_CRC_BYTES]
        return head + zlib.crc32(head).to_bytes(_CRC_BYTES, "little") + body


@dataclass(frozen=True, slots=True)
class Head:
    """A record's head, checked."""

    width: int
    lineage: int
    sequence: int
    num_changed: int
    num_gone: int
    body_crc: int

    @property
    def body_bytes(self) -> int:
        return self.num_changed * (12 + 4 * self.width) + 8 * self.num_gone


def read_delta(record: bytes, *, where: str) -> Delta:
    """The delta of one whole record. Raises StoreError for a truncated, damaged or foreign one."""
    head = read_head(record)
    if head is None:
        raise StoreError(f"{where}: found no sync record of format {FORMAT}, wanted one; send it again")
    delta = read_body(head, record[HEAD.size :])
    if delta is None or len(record) != HEAD.size + head.body_bytes:
        raise StoreError(f"{where}: sync record {head.sequence} is damaged; send it again")
    return delta


def read_records(file: BinaryIO, *, after: int, where: str) -> Iterator[tuple[int, Delta | None]]:
    """Records of a journal: for each where it ends, and its delta if its sequence is above `after`.

    Stops at a torn tail, which a crash leaves. Raises StoreError where a damaged record has whole ones behind it.
    """
    at = 0
    while head := read_head(file.read(HEAD.size)):
        body = file.read(head.body_bytes)
        delta = read_body(head, body) if head.sequence > after else None
        if len(body) < head.body_bytes or (delta is None and head.sequence > after):
            break
        at = file.tell()
        yield at, delta
    _check_torn(file, at, where=where)


def read_head(data: bytes) -> Head | None:
    """The head at the start of `data`; None if there is none, or a damaged one."""
    if len(data) < HEAD.size:
        return None
    magic, format, width, lineage, sequence, changed, gone, body_crc, head_crc = HEAD.unpack_from(data)
    if magic != MAGIC or format != FORMAT or zlib.crc32(data[: HEAD.size - _CRC_BYTES]) != head_crc:
        return None
    return Head(width, lineage, sequence, changed, gone, body_crc)


def read_body(head: Head, body: bytes) -> Delta | None:
    """The delta of a head and its body; None for a short or damaged body."""
    if len(body) < head.body_bytes or zlib.crc32(body[: head.body_bytes]) != head.body_crc:
        return None
    minutes_at = 8 * head.num_changed
    rows_at = minutes_at + 4 * head.num_changed
    keys = np.frombuffer(body, "<i8", head.num_changed).astype(np.int64)
    minutes = np.frombuffer(body, "<u4", head.num_changed, minutes_at).astype(np.uint32)
    rows = np.frombuffer(body, "<f4", head.num_changed * head.width, rows_at).astype(np.float32)
    gone_at = rows_at + 4 * head.num_changed * head.width
    gone = np.frombuffer(body, "<i8", head.num_gone, gone_at).astype(np.int64)
    changed = Entries(keys, minutes, rows.reshape(head.num_changed, head.width))
    return Delta(head.lineage, head.sequence, changed, gone)


def _check_torn(file: BinaryIO, at: int, *, where: str) -> None:
    """That no whole record begins behind the bad one at `at`."""
    file.seek(at)
    rest = file.read()
    later = rest.find(MAGIC, 1)
    while later >= 0:
        if read_head(rest[later : later + HEAD.size]):
            raise StoreError(
                f"{where}: damaged at byte {at}, with whole records behind it; it was left as it is: restore a copy "
                "of the folder, or move the file away and lose what came after its snapshot"
            )
        later = rest.find(MAGIC, later + 1)
