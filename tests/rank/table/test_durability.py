"""What survives: kill -9, torn tails at every byte, a full disk; and what is refused: damage, foreign files, two writers."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from foretype.errors import InputError, StoreError
from foretype.rank.table.folder import journals_from, newest_snapshot
from foretype.rank.table.kept import KeptTable
from foretype.rank.table.numpy_kernels import NumpyKernels
from foretype.rank.table.snapshot import open_snapshot

WRITER = Path(__file__).with_name("writer_that_dies.py")
BATCH, NUM_KEYS = 500, 3_000  # as the writer has them


def opened(folder: Path) -> KeptTable:
    return KeptTable(folder, width=2, kernels=NumpyKernels(), max_shard_slots=512)


def put(kept: KeptTable, keys: range, value: float) -> None:
    kept.upsert(np.array(keys), np.full((len(keys), 2), value), now_min=1)


def values(kept: KeptTable, keys: range) -> list[float]:
    return [float(value) for value in kept.rows(np.array(keys))[0][:, 0]]


def newest_journal(folder: Path) -> Path:
    return journals_from(folder, 0)[-1]


def killed_after(folder: Path, *, first_round: int, num_lines: int) -> tuple[int, int]:
    """Runs the writer, kills it right after it has told of `num_lines` syncs; the last one that it told of."""
    command = [sys.executable, str(WRITER), str(folder), str(first_round)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for _ in range(num_lines):
            told = process.stdout.readline()
        process.send_signal(signal.SIGKILL)
        rest = process.stdout.read().splitlines()
    last = ([told, *rest])[-1].split()
    return int(last[0]), int(last[1])


@pytest.mark.skipif(os.name != "posix", reason="kill -9 is of POSIX")
def test_a_killed_writer_loses_nothing_that_it_had_synced(tmp_path: Path) -> None:
    before, number = [0.0] * NUM_KEYS, 0
    for num_lines in (
        1,
        6,
        7,
        13,
        4,
        12,
        2,
        18,
        6,
        20,
    ):  # before, in and after the checkpoint that follows six
        number, start = killed_after(tmp_path, first_round=number + 1, num_lines=num_lines)
        with opened(tmp_path) as kept:
            found = values(kept, range(NUM_KEYS))
        assert min(found[: start + BATCH]) >= number
        assert all(now >= then for now, then in zip(found, before, strict=True))
        assert max(found) <= number + 1  # at most what it had no time to tell of
        before = found


def test_a_journal_torn_at_any_byte_opens_without_its_last_sync(tmp_path: Path) -> None:
    with opened(tmp_path) as kept:
        put(kept, range(5), 1.0)
        kept.sync()
        whole_bytes = kept.journal_bytes
        put(kept, range(3, 7), 2.0)
        kept.sync()
    journal = newest_journal(tmp_path)
    record = journal.read_bytes()
    for length in range(whole_bytes, len(record)):
        journal.write_bytes(record[:length])
        with opened(tmp_path) as kept:
            assert values(kept, range(7)) == [1, 1, 1, 1, 1, 0, 0]
            assert kept.stamp.sequence == 1
            put(kept, range(7), 3.0)
            kept.sync()
        with opened(tmp_path) as kept:
            assert values(kept, range(7)) == [3] * 7


@pytest.mark.parametrize("byte", [0, 9, 30, 60, 90])
def test_damage_before_whole_syncs_is_told_and_left_as_it_is(tmp_path: Path, byte: int) -> None:
    with opened(tmp_path) as kept:
        for value in (1.0, 2.0):
            put(kept, range(5), value)
            kept.sync()
    journal = newest_journal(tmp_path)
    record = bytearray(journal.read_bytes())
    record[byte] ^= 0xFF
    journal.write_bytes(record)
    with pytest.raises(StoreError, match="damaged at byte 0"):
        opened(tmp_path)
    assert journal.read_bytes() == record


def test_a_missing_journal_is_told(tmp_path: Path) -> None:
    with opened(tmp_path) as kept:
        put(kept, range(5), 1.0)
        steps = kept.checkpoint_steps()
        next(steps), next(steps)  # a second journal was begun
        put(kept, range(5), 2.0)
        kept.sync()
        steps.close()  # type: ignore[attr-defined]
    first, _ = journals_from(tmp_path, 0)
    first.unlink()
    with pytest.raises(StoreError, match="found sync 2, wanted 1"):
        opened(tmp_path)


def test_a_writer_that_dies_in_a_checkpoint_leaves_no_litter_behind_the_next_opening(tmp_path: Path) -> None:
    with opened(tmp_path) as kept:
        put(kept, range(5), 1.0)
        kept.sync()
    (tmp_path / ".table-00000000000000000001.snapshot.new").write_bytes(b"half")
    with opened(tmp_path) as kept:
        assert values(kept, range(5)) == [1] * 5
        kept.checkpoint()
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "table-00000000000000000001.journal",
        "table-00000000000000000001.snapshot",
        "table.lock",
    ]


def test_files_are_for_their_owner_only(tmp_path: Path) -> None:
    with opened(tmp_path / "table") as kept:
        kept.checkpoint()
    assert {path.stat().st_mode & 0o077 for path in (tmp_path / "table").iterdir()} == {0}


def test_a_second_writer_is_kept_out(tmp_path: Path) -> None:
    with opened(tmp_path), pytest.raises(StoreError, match="another process has this table open"):
        opened(tmp_path)
    opened(tmp_path).close()


def test_a_table_of_another_width_is_refused(tmp_path: Path) -> None:
    opened(tmp_path).close()
    with pytest.raises(InputError, match="found rows of 2 floats, wanted 3"):
        KeptTable(tmp_path, width=3)
    opened(tmp_path).close()  # the lock was given back


def full_snapshot(folder: Path) -> Path:
    with opened(folder) as kept:
        put(kept, range(2_000), 1.0)
        kept.checkpoint()
    path = newest_snapshot(folder)
    assert path is not None
    return path


def test_a_truncated_snapshot_is_refused_wherever_it_ends(tmp_path: Path) -> None:
    path = full_snapshot(tmp_path)
    whole = path.read_bytes()
    for length in [0, 3, 8, 64, 100, len(whole) // 2, *range(len(whole) - 40, len(whole))]:
        path.write_bytes(whole[:length])
        with pytest.raises(StoreError) as raised:
            opened(tmp_path)
        assert str(path) in str(raised.value)


def test_a_foreign_file_and_another_format_are_refused(tmp_path: Path) -> None:
    path = full_snapshot(tmp_path)
    whole = path.read_bytes()
    path.write_bytes(b"PK" + whole[2:])
    with pytest.raises(StoreError, match="wanted a foretype table"):
        opened(tmp_path)
    path.write_bytes(whole[:-20] + b"\x02\x00\x00\x00" + whole[-16:])
    with pytest.raises(StoreError, match="found format 2, wanted 1"):
        opened(tmp_path)


def test_a_flipped_bit_is_found_where_the_file_is_checked(tmp_path: Path) -> None:
    path = full_snapshot(tmp_path)
    whole = bytearray(path.read_bytes())
    whole[len(whole) // 2] ^= 1
    path.write_bytes(whole)
    open_snapshot(path)  # reads the directory only
    with pytest.raises(StoreError, match="checksum differs"):
        open_snapshot(path, check=True)


def test_changes_to_an_opened_snapshot_stay_in_memory(tmp_path: Path) -> None:
    path = full_snapshot(tmp_path)
    before = path.read_bytes()
    with opened(tmp_path) as kept:
        put(kept, range(2_000), 5.0)
        kept.erase(np.arange(10))
    assert path.read_bytes() == before


def test_a_full_disk_stops_the_sync_and_loses_nothing(tmp_path: Path) -> None:
    """A limit on file size stands for the full disk: both make a write fail in the middle."""
    code = f"""
import resource, signal, sys
sys.path.insert(0, {str(WRITER.parent)!r})
from test_durability import *
with opened(Path({str(tmp_path)!r})) as kept:
    put(kept, range(50), 1.0)
    kept.sync()
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
    resource.setrlimit(resource.RLIMIT_FSIZE, (kept.journal_bytes + 100, hard))
    put(kept, range(50), 2.0)
    for attempt in (kept.sync, kept.checkpoint):
        try:
            attempt()
        except StoreError as error:
            print(error)
    resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
    print(len(kept.sync()[0].changed))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    lines = done.stdout.splitlines()
    assert len(lines) == 3 and lines[2] == "50", done.stderr
    assert all("cannot be written (File too large)" in line for line in lines[:2])
    with opened(tmp_path) as kept:
        assert values(kept, range(50)) == [2] * 50
