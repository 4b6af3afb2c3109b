"""Long arrays on disk: written from front to back, read in pieces, so that memory holds a piece and never the
whole.

Plain files and no memory map: mapped pages would count as memory held. It does not know what the numbers
mean.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

PIECE = 1 << 20  # entries read at once where no other bound is given


class Stream:
    """An array in a file of its own; `len` counts entries. The file's folder owns it: nothing to close.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     stream = Stream(Path(folder) / "ids", np.uint32)
    ...     stream.append(np.arange(5))
    ...     len(stream), stream.read(1, 3).tolist()
    (5, [1, 2])
    """

    def __init__(self, path: Path, dtype: DTypeLike) -> None:
        """A new, empty stream; a file that stood at `path` is emptied."""
        self._path = path
        self._dtype = np.dtype(dtype)
        self._length = 0
        path.write_bytes(b"")

    def __len__(self) -> int:
        return self._length

    def append(self, values: NDArray[Any]) -> None:
        with self._path.open("ab") as file:
            values.astype(self._dtype, copy=False).tofile(file)
        self._length += len(values)

    def read(self, first: int, last: int) -> NDArray[Any]:
        """Entries first..last-1, as an array of their own."""
        return self.gather([(first, last)])

    def gather(self, spans: Iterable[tuple[int, int]]) -> NDArray[Any]:
        """Entries of several spans, one behind the other."""
        spans = list(spans)
        values = np.empty(sum(last - first for first, last in spans), self._dtype)
        at = 0
        with self._path.open("rb") as file:
            for first, last in spans:
                file.seek(first * self._dtype.itemsize)
                file.readinto(values[at : at + last - first].view(np.uint8).data)
                at += last - first
        return values

    def pieces(self, *, overlap: int = 0) -> Iterator[NDArray[Any]]:
        """The whole stream, piece by piece; each repeats the last `overlap` entries of the one before."""
        for first in range(0, self._length, PIECE):
            yield self.read(max(first - overlap, 0), min(first + PIECE, self._length))

    def delete(self) -> None:
        self._path.unlink()


def count_ids(stream: Stream, size: int) -> NDArray[np.int64]:
    """How often each id below `size` stands in the stream. Shape (size,)."""
    counts = np.zeros(size, np.int64)
    for piece in stream.pieces():
        counts += np.bincount(piece, minlength=size)
    return counts
