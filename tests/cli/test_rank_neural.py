"""`foretype rank readings` and `foretype rank neural`, from rows to a table and networks that run."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import tiny_llama
from cli.conftest import Terminal
from foretype.rank.neural.readings import load_readings, save_readings
from foretype.rank.rows import load_rows, save_rows
from letters import rows, write_rows
from read_rows import invented

RANKERS = [
    *("fixed gate", "logistic", "trees", "trees + state"),
    *("network", "network + state", "joint"),
]


def test_readings_belong_to_the_keys_of_rows(foretype: Terminal, tmp_path: Path) -> None:
    data, out = write_rows(tmp_path / "mail.jsonl", lines=rows()[:4]), tmp_path / "rows.npz"
    options = ("--part", "all", "--limit", "3")
    foretype("rank", "rows", str(data), "--out", str(out), *options, "--chars", "30", "--model", "none")
    told = foretype(
        *("rank", "readings", str(data), "--rows", str(out), "--out", str(tmp_path / "read.npz")),
        *options,
    )
    assert told.status == 0, told.err
    facts, found = json.loads(told.out), load_readings(tmp_path / "read.npz")
    assert facts["keys"] == len(found.at) == len(np.unique(load_rows(out).place))


def test_readings_of_other_authors_are_refused_in_a_line(foretype: Terminal, tmp_path: Path) -> None:
    data, out = write_rows(tmp_path / "mail.jsonl", lines=rows()[:4]), tmp_path / "rows.npz"
    foretype(
        *("rank", "rows", str(data), "--out", str(out), "--part", "all", "--chars", "30"),
        *("--model", "none"),
    )
    told = foretype(
        *("rank", "readings", str(data), "--rows", str(out), "--out", str(tmp_path / "read.npz")),
        *("--part", "all", "--limit", "1"),
    )
    assert told.status == 2 and "with the same --part, --limit and --per-author" in told.err


@pytest.mark.train
def test_rankers_are_trained_judged_and_kept(foretype: Terminal, tmp_path: Path) -> None:
    pytest.importorskip("torch"), pytest.importorskip("rtdl_num_embeddings"), pytest.importorskip("lightgbm")
    shape = tiny_llama.config()
    folder = tiny_llama.write_folder(tmp_path / "tiny", shape, tiny_llama.weights(shape))
    pairs = []
    for name, seed in (("train", 1), ("valid", 2)):
        some, read = invented(300, seed=seed)
        save_rows(tmp_path / f"{name}.npz", some)
        save_readings(tmp_path / f"{name}-read.npz", read)
        pairs.append([str(tmp_path / f"{name}.npz"), str(tmp_path / f"{name}-read.npz")])
    command = ["rank", "neural", "--train", *pairs[0], "--judge", *pairs[1], "--network", str(folder)]
    told = foretype(*command, "--joint-passes", "1", "--every", "1", "--out", str(tmp_path / "nets"))
    assert told.status == 0, told.err
    lines = [json.loads(line) for line in told.out.splitlines()]
    assert [line["ranker"] for line in lines] == RANKERS
    areas = {line["ranker"]: line["figures"]["auc"]["value"] for line in lines}
    assert areas["trees + state"] > areas["trees"] > 0.6
    assert lines[-1]["decision_ms"] > 0 and lines[2]["more_than_trees"]["auc"]["value"] == 0
    assert "joint.onnx" in [path.name for path in (tmp_path / "nets").iterdir()]
    told = foretype(*command[:5], "--judge", *pairs[0], "--network", str(folder))
    assert told.status == 2 and "found 30 authors of the training rows" in told.err
