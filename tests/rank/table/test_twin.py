"""A kept table and its replicas against dictionaries, through everything that can happen to them in any order."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from foretype.rank.table.delta import Delta, read_delta
from foretype.rank.table.folder_feed import FolderFeed
from foretype.rank.table.kept import KeptTable
from foretype.rank.table.replica import Applied, Replica
from foretype.rank.table.table import Table

WIDTH = 3
KEYS = st.lists(st.integers(0, 400), max_size=150)  # enough for several shards of 64 slots
EVERY = np.arange(401)

Twin = dict[int, tuple[int, float]]  # key -> minute and first float


def twin_of(table: Table) -> Twin:
    return {
        key: (minute, row)
        for part in table.entries()
        for key, minute, row in zip(
            part.keys.tolist(), part.minutes.tolist(), part.rows[:, 0].tolist(), strict=True
        )
    }


class TableMachine(RuleBasedStateMachine):
    """`now` is what the table must show, `synced` what the disk must have, `sent` all deltas since a replica came."""

    def __init__(self) -> None:
        super().__init__()
        self._folder = tempfile.TemporaryDirectory()
        self._path = Path(self._folder.name) / "table"
        self.now: Twin = {}
        self.synced: Twin = {}
        self.minute = 1
        self.checkpoint: Iterator[list[Delta]] | None = None
        self.kept = self._opened()
        self.follower = Replica(width=1)
        self.listener = Replica(width=2)
        self.listener.follow(FolderFeed(self._path))

    def _opened(self) -> KeptTable:
        return KeptTable(self._path, width=WIDTH, max_shard_slots=64)

    @rule(keys=KEYS, value=st.integers(-1_000, 1_000))
    def upsert(self, keys: list[int], value: int) -> None:
        rows = np.array([[value + key, value, -key] for key in keys], np.float32).reshape(len(keys), WIDTH)
        self.kept.upsert(np.array(keys, np.int64), rows, now_min=self.minute)
        self.now |= {key: (self.minute, float(value + key)) for key in keys}

    @rule(keys=KEYS)
    def erase(self, keys: list[int]) -> None:
        there = self.kept.erase(np.array(keys, np.int64))
        assert there.tolist() == [key in self.now for key in keys]
        for key in keys:
            self.now.pop(key, None)

    @rule(minutes=st.integers(0, 3))
    def time_passes(self, minutes: int) -> None:
        self.minute += minutes

    @rule(age=st.integers(0, 4))
    def expire(self, age: int) -> None:
        since = max(0, self.minute - age)
        gone = self.kept.expire(unused_since_min=since)
        assert set(gone.tolist()) == {key for key, (minute, _) in self.now.items() if minute < since}
        self.now = {key: value for key, value in self.now.items() if value[0] >= since}

    @rule()
    def sync(self) -> None:
        self._send(self.kept.sync())

    @precondition(lambda self: self.checkpoint is None)
    @rule()
    def begin_checkpoint(self) -> None:
        self.checkpoint = self.kept.checkpoint_steps()

    @precondition(lambda self: self.checkpoint is not None)
    @rule(steps=st.integers(1, 12))
    def go_on_with_checkpoint(self, steps: int) -> None:
        assert self.checkpoint is not None
        for _ in range(steps):
            deltas = next(self.checkpoint, None)
            if deltas is None:
                self.checkpoint = None
                return
            self._send(deltas, synced=bool(deltas))

    @rule()
    def die_and_come_back(self) -> None:
        """What a crash leaves: a checkpoint stops where it is, and what was not synced is gone."""
        self.checkpoint = None
        self.kept.close()
        self.kept = self._opened()
        self.now = dict(self.synced)

    @rule()
    def follower_looks(self) -> None:
        self.follower.follow(FolderFeed(self._path))
        assert self._shown(self.follower) == self.synced

    @invariant()
    def the_table_is_its_twin(self) -> None:
        assert twin_of(self.kept.table) == self.now
        assert len(self.kept.table) == len(self.now)
        rows, there = self.kept.rows(EVERY)
        assert there.tolist() == [key in self.now for key in EVERY.tolist()]
        assert rows[:, 0].tolist() == [self.now.get(key, (0, 0.0))[1] for key in EVERY.tolist()]

    @invariant()
    def the_listener_shows_what_was_synced(self) -> None:
        assert self._shown(self.listener) == self.synced

    def teardown(self) -> None:
        self.checkpoint = None
        self.kept.close()
        self._folder.cleanup()

    def _send(self, deltas: list[Delta], *, synced: bool = True) -> None:
        """Over a wire, twice."""
        for delta in deltas:
            arrived = read_delta(delta.narrowed(2).to_bytes(), where="wire")
            assert self.listener.apply(arrived) is Applied.NEW
            assert self.listener.apply(arrived) is Applied.KNOWN
        if synced:
            self.synced = dict(self.now)

    @staticmethod
    def _shown(replica: Replica) -> Twin:
        return twin_of(replica.table)


TestTableMachine = TableMachine.TestCase
TestTableMachine.settings = settings(max_examples=30, stateful_step_count=30, deadline=None)
