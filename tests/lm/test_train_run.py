"""`foretype train CONFIG`: from texts to a model that answers, in one command that can be stopped at any time."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

import small_training
import tiny_llama
from foretype.__main__ import main
from foretype.corpus.documents import Document, row_of
from foretype.runtime.adding import add_model
from foretype.runtime.catalog import Catalog

pytestmark = pytest.mark.train
pytest.importorskip("torch")

SECONDS = 120  # a process that hangs is ended
CONFIG = """
[data]
train = "corpus.jsonl"
max_tokens = 96
{data}
[tokenizer]
{tokenizer}
[network]
{network}
[training]
rows = 4
learning_rate = 3e-3
accelerator = "cpu"
{training}
[output]
folder = "run"
licence = "CC0-1.0"
data_card = "sentences of a test"
"""
PARTS = {
    "data": "",
    "tokenizer": "size = 300",
    "network": "layers = 2\nwidth = 64\nheads = 4\nkv_heads = 2",
    "training": "steps = 12",
}


def test_texts_become_a_model_that_answers(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["train", str(config(tmp_path))]) == 0
    line = json.loads(capsys.readouterr().out)
    assert line["summary"]["finished"]
    assert 0 < line["valid"]["bits_per_char"] < 8
    catalog = Catalog(tmp_path / "models")
    card = add_model(catalog, line["model"], name=None, bits=8, progress=lambda stage, share: None)
    assert (card.licence, card.data_card) == ("CC0-1.0", "sentences of a test")
    assert card.markers is not None


def test_a_run_tells_how_it_came_about(tmp_path: Path) -> None:
    main(["train", str(config(tmp_path))])
    card = json.loads((tmp_path / "run" / "run.json").read_text())
    wanted = {"command", "commit", "versions", "options", "data", "curve", "network", "summary", "machine"}
    assert wanted <= card.keys()
    assert card["options"]["training"]["steps"] == 12
    assert len(card["data"]["sha256"]["corpus.jsonl"]) == 64
    assert str(tmp_path) not in json.dumps(card)
    assert "# A training run" in (tmp_path / "run" / "run.md").read_text()
    picture = (tmp_path / "run" / "loss.svg").read_text()
    assert "<svg" in picture and "held-out texts" not in picture


def test_held_out_texts_judge_on_the_way(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["train", str(config(tmp_path, training="steps = 12\njudge_every = 6"))]) == 0
    rows = (tmp_path / "run" / "curve.csv").read_text().splitlines()
    assert rows[0].endswith(",gradient_norm,valid_loss")
    judged = {int(row.split(",")[0]): row.split(",")[-1] for row in rows[1:]}
    assert [step for step, loss in judged.items() if loss] == [6, 12]
    facts = json.loads((tmp_path / "run" / "run.json").read_text())["curve"]
    assert facts["last_valid_loss"] == pytest.approx(float(judged[12]), abs=1e-4)
    end = json.loads(capsys.readouterr().out)["valid"]["nats_per_token"]
    assert facts["last_valid_loss"] == pytest.approx(end, rel=0.2), "a sample of what judges at the end"
    assert "held-out texts" in (tmp_path / "run" / "loss.svg").read_text()


def test_judging_on_the_way_needs_somebody_who_judges(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    parts = {"data": "hold_out = false", "training": "steps = 12\njudge_every = 6"}
    assert main(["train", str(config(tmp_path, **parts))]) == 2
    assert "training.judge_every: found 6 and no held-out texts" in capsys.readouterr().err


def test_the_same_command_after_the_end_changes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = config(tmp_path)
    main(["train", str(file)])
    main(["train", str(file)])
    first, second = map(json.loads, capsys.readouterr().out.splitlines())
    assert second["valid"] == first["valid"]


def test_ctrl_c_keeps_all_and_the_same_command_goes_on(tmp_path: Path) -> None:
    file = config(tmp_path, training="steps = 100000")
    with subprocess.Popen(command(file), stderr=subprocess.PIPE, text=True) as process:
        wait_until(lambda: num_lines(tmp_path / "run" / "curve.csv") > 3, process)
        process.send_signal(signal.SIGINT)
        told = process.communicate(timeout=SECONDS)[1]
    assert process.returncode == 130
    assert "the same command goes on from there" in " ".join(told.split())
    before = num_lines(tmp_path / "run" / "curve.csv")
    kept = sorted((tmp_path / "run" / "checkpoints").iterdir())
    assert kept
    with subprocess.Popen(command(file), stderr=subprocess.DEVNULL, text=True) as process:
        wait_until(lambda: num_lines(tmp_path / "run" / "curve.csv") > before, process)
        process.kill()


def test_two_processes_that_hold_pieces_make_a_whole_model(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = config(tmp_path, training='steps = 12\ndevices = 2\nstrategy = "pieces"')
    done = subprocess.run(command(file), capture_output=True, text=True, timeout=SECONDS)
    assert done.returncode == 0, done.stderr
    line = json.loads(done.stdout.splitlines()[-1])
    main(["train", str(config(tmp_path / "alone", training="steps = 12\naccumulate = 2"))])
    alone = json.loads(capsys.readouterr().out)
    assert line["valid"]["nats_per_token"] == pytest.approx(alone["valid"]["nats_per_token"], rel=1e-3)
    assert line["parameters"] == alone["parameters"]


def test_a_finished_model_is_trained_on(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["train", str(config(tmp_path))])
    parts = {"network": 'start_from = "../run/model"', "tokenizer": ""}
    main(["train", str(config(tmp_path / "on", **parts))])
    first, second = map(json.loads, capsys.readouterr().out.splitlines())
    assert second["valid"]["nats_per_token"] < first["valid"]["nats_per_token"]


@pytest.mark.parametrize(
    ("parts", "told"),
    [
        (
            {"training": "steps = 12\nlerning_rate = 1"},
            "training.lerning_rate: there is no such option; did you",
        ),
        ({"training": 'steps = "many"'}, "training.steps: found 'many', wanted a whole number"),
        ({"training": "steps = 0"}, "training.steps: found 0, wanted more than 0"),
        ({"training": ""}, "found no end, wanted steps or minutes"),
        ({"training": 'steps = 1\nschedule = "up"'}, "wanted 'wsd' or 'cosine'"),
        ({"network": "width = 30\nheads = 4"}, "wanted a multiple of 16 for each head"),
        ({"network": "context = 8"}, "data.max_tokens: found 96, wanted at most network.context, 8"),
        ({"tokenizer": ""}, "found 0 of tokenizer.file, tokenizer.size"),
        ({"tokenizer": "size = 100"}, "wanted more than 269"),
        ({"tokenizer": 'file = "none.json"'}, "none.json: cannot be read"),
        ({"tokenizer": "", "network": 'start_from = "nowhere"'}, "there is nothing here"),
        ({"data": "valid = 3"}, "data.valid: found 3, wanted a list of paths"),
        ({"data": 'valid = "none.jsonl"'}, "none.jsonl: cannot be read"),
    ],
)
def test_a_config_that_cannot_be_is_told_in_a_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], parts: dict[str, str], told: str
) -> None:
    assert main(["train", str(config(tmp_path, **parts))]) == 2
    error = capsys.readouterr().err
    assert told in error
    assert len(error.strip().splitlines()) == 1
    assert main(["train", str(config(tmp_path))]) == 0  # mended, it runs


@pytest.mark.parametrize(
    ("documents", "told"),
    [
        ([], "found no text at all"),
        ([Document("ann", "hello there")] * 9, "found 1 authors, of whom 0 would be held out"),
    ],
)
def test_a_corpus_that_cannot_teach_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], documents: list[Document], told: str
) -> None:
    assert main(["train", str(config(tmp_path, documents))]) == 2
    assert told in capsys.readouterr().err


def test_one_author_may_teach_when_nobody_has_to_judge(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one = [Document("ann", "the other thing")] * 9
    assert main(["train", str(config(tmp_path, one, data="hold_out = false"))]) == 0
    assert json.loads(capsys.readouterr().out)["valid"] is None


def test_a_folder_of_another_run_is_left_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["train", str(config(tmp_path))])
    before = (tmp_path / "run" / "curve.csv").read_bytes()
    assert main(["train", str(config(tmp_path, training="steps = 20"))]) == 2
    assert "found a run with training.steps = 12, wanted 20" in capsys.readouterr().err
    assert (tmp_path / "run" / "curve.csv").read_bytes() == before


def test_a_tokenizer_without_markers_or_for_another_network_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = config(tmp_path, tokenizer='file = "plain.json"')
    (tmp_path / "plain.json").write_bytes(tiny_llama.tokenizer_json())
    assert main(["train", str(file)]) == 2
    assert "found no markers" in capsys.readouterr().err
    shape = tiny_llama.config()
    folder = tiny_llama.write_folder(
        tmp_path / "small", shape, tiny_llama.weights(shape), more_tokens=tiny_llama.MARKERS
    )
    file = config(tmp_path / "second", tokenizer="", network=f'start_from = "../{folder.name}"')
    assert main(["train", str(file)]) == 2
    assert "found 272 tokens in tokenizer.json, wanted at most 264" in capsys.readouterr().err


def test_examples_made_elsewhere_are_read_and_those_of_another_tokenizer_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    small_training.examples(tmp_path)
    parts = {"tokenizer": 'file = "tokenizer.json"', "data": 'valid = "examples"'}
    assert main(["train", str(config(tmp_path, **parts))]) == 0
    assert json.loads(capsys.readouterr().out)["valid"]["tokens"] > 0
    other = config(tmp_path / "other", data='valid = "../examples"')
    assert main(["train", str(other)]) == 2
    assert "found examples of another tokenizer" in capsys.readouterr().err


def test_neither_or_both_ways_to_train_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["train"]) == 2
    assert main(["train", str(config(tmp_path)), "--mail", "inbox"]) == 2
    assert "either CONFIG or --mail" in capsys.readouterr().err


def config(folder: Path, documents: Iterable[Document] | None = None, /, **parts: str) -> Path:
    """A config file in `folder`, with a corpus beside it."""
    folder.mkdir(exist_ok=True)
    rows = [row_of(document) for document in (_many() if documents is None else documents)]
    (folder / "corpus.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    file = folder / "train.toml"
    file.write_text(CONFIG.format(**(PARTS | parts)), encoding="utf-8")
    return file


def _many() -> list[Document]:
    """Texts of so many authors that some are held out."""
    texts = small_training.documents(240)
    return [
        Document(f"author{index % 80}", text.text, subject=text.subject) for index, text in enumerate(texts)
    ]


def command(file: Path) -> list[str]:
    return [sys.executable, "-m", "foretype", "train", str(file)]


def num_lines(file: Path) -> int:
    return len(file.read_text().splitlines()) if file.exists() else 0


def wait_until(true: Callable[[], bool], process: subprocess.Popen[Any]) -> None:
    """Look again and again until it is true; fails when the process ends before."""
    pause = threading.Event()
    for _ in range(SECONDS * 20):
        if true():
            return
        assert process.poll() is None, "it ended too early"
        pause.wait(0.05)
    raise AssertionError("it took too long")
