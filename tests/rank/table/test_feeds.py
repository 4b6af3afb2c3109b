"""Replicas follow: through the trainer's folder and through Redis, one contract for both."""

from __future__ import annotations

import importlib.util
import shutil
import socket
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest

from foretype.errors import StoreError
from foretype.rank.table import redis_feed
from foretype.rank.table.delta import Delta, read_delta
from foretype.rank.table.entries import Entries
from foretype.rank.table.folder_feed import FolderFeed
from foretype.rank.table.kept import KeptTable
from foretype.rank.table.numpy_kernels import NumpyKernels
from foretype.rank.table.plan import delta_bytes
from foretype.rank.table.redis_feed import RedisFeed, RedisRelay
from foretype.rank.table.replica import Applied, Feed, Replica

KEYS = np.arange(1_000)


@dataclass
class Line:
    """A trainer's folder, and how its replicas hear of it."""

    folder: Path
    feed: Feed
    publish: Callable[[], object]

    def trainer(self) -> KeptTable:
        return KeptTable(self.folder, width=3, kernels=NumpyKernels(), max_shard_slots=256)

    def replica(self) -> Replica:
        return Replica(width=2, kernels=NumpyKernels())


@pytest.fixture(scope="module")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    program = shutil.which("redis-server") or shutil.which("valkey-server")
    if program is None or importlib.util.find_spec("redis") is None:
        pytest.skip("needs redis-server and the package redis")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    flags = f"--port {port} --bind 127.0.0.1 --dir {tmp_path_factory.mktemp('redis')} --save"
    process = subprocess.Popen([program, *flags.split(), ""], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        assert any("eady to accept connections" in line for line in process.stdout)
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        process.terminate()
        process.communicate(timeout=20)


@pytest.fixture(params=["folder", pytest.param("redis", marks=pytest.mark.redis)])
def line(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Line]:
    folder = tmp_path / "table"
    if request.param == "folder":
        yield Line(folder, FolderFeed(folder), lambda: None)
        return
    url = request.getfixturevalue("redis_url")
    relay = RedisRelay(url, tmp_path.name, source=FolderFeed(folder), width=2)
    feed = RedisFeed(url, tmp_path.name)
    yield Line(folder, feed, relay.relay)
    relay.close()
    feed.close()


def teach(kept: KeptTable, value: float, *, keys: slice = slice(None)) -> None:
    rows = np.repeat((KEYS[keys] + value)[:, None], 3, axis=1)
    kept.upsert(KEYS[keys], rows, now_min=int(value))
    kept.sync()


def shown(replica: Replica) -> list[float]:
    return [float(value) for value in replica.rows(KEYS)[0][:, 1]]


def test_a_new_replica_reads_the_whole_and_then_what_is_touched(line: Line) -> None:
    replica = line.replica()
    assert replica.follow(line.feed) == 0  # nothing there yet
    with line.trainer() as kept:
        teach(kept, 1.0)
        kept.checkpoint()
        teach(kept, 2.0, keys=slice(10))
        line.publish()
        assert replica.follow(line.feed) == 2
        assert shown(replica) == [key + 2.0 if key < 10 else key + 1.0 for key in KEYS]
        assert replica.follow(line.feed) == 0
        kept.erase(KEYS[:5])
        kept.sync()
        line.publish()
        assert replica.follow(line.feed) == 1
        assert shown(replica)[:6] == [0, 0, 0, 0, 0, 7]
        assert replica.stamp == kept.stamp


def test_a_replica_that_slept_through_a_checkpoint_catches_up(line: Line) -> None:
    replica = line.replica()
    with line.trainer() as kept:
        teach(kept, 1.0)
        line.publish()
        replica.follow(line.feed)
        for value in (2.0, 3.0):
            teach(kept, value)
            kept.checkpoint()
        teach(kept, 4.0)
        line.publish()
        assert replica.follow(line.feed) > 0
        assert shown(replica) == (KEYS + 4.0).tolist()


def test_a_table_begun_anew_replaces_the_old_one(line: Line) -> None:
    replica = line.replica()
    with line.trainer() as kept:
        for value in (1.0, 2.0, 3.0):
            teach(kept, value)
        line.publish()
        replica.follow(line.feed)
    shutil.rmtree(line.folder)
    with line.trainer() as kept:
        teach(kept, 9.0, keys=slice(3))
        line.publish()
        replica.follow(line.feed)
        assert shown(replica)[:4] == [9, 10, 11, 0]


def test_a_table_restored_from_an_older_copy_is_read_whole(line: Line, tmp_path: Path) -> None:
    replica = line.replica()
    with line.trainer() as kept:
        teach(kept, 1.0)
    shutil.copytree(line.folder, tmp_path / "copy")
    with line.trainer() as kept:
        for value in (2.0, 3.0, 4.0):
            teach(kept, value)
        line.publish()
        replica.follow(line.feed)
    shutil.rmtree(line.folder)
    (tmp_path / "copy").rename(line.folder)
    with line.trainer() as kept:
        teach(kept, 7.0, keys=slice(2))
        line.publish()
        replica.follow(line.feed)
        assert shown(replica)[:3] == [7, 8, 3]


def test_what_a_crash_kept_from_being_published_is_published_later(line: Line) -> None:
    replica = line.replica()
    with line.trainer() as kept:
        teach(kept, 1.0)
        line.publish()
        replica.follow(line.feed)
        teach(kept, 2.0)  # synced, and dead before it was published
    with line.trainer() as kept:
        teach(kept, 3.0, keys=slice(10))
        line.publish()
        line.publish()
    assert replica.follow(line.feed) == 2
    assert shown(replica) == [key + 3.0 if key < 10 else key + 2.0 for key in KEYS]


@pytest.mark.redis
def test_a_stream_is_cut_behind_the_whole_table_before_the_last(
    redis_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redis_feed, "RENEW_AFTER", 5)
    relay = RedisRelay(redis_url, "cut", source=FolderFeed(tmp_path), width=2)
    feed = RedisFeed(redis_url, "cut")
    late = Replica(width=2)
    with KeptTable(tmp_path, width=3, kernels=NumpyKernels()) as kept:
        for value in range(1, 40):
            teach(kept, float(value), keys=slice(20))
            kept.checkpoint()
            relay.relay()
            assert relay._client.xlen(relay._key + "deltas") <= 11
        late.follow(feed)
        assert late.stamp == kept.stamp
        assert shown(late)[:3] == [39, 40, 41]
    relay.close()
    feed.close()


@pytest.mark.redis
def test_a_server_that_is_gone_is_told() -> None:
    with pytest.raises(StoreError, match="wanted a server that answers"):
        RedisFeed("redis://127.0.0.1:1/0", "none")


def delta_of(keys: list[int], gone: list[int], *, sequence: int = 1) -> Delta:
    rows = np.arange(2.0 * len(keys), dtype=np.float32).reshape(len(keys), 2)
    entries = Entries(np.array(keys, np.int64), np.ones(len(keys), np.uint32), rows)
    return Delta(7, sequence, entries, np.array(gone, np.int64))


@pytest.mark.parametrize(("keys", "gone"), [([], []), ([1, -5], []), ([], [3]), ([2**62], [1, 2])])
def test_a_delta_comes_out_of_its_bytes_and_is_as_long_as_planned(keys: list[int], gone: list[int]) -> None:
    delta = delta_of(keys, gone)
    record = delta.to_bytes()
    read = read_delta(record, where="wire")
    assert read.to_bytes() == record
    assert (read.lineage, read.sequence, read.changed.keys.tolist(), read.gone.tolist()) == (7, 1, keys, gone)
    assert len(record) == delta.num_bytes
    if keys and not gone:
        assert len(record) == delta_bytes(len(keys), width=2)


def test_a_delta_cut_or_changed_anywhere_is_refused() -> None:
    record = delta_of([1, 2, 3], [4]).to_bytes()
    for length in range(len(record)):
        with pytest.raises(StoreError, match="send it again"):
            read_delta(record[:length], where="wire")
    for at in range(len(record)):
        with pytest.raises(StoreError, match="send it again"):
            read_delta(record[:at] + bytes([record[at] ^ 1]) + record[at + 1 :], where="wire")


def test_a_replica_takes_only_what_comes_next(tmp_path: Path) -> None:
    replica = Replica(width=1)
    first, second, third = (delta_of([1], [], sequence=number) for number in (1, 2, 3))
    assert replica.apply(first) is Applied.GAP  # it has no whole table yet
    with KeptTable(tmp_path, width=1) as kept:
        replica.follow(FolderFeed(tmp_path))
        lineage = kept.stamp.lineage
    first, second, third = (replace(delta, lineage=lineage) for delta in (first, second, third))
    assert replica.apply(second) is Applied.GAP
    assert [replica.apply(delta) for delta in (first, first, second)] == [
        Applied.NEW,
        Applied.KNOWN,
        Applied.NEW,
    ]
    assert replica.apply(replace(third, lineage=lineage + 1)) is Applied.GAP
    assert replica.apply(third) is Applied.NEW
