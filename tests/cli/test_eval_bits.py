"""`foretype eval bits` as typed in a terminal."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import tiny_llama
from cli.conftest import Terminal
from letters import write_rows


def test_the_command_ends_in_one_json_line_a_file(foretype: Terminal, tmp_path: Path) -> None:
    shape = tiny_llama.config()
    folder = tiny_llama.write_folder(tmp_path / "tiny", shape, tiny_llama.weights(shape))
    foretype("model", "add", str(folder), "--name", "tiny", "--bits", "32")
    data = write_rows(tmp_path / "a.jsonl")
    for model in ("tiny", str(tmp_path / "cache" / "models" / "tiny")):
        printed = foretype("eval", "bits", model, str(data), "--limit", "5")
        found = json.loads(printed.out)
        assert (printed.status, found["messages"], found["data"]) == (0, 4, "a.jsonl")
        assert str(found["bits_per_char"]["value"])[:4] in printed.err


def test_a_message_longer_than_the_models_window_is_scored_all_the_same(
    foretype: Terminal, tmp_path: Path
) -> None:
    shape = tiny_llama.config()
    folder = tiny_llama.write_folder(tmp_path / "tiny", shape, tiny_llama.weights(shape))
    foretype("model", "add", str(folder), "--bits", "32")
    data = write_rows(tmp_path / "a.jsonl", lines=[{"author": "ann", "body": "Let me know. " * 80}])
    found = json.loads(foretype("eval", "bits", "tiny", str(data)).out)
    assert found["chars"] > 2 * shape["max_position_embeddings"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["tiny"], "model 'tiny' is not installed"),
        (["none"], "model 'none': this means none"),
        (["none", "--limit", "0"], "--limit: found 0, wanted 1 to"),
    ],
)
def test_what_cannot_be_scored_is_told(
    foretype: Terminal, tmp_path: Path, words: list[str], told: str
) -> None:
    printed = foretype("eval", "bits", words[0], str(write_rows(tmp_path / "a.jsonl")), *words[1:])
    assert printed.status == 2 and told in printed.err
