"""The journal: sync records behind each other in a file, each on the disk before the next one is begun.

After a crash only the last record can be torn; opening cuts it off, readers stop before it. It does not know the
table whose changes it keeps.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from foretype.errors import StoreError
from foretype.rank.table.delta import Delta, read_records


class Journal:
    """A file that records are appended to, by one process."""

    def __init__(self, path: Path) -> None:
        """Opens or makes the file and cuts off a torn tail. Raises StoreError if it is damaged elsewhere."""
        self._path = path
        self._end = _good_bytes(path) if path.exists() else 0
        try:
            self._file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
            os.ftruncate(self._file, self._end)
            os.fsync(self._file)
        except OSError as error:
            raise _refused(path, error) from error

    @property
    def num_bytes(self) -> int:
        return self._end

    def append(self, delta: Delta) -> None:
        """Write a record and wait until the disk has it. Raises StoreError, with nothing added, if it cannot."""
        record = delta.to_bytes()
        try:
            _write_all(self._file, record, at=self._end)
            os.fsync(self._file)
        except OSError as error:
            os.ftruncate(self._file, self._end)
            raise _refused(self._path, error) from error
        self._end += len(record)

    def close(self) -> None:
        os.close(self._file)


def read_journal(path: Path, *, after: int) -> Iterator[Delta]:
    """Deltas of a journal whose sequence is above `after`, also while another process appends to it."""
    with path.open("rb") as file:
        for _, delta in read_records(file, after=after, where=str(path)):
            if delta is not None:
                yield delta


def _good_bytes(path: Path) -> int:
    with path.open("rb") as file:
        return max((end for end, _ in read_records(file, after=0, where=str(path))), default=0)


def _write_all(file: int, record: bytes, *, at: int) -> None:
    os.lseek(file, at, os.SEEK_SET)
    rest = memoryview(record)
    while rest:
        rest = rest[os.write(file, rest) :]


def _refused(path: Path, error: OSError) -> StoreError:
    return StoreError(
        f"{path}: cannot be written ({error.strerror or error}); nothing was added: free space there or make it "
        "writable, and sync again"
    )
