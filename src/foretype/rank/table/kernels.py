"""The two inner loops of a shard, finding and placing, behind one protocol; and which of their two versions to use.

numba's version is the faster one and comes with the extra `table`; numpy's works everywhere. Both read and write
the same arrays, so a table made by one is served by the other. It does not know shards or growth.
"""

from __future__ import annotations

from importlib.util import find_spec
from typing import Protocol

from foretype.rank.table.entries import Entries, Keys, Slots


class Kernels(Protocol):
    """Work on the arrays of one shard: a bucket is four slots in a row."""

    @property
    def name(self) -> str:
        """What figures are printed under."""
        ...

    def find(self, keys: Keys, seed: int, wanted: Keys) -> Slots:
        """The slot of each wanted key, ABSENT where there is none."""
        ...

    def place(self, shard: Entries, seed: int, new: Entries) -> Entries:
        """Put entries whose keys are different and not in the shard; gives back what found no place.

        What is in the shard and what is given back are together exactly what was in it and what was given: nothing
        is lost, though another entry than the new one may be given back.
        """
        ...


ABSENT = -1


def fastest_kernels() -> Kernels:
    """numba's if it is installed, numpy's otherwise."""
    if find_spec("numba") is not None:
        from foretype.rank.table.numba_kernels import NumbaKernels

        return NumbaKernels()
    from foretype.rank.table.numpy_kernels import NumpyKernels

    return NumpyKernels()
