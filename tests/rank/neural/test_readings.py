"""Readings come back as they were written, for their owner alone; what is none is refused."""

from __future__ import annotations

import stat
from pathlib import Path

import numpy as np
import pytest

from foretype.errors import InputError
from foretype.rank.neural.readings import Readings, gathered, load_readings, save_readings

SOME = gathered([[5, 6, 7], [8]], [(0, 0), (1, 0), (0, 2), (0, 2)])


def test_readings_come_back_as_they_were_written(tmp_path: Path) -> None:
    save_readings(tmp_path / "r.npz", SOME)
    found = load_readings(tmp_path / "r.npz")
    assert all(
        np.array_equal(getattr(found, name), getattr(SOME, name)) for name in ("tokens", "starts", "at")
    )


def test_only_their_owner_may_read_them(tmp_path: Path) -> None:
    save_readings(tmp_path / "r.npz", SOME)
    assert stat.S_IMODE((tmp_path / "r.npz").stat().st_mode) == 0o600


def test_every_place_finds_its_sequence() -> None:
    assert SOME.sequence_of(SOME.at).tolist() == [0, 1, 0, 0]
    assert SOME.tokens[SOME.at].tolist() == [5, 8, 7, 7]


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 half a file"])
def test_what_is_no_readings_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "r.npz").write_bytes(content)
    with pytest.raises(InputError, match="no readings"):
        load_readings(tmp_path / "r.npz")


def test_places_beyond_the_tokens_are_refused(tmp_path: Path) -> None:
    save_readings(tmp_path / "r.npz", Readings(SOME.tokens, SOME.starts, SOME.at + 2))
    with pytest.raises(InputError, match="do not cover 4 tokens"):
        load_readings(tmp_path / "r.npz")
