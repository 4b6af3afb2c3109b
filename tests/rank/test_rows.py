"""Outcome rows come back as they were written; what is no rows of this schema is refused."""

from __future__ import annotations

from contextlib import suppress
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from foretype.__main__ import main
from foretype.errors import InputError
from foretype.rank import rows as rows_module
from foretype.rank.rows import COLUMNS, OutcomeRows, joined, load_rows, no_rows, save_rows
from foretype.rank.schema import FEATURES


def some_rows(num: int, *, seed: int = 1) -> OutcomeRows:
    chance = np.random.default_rng(seed)
    shapes = {name: (num, len(FEATURES)) if name == "features" else (num,) for name in COLUMNS}
    found: dict[str, NDArray[Any]] = {
        name: chance.integers(0, 2, shapes[name]).astype(kind) for name, kind in COLUMNS.items()
    }
    return OutcomeRows(**found)


def same(left: OutcomeRows, right: OutcomeRows) -> bool:
    return all(np.array_equal(getattr(left, name), getattr(right, name)) for name in COLUMNS)


@pytest.mark.parametrize("num", [0, 1, 100])
def test_rows_come_back_as_they_were_written(tmp_path: Path, num: int) -> None:
    rows = some_rows(num) if num else no_rows()
    save_rows(tmp_path / "rows.npz", rows)
    assert same(load_rows(tmp_path / "rows.npz"), rows)
    assert [path.name for path in tmp_path.iterdir()] == ["rows.npz"]


def test_joined_rows_mix_up_no_keys_and_no_messages() -> None:
    both = joined([some_rows(10), no_rows(), some_rows(10, seed=2)])
    assert len(both) == 20
    assert not set(both.place[:10]) & set(both.place[10:])
    assert not set(both.message[:10]) & set(both.message[10:])


def test_rows_of_another_schema_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    save_rows(tmp_path / "rows.npz", some_rows(3))
    monkeypatch.setattr(rows_module, "SCHEMA", "0" * 16)
    with pytest.raises(InputError, match=r"found rows of schema .* make them again"):
        load_rows(tmp_path / "rows.npz")


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 half a file", b"no archive at all"])
def test_what_is_no_rows_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "rows.npz"
    path.write_bytes(content)
    with pytest.raises(InputError, match="no outcome rows"):
        load_rows(path)


def test_a_truncated_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "rows.npz"
    save_rows(path, some_rows(100))
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(InputError, match="no outcome rows"):
        load_rows(path)


def test_columns_of_another_shape_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "rows.npz"
    save_rows(path, some_rows(5))
    with np.load(path) as found:
        columns = dict(found) | {"position": np.zeros(4, np.int32)}
    np.savez(path, **columns)
    with pytest.raises(InputError, match="column position"):
        load_rows(path)


def test_features_that_are_no_numbers_are_refused(tmp_path: Path) -> None:
    rows = some_rows(5)
    rows.features[2, 3] = np.nan
    save_rows(tmp_path / "rows.npz", rows)
    with pytest.raises(InputError, match="no numbers"):
        load_rows(tmp_path / "rows.npz")


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(st.integers(0), st.integers(0, 7)), min_size=1, max_size=3))
def test_a_damaged_file_is_refused_or_read_as_it_was(
    tmp_path_factory: pytest.TempPathFactory, flips: list[tuple[int, int]]
) -> None:
    path = tmp_path_factory.mktemp("rows") / "rows.npz"
    save_rows(path, some_rows(20))
    content = bytearray(path.read_bytes())
    for at, bit in flips:
        content[at % len(content)] ^= 1 << bit
    path.write_bytes(content)
    with suppress(InputError):
        assert same(load_rows(path), some_rows(20))


def test_a_file_that_damage_calls_encrypted_is_refused(tmp_path: Path) -> None:
    save_rows(tmp_path / "rows.npz", some_rows(5))
    content = bytearray((tmp_path / "rows.npz").read_bytes())
    content[content.index(b"PK\x01\x02") + 8] |= 1  # the first column's flags, in the archive's list
    (tmp_path / "rows.npz").write_bytes(content)
    with pytest.raises(InputError, match="not an archive that it wrote"):
        load_rows(tmp_path / "rows.npz")


def test_a_ranker_cannot_be_judged_by_no_rows(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    save_rows(tmp_path / "rows.npz", no_rows())
    packaged = str(files("foretype") / "data" / "ranker")
    assert main(["rank", "judge", packaged, str(tmp_path / "rows.npz")]) == 2
    assert "found no rows" in capsys.readouterr().err
