"""Training on a Ray cluster: the same curve as two processes of one machine."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from foretype.corpus.documents import Document, row_of
from foretype.lm.curve import read_curve

pytestmark = pytest.mark.ray
pytest.importorskip("torch")
pytest.importorskip("ray.train")

SECONDS = 300  # a cluster takes half a minute to start, more on a busy machine
CONFIG = """
[data]
train = "corpus.jsonl"
max_tokens = 64
[tokenizer]
size = 300
[network]
layers = 1
width = 32
heads = 2
[training]
steps = 20
rows = 2
accelerator = "cpu"
{processes}
[output]
folder = "{folder}"
"""


def test_two_workers_learn_what_two_processes_learn(tmp_path: Path) -> None:
    alone = trained(tmp_path, "alone", processes="devices = 2")
    on_ray = trained(tmp_path, "on-ray", "--ray", "local", "--workers", "2")
    assert on_ray["valid"] == pytest.approx(alone["valid"], rel=1e-4)
    losses = [
        [point.loss for point in read_curve(tmp_path / name / "curve.csv")] for name in ("alone", "on-ray")
    ]
    np.testing.assert_allclose(losses[1], losses[0], rtol=1e-4)
    assert not (tmp_path / "on-ray" / "ray").exists()


def trained(folder: Path, name: str, *more: str, processes: str = "") -> dict[str, dict[str, float]]:
    rows = [row_of(Document(f"author{index % 80}", f"the other thing {index}")) for index in range(240)]
    (folder / "corpus.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    file = folder / f"{name}.toml"
    file.write_text(CONFIG.format(folder=name, processes=processes), encoding="utf-8")
    command = [sys.executable, "-m", "foretype", "train", str(file), *more]
    done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS)
    assert done.returncode == 0, done.stderr
    found: dict[str, dict[str, float]] = json.loads(done.stdout.splitlines()[-1])
    return found
