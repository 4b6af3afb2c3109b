"""A process that trains without end and says what it has synced, to be killed at any moment.

    python writer_that_dies.py FOLDER ROUND

Round r sets keys 0..KEYS-1 to r, a few syncs and a checkpoint a round; each sync is told on stdout when it is done.
"""

from __future__ import annotations

import sys
from itertools import count
from pathlib import Path

import numpy as np

from foretype.rank.table.kept import KeptTable
from foretype.rank.table.numpy_kernels import NumpyKernels

KEYS = np.arange(3_000)
BATCH = 500


def main() -> None:
    folder, first_round = Path(sys.argv[1]), int(sys.argv[2])
    with KeptTable(folder, width=2, kernels=NumpyKernels(), max_shard_slots=512) as kept:
        for number in count(first_round):
            for start in range(0, len(KEYS), BATCH):
                rows = np.full((BATCH, 2), number, np.float32)
                kept.upsert(KEYS[start : start + BATCH], rows, now_min=number)
                kept.sync()
                print(number, start, flush=True)
            kept.checkpoint()


if __name__ == "__main__":
    main()
