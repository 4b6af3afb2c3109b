"""`foretype model` as a person runs it."""

from __future__ import annotations

import argparse
from pathlib import Path

import pytest

import tiny_llama
from foretype.assemble import BUILT_IN
from foretype.cli.model import register
from foretype.errors import InputError, ModelError


def run(cache: Path, *words: str) -> int:
    parser = argparse.ArgumentParser()
    register(parser.add_subparsers())
    arguments = parser.parse_args(["model", "--cache-dir", str(cache), *words])
    status = arguments.func(arguments)
    assert isinstance(status, int)
    return status


def test_a_model_is_added_listed_checked_and_removed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shape = tiny_llama.config()
    source = tiny_llama.write_gguf(tmp_path / "tiny.gguf", shape, tiny_llama.weights(shape))
    assert run(tmp_path, "list") == 0
    assert capsys.readouterr().out.split()[0] == BUILT_IN
    assert run(tmp_path, "add", str(source), "--bits", "4") == 0
    assert run(tmp_path, "list") == 0
    assert "4 bits" in capsys.readouterr().out
    assert run(tmp_path, "info", "tiny", "--check") == 0
    assert "checksums  all right" in capsys.readouterr().out
    assert run(tmp_path, "remove", "tiny") == 0
    capsys.readouterr()
    assert run(tmp_path, "list") == 0
    assert capsys.readouterr().out.split()[0] == BUILT_IN


def test_the_packages_model_is_told_of_and_stays(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tmp_path, "info", BUILT_IN, "--check") == 0
    assert "Apache-2.0" in capsys.readouterr().out
    with pytest.raises(ModelError, match="comes with foretype"):
        run(tmp_path, "remove", BUILT_IN)


def test_the_smallest_precision_is_told_in_full(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shape = tiny_llama.config()
    source = tiny_llama.write_gguf(tmp_path / "tiny.gguf", shape, tiny_llama.weights(shape))
    run(tmp_path, "add", str(source), "--bits", "4", "--table-bits", "4", "--block-size", "64")
    assert run(tmp_path, "info", "tiny") == 0
    assert "weights    4 bits (table 4, blocks of 64, nearest)" in capsys.readouterr().out


def test_a_block_size_without_four_bits_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="--block-size: it is for --bits 4"):
        run(tmp_path, "add", "x", "--block-size", "64")


def test_other_bits_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SystemExit):
        run(tmp_path, "add", "x", "--bits", "5")
