"""A whole table as one file: shards as they lie in memory, mapped when it is opened and never parsed.

    magic | shard | shard | ... | directory (JSON) | trailer: directory bytes, its crc32, format, file bytes, magic

A shard is keys, minutes and rows, each on a 64-byte line, with a checksum in the directory. The trailer is written
last and the file renamed into place after that, so a truncated file has no trailer. Opening reads trailer and
directory; pages come when they are first used, and changes stay in memory (copy on write).

It does not know when a snapshot is due, or which journal continues it.
"""

from __future__ import annotations

import json
import mmap
import os
import struct
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from foretype.errors import StoreError
from foretype.rank.table.directory import Region
from foretype.rank.table.entries import Entries
from foretype.rank.table.kernels import Kernels
from foretype.rank.table.shard import Shard
from foretype.rank.table.table import MAX_SHARD_SLOTS, Table

MAGIC = b"FTTABLE1"
FORMAT = 1
ALIGN = 64
TRAILER = struct.Struct("<QIIQ8s")
_REMEDY = "restore a copy, or begin in an empty folder"


@dataclass(frozen=True, slots=True)
class Stamp:
    """Which moment of which table a snapshot shows: all syncs of `lineage` up to `sequence`."""

    lineage: int
    sequence: int


class SnapshotWriter:
    """Writes a snapshot region by region; `finish` puts it in place, `abandon` leaves no trace."""

    def __init__(self, path: Path, stamp: Stamp, table: Table) -> None:
        """Raises StoreError where the file cannot be made."""
        self._path, self._staged = path, path.with_name(f".{path.name}.new")
        self._about = {
            "lineage": stamp.lineage,
            "sequence": stamp.sequence,
            "width": table.width,
            "seed": table.seed,
        }
        self._shards: list[dict[str, int]] = []
        try:
            self._file = os.fdopen(os.open(self._staged, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb")
            self._file.write(MAGIC.ljust(ALIGN, b"\0"))
        except OSError as error:
            raise _unwritable(path, error) from error

    def add(self, region: Region) -> None:
        """Append a region's shard."""
        shard = region.shard
        facts = {"depth": region.depth, "prefix": region.prefix, "seed": shard.seed, "used": shard.used}
        try:
            offset, crc = self._file.tell(), 0
            for array in (shard.slots.keys, shard.slots.minutes, shard.slots.rows):
                padding = bytes(-array.nbytes % ALIGN)
                for piece in (array.view(np.uint8).data, padding):
                    self._file.write(piece)
                    crc = zlib.crc32(piece, crc)
        except OSError as error:
            self.abandon()
            raise _unwritable(self._path, error) from error
        self._shards.append({**facts, "slots": len(shard.slots), "offset": offset, "crc32": crc})

    def finish(self) -> None:
        """Write the directory, wait for the disk, and rename into place."""
        text = json.dumps({**self._about, "shards": self._shards}).encode()
        try:
            total = self._file.tell() + len(text) + TRAILER.size
            self._file.write(text + TRAILER.pack(len(text), zlib.crc32(text), FORMAT, total, MAGIC))
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()
            self._staged.replace(self._path)
            sync_folder(self._path.parent)
        except OSError as error:
            self.abandon()
            raise _unwritable(self._path, error) from error

    def abandon(self) -> None:
        """Close and delete the unfinished file."""
        self._file.close()
        self._staged.unlink(missing_ok=True)


def write_snapshot(path: Path, table: Table, stamp: Stamp) -> None:
    """The whole table at once."""
    writer = SnapshotWriter(path, stamp, table)
    for region in table.regions():
        writer.add(region)
    writer.finish()


def open_snapshot(
    path: Path,
    *,
    kernels: Kernels | None = None,
    check: bool = False,
    max_shard_slots: int = MAX_SHARD_SLOTS,
) -> tuple[Table, Stamp]:
    """The table of a snapshot, mapped. `check` reads all of it and compares checksums.

    Raises StoreError for a file that is missing, truncated, damaged, foreign, or of a newer format.
    """
    try:
        with path.open("rb") as file:
            data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY)
    except (OSError, ValueError) as error:
        raise StoreError(f"{path}: cannot be read ({error}); {_REMEDY}") from error
    about = _read_directory(path, data)
    try:
        table = Table(
            width=about["width"], seed=about["seed"], kernels=kernels, max_shard_slots=max_shard_slots
        )
        table.adopt([_region(path, data, facts, width=table.width, check=check) for facts in about["shards"]])
        return table, Stamp(about["lineage"], about["sequence"])
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise StoreError(f"{path}: its directory is damaged ({error!r}); {_REMEDY}") from error


def sync_folder(folder: Path) -> None:
    """Wait until the names in a folder are on the disk; Windows has no such call and does it by itself."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _read_directory(path: Path, data: mmap.mmap) -> dict[str, Any]:
    if data[: len(MAGIC)] != MAGIC:
        raise StoreError(f"{path}: begins with {data[:8]!r}, wanted a foretype table; name another file")
    if len(data) < ALIGN + TRAILER.size or data[-len(MAGIC) :] != MAGIC:
        raise StoreError(f"{path}: {len(data)} bytes without an end: the file is truncated; {_REMEDY}")
    num_bytes, crc, format, total = TRAILER.unpack(data[-TRAILER.size :])[:4]
    if format != FORMAT:
        raise StoreError(
            f"{path}: found format {format}, wanted {FORMAT}; a newer foretype wrote it: use that one"
        )
    text = data[-TRAILER.size - num_bytes : -TRAILER.size] if num_bytes < len(data) else b""
    if total != len(data) or zlib.crc32(text) != crc:
        raise StoreError(f"{path}: found {len(data)} bytes, wanted {total} with a whole directory; {_REMEDY}")
    about: dict[str, Any] = json.loads(text)
    return about


def _region(path: Path, data: mmap.mmap, facts: dict[str, int], *, width: int, check: bool) -> Region:
    num_slots, offset = facts["slots"], facts["offset"]
    sizes = [_aligned(num_slots * size) for size in (8, 4, 4 * width)]
    if check and zlib.crc32(memoryview(data)[offset : offset + sum(sizes)]) != facts["crc32"]:
        raise StoreError(f"{path}: checksum differs at byte {offset}, the file is damaged; {_REMEDY}")
    keys = np.frombuffer(data, np.int64, num_slots, offset)
    minutes = np.frombuffer(data, np.uint32, num_slots, offset + sizes[0])
    rows = np.frombuffer(data, np.float32, num_slots * width, offset + sizes[0] + sizes[1])
    slots = Entries(keys, minutes, rows.reshape(num_slots, width))
    return Region(facts["depth"], facts["prefix"], Shard(slots, facts["seed"], facts["used"]))


def _aligned(num_bytes: int) -> int:
    return -(-num_bytes // ALIGN) * ALIGN


def _unwritable(path: Path, error: OSError) -> StoreError:
    return StoreError(
        f"{path}: cannot be written ({error.strerror or error}); the last snapshot still holds: free space there "
        "or make it writable, and try again"
    )
