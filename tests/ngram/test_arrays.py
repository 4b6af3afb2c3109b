"""A file that is missing, cut, foreign, old or damaged is refused with what is wrong; a whole one reads back."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from foretype.errors import ModelError
from foretype.ngram.arrays import PREFIX, read_arrays, write_arrays
from foretype.ngram.automaton import open_automaton
from ngram_twins import invented, model


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "m.ngram"
    write_arrays(path, {"a": np.arange(5, dtype=np.uint16), "b": np.zeros(0)}, kind="test", header={"x": 1})
    return path


def test_arrays_read_back_as_written(path: Path) -> None:
    header, arrays = read_arrays(path, kind="test", check=True)
    assert header["x"] == 1 and arrays["a"].tolist() == [0, 1, 2, 3, 4] and len(arrays["b"]) == 0
    assert not arrays["a"].flags.writeable
    assert [each.name for each in path.parent.iterdir()] == [path.name]


def test_a_missing_or_empty_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty").write_bytes(b"")
    for name in ("missing", "empty"):
        with pytest.raises(ModelError, match=f"{name}: cannot be read"):
            read_arrays(tmp_path / name, kind="test")


@pytest.mark.parametrize("kept", [1, 15])
def test_a_stump_is_refused(path: Path, kept: int) -> None:
    path.write_bytes(path.read_bytes()[:kept])
    with pytest.raises(ModelError, match="wanted a foretype file"):
        read_arrays(path, kind="test")


@pytest.mark.parametrize("lost", [1, 64])
def test_a_truncated_file_is_refused_with_both_sizes(path: Path, lost: int) -> None:
    size = path.stat().st_size
    path.write_bytes(path.read_bytes()[:-lost])
    with pytest.raises(ModelError, match=f"{size - lost} bytes, wanted {size}: the file is truncated"):
        read_arrays(path, kind="test")


def test_a_foreign_file_is_refused(path: Path) -> None:
    path.write_bytes(b"GGUF" + path.read_bytes()[4:])
    with pytest.raises(ModelError, match="found b'GGUF"):
        read_arrays(path, kind="test")


def test_another_format_is_refused(path: Path) -> None:
    data = path.read_bytes()
    path.write_bytes(data[:8] + (2).to_bytes(4, "little") + data[12:])
    with pytest.raises(ModelError, match="format 2, this build reads 1"):
        read_arrays(path, kind="test")


def test_another_kind_is_refused(path: Path) -> None:
    with pytest.raises(ModelError, match="holds a test model, wanted background"):
        open_automaton(path)


@pytest.mark.parametrize(
    "text", [b"{", b"[]", b"{}", b'"\xff"', b'{"kind": 5}', b'{"kind": "test", "body_bytes": 0, "crc32": 1}']
)
def test_a_damaged_header_is_refused(path: Path, text: bytes) -> None:
    path.write_bytes((PREFIX.pack(b"FORETYPE", 1, len(text)) + text).ljust(64, b"\0"))
    with pytest.raises(ModelError, match="its header is damaged"):
        read_arrays(path, kind="test")


@pytest.mark.parametrize("entry", [{}, {"name": "a", "dtype": "<u2", "length": 10**6, "offset": 0}, 7])
def test_arrays_that_are_not_there_are_refused(path: Path, entry: object) -> None:
    text = json.dumps({"kind": "test", "body_bytes": 0, "crc32": 0, "arrays": [entry]}).encode()
    start = -(-(PREFIX.size + len(text)) // 64) * 64
    path.write_bytes((PREFIX.pack(b"FORETYPE", 1, len(text)) + text).ljust(start, b"\0"))
    with pytest.raises(ModelError, match="its header is damaged"):
        read_arrays(path, kind="test")


def test_a_flipped_bit_fails_the_checksum(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(bytes(data))
    read_arrays(path, kind="test")
    with pytest.raises(ModelError, match="checksum differs"):
        read_arrays(path, kind="test", check=True)


@pytest.mark.parametrize("name", ["lexicon", "alphas.1", "words.2", "children.1", "gammas.2", "lower"])
def test_a_model_that_lacks_a_part_is_refused(tmp_path: Path, name: str) -> None:
    refuse_changed(tmp_path, name, lost=None)


@pytest.mark.parametrize("name", ["alphas.1", "words.2", "children.1", "gammas.2"])
def test_a_model_whose_parts_do_not_fit_is_refused(tmp_path: Path, name: str) -> None:
    refuse_changed(tmp_path, name, lost=1)


def refuse_changed(folder: Path, name: str, *, lost: int | None) -> None:
    """Rewrite a good model with the end of one array lost, all of it for None."""
    model(invented(20, seed=1), folder / "whole.ngram")
    header, arrays = read_arrays(folder / "whole.ngram", kind="background")
    del header["arrays"]
    if lost is None:
        del arrays[name]
    else:
        arrays[name] = arrays[name][:-lost]
    write_arrays(folder / "m.ngram", arrays, kind="background", header=header)
    with pytest.raises(ModelError, match="its parts do not fit"):
        open_automaton(folder / "m.ngram")
