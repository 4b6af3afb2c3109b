"""Upkeep does what is due when it is due, by a clock that the test turns."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from foretype.rank.table.folder import newest_snapshot
from foretype.rank.table.kept import KeptTable
from foretype.rank.table.upkeep import DAY_MIN, Rhythm, Upkeep

RHYTHM = Rhythm(sync_min=1, checkpoint_min=60, kept_days=30)


def test_a_minute_syncs_an_hour_checkpoints_a_day_expires(tmp_path: Path) -> None:
    with KeptTable(tmp_path, width=1) as kept:
        upkeep = Upkeep(kept, rhythm=RHYTHM, now_min=100_000)
        kept.upsert(np.array([1, 2]), np.ones((2, 1)), now_min=100_000)
        assert upkeep.tick(100_000) == []
        [delta] = upkeep.tick(100_001)
        assert sorted(delta.changed.keys.tolist()) == [1, 2]
        assert upkeep.tick(100_002) == []  # nothing touched
        before = newest_snapshot(tmp_path)
        kept.upsert(np.array([2]), np.ones((1, 1)), now_min=100_060)
        [delta] = upkeep.tick(100_060)
        assert delta.changed.keys.tolist() == [2]
        assert newest_snapshot(tmp_path) != before
        [delta] = upkeep.tick(100_000 + 30 * DAY_MIN + 1)
        assert (delta.changed.keys.tolist(), delta.gone.tolist()) == ([], [1])
        assert kept.table.knows(np.array([1, 2])).tolist() == [False, True]
