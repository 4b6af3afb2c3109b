"""`foretype compress` as typed in a terminal, and the search behind it."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import tiny_llama
from foretype.__main__ import main
from foretype.cli.frontier import Point, frontier_svg, frontier_text
from foretype.errors import InputError
from foretype.runtime.adding import store_checkpoint
from foretype.runtime.checkpoint import expected_shapes
from foretype.runtime.containers import read_checkpoint
from foretype.runtime.export import export_onnx
from foretype.runtime.layout import Precision
from foretype.runtime.model_dir import read_card, verify
from foretype.runtime.quantize import quantize
from letters import BODIES, write_rows

pytestmark = pytest.mark.train
pytest.importorskip("torch")


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    shape = tiny_llama.config(num_hidden_layers=3, intermediate_size=192)
    return tiny_llama.write_folder(tmp_path_factory.mktemp("m") / "tiny", shape, tiny_llama.weights(shape))


@pytest.fixture(scope="module")
def stored(checkpoint: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same network in a model folder."""
    folder = tmp_path_factory.mktemp("s") / "stored"
    store_checkpoint(
        read_checkpoint(checkpoint),
        folder,
        digest="",
        precision=Precision(8),
        data_card="fairy tales",
        progress=lambda stage, share: None,
    )
    return folder


@pytest.fixture
def texts(tmp_path: Path) -> Path:
    """Mail of many authors, of whom a few are held out."""
    rows = [{"author": f"author-{n}", "body": BODIES[n % len(BODIES)]} for n in range(200)]
    return write_rows(tmp_path / "mail.jsonl", lines=rows)


def test_the_chosen_model_is_whole_small_enough_and_the_best_that_is(
    checkpoint: Path, texts: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "models" / "small"
    words = ["--target-mb", "0.09", "--latency-ms", "1000", "--candidates", "3", "--messages", "8"]
    status = main(["compress", str(checkpoint), "--texts", str(texts), "--out", str(out), *words])
    printed = capsys.readouterr()
    found = json.loads(printed.out)
    verify(out)
    card = read_card(out)
    [chosen] = [each for each in found["candidates"] if each["is_chosen"]]
    size = sum(stored.num_bytes for stored in card.files.values()) / 1e6
    assert status == 0 and card.name == "small" and len(found["candidates"]) == 3
    assert chosen["megabytes"] == pytest.approx(size, abs=1e-4) and size <= 0.09
    fitting = [each["bits"] for each in found["candidates"] if each["megabytes"] <= 0.09]
    assert chosen["bits"] == min(fitting)
    assert f"{chosen['bits']:.4f}" in printed.err and ">" in printed.err
    ElementTree.parse(tmp_path / "models" / "small.frontier.svg")
    assert sorted(path.name for path in out.parent.iterdir()) == ["small", "small.frontier.svg"]


def test_healing_and_a_smaller_vocabulary_go_into_the_model(
    checkpoint: Path, texts: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    work, out = tmp_path / "work", tmp_path / "small"
    words = ["--vocabulary", "260", "--heal-minutes", "0.005", "--work", str(work), "--candidates", "1"]
    status = main(["compress", str(checkpoint), "--texts", str(texts), "--out", str(out), *words])
    assert status == 0, capsys.readouterr().err
    assert read_card(out).architecture.vocab_size == 260
    [curve] = work.glob("healed-*/curve.csv")
    before = curve.read_bytes()
    assert (work / "opinions" / "part-00000.npz").exists()
    again = str(tmp_path / "again")
    assert main(["compress", str(checkpoint), "--texts", str(texts), "--out", again, *words]) == 0
    assert curve.read_bytes() == before, "healed already"


def test_without_texts_and_out_the_network_writes_texts_and_a_free_folder_is_found(
    checkpoint: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    words = [str(checkpoint), "--target-mb", "18", "--latency-ms", "1000", "--candidates", "1"]
    for name in ("tiny-18mb", "tiny-18mb-2"):
        assert main(["compress", *words, "--messages", "2"]) == 0
        printed = capsys.readouterr()
        found = json.loads(printed.out)
        assert (found["out"], found["picture"]) == (name, f"{name}.frontier.svg")
        assert f"foretype serve --model {name}" in printed.err
        verify(tmp_path / name)
    assert len(list(tmp_path.iterdir())) == 4


def test_a_stored_model_is_made_smaller_and_its_data_card_goes_along(
    stored: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    words = ["--latency-ms", "1000", "--candidates", "1", "--messages", "2"]
    assert main(["compress", str(stored), *words]) == 0, capsys.readouterr().err
    assert read_card(tmp_path / "stored-18mb").data_card == "fairy tales; made smaller from stored"


def test_a_network_writes_the_same_texts_again_and_others_with_another_seed(
    checkpoint: Path, stored: Path
) -> None:
    from foretype.lm.compress.own_texts import MAX_NEW, MIN_NEW, write_own

    network = read_checkpoint(checkpoint)
    first, again, other = (write_own(network, stored, num_tokens=150, seed=seed) for seed in (1, 1, 2))
    sizes = [len(text.ids) - text.num_context for text in first]
    assert first == again != other
    assert 150 <= sum(sizes) < 150 + MAX_NEW
    assert all(MIN_NEW <= size <= MAX_NEW for size in sizes) and all(text.num_context for text in first)


def test_what_a_network_wrote_it_foresees_better_than_another_does(
    checkpoint: Path, stored: Path, tmp_path: Path
) -> None:
    from foretype.lm.checkpoint_folder import gpt_of
    from foretype.lm.compress.own_texts import write_own
    from foretype.lm.compress.texts import bits_per_char

    shape = tiny_llama.config(num_hidden_layers=3, intermediate_size=192)
    other = tiny_llama.write_folder(tmp_path / "other", shape, tiny_llama.weights(shape, seed=9))
    networks = [read_checkpoint(path) for path in (checkpoint, other)]
    texts = write_own(networks[0], stored, num_tokens=400, seed=0)
    itself, stranger = (bits_per_char(gpt_of(network), texts) for network in networks)
    assert itself < 0.9 * stranger


def test_an_out_that_is_there_is_left_alone(
    checkpoint: Path, texts: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "diary.txt").write_text("dear diary", encoding="utf-8")
    words = ["compress", str(checkpoint), "--texts", str(texts), "--out", str(tmp_path / "mine")]
    assert main(words) == 2
    assert "already there, wanted a new folder" in capsys.readouterr().err
    assert (tmp_path / "mine" / "diary.txt").exists()


@pytest.mark.parametrize("option", ["--vocabulary", "--heal-minutes"])
def test_what_learns_from_texts_asks_for_them(
    checkpoint: Path, capsys: pytest.CaptureFixture[str], option: str
) -> None:
    assert main(["compress", str(checkpoint), option, "300"]) == 2
    assert f"{option}: found no --texts" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--target-mb", "0.01"], "target: found 0.01 MB, wanted at least"),
        (["--latency-ms", "0.000001", "--candidates", "1"], "the fastest"),
        (["--target-mb", "-1"], "--target-mb: found -1.0, wanted a number above 0"),
        (["--vocabulary", "9"], "vocabulary: found a size of 9, wanted at least 258"),
    ],
)
def test_what_cannot_be_reached_is_told_and_nothing_is_written(
    checkpoint: Path,
    texts: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    words: list[str],
    told: str,
) -> None:
    out = tmp_path / "models" / "small"
    assert main(["compress", str(checkpoint), "--texts", str(texts), "--out", str(out), *words]) == 2
    assert told in capsys.readouterr().err
    assert not out.parent.exists() or list(out.parent.iterdir()) == []


def test_texts_of_one_author_are_refused(
    checkpoint: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    texts = write_rows(tmp_path / "one.jsonl", lines=[{"author": "ann", "body": BODIES[0]}])
    assert main(["compress", str(checkpoint), "--texts", str(texts), "--out", str(tmp_path / "small")]) == 2
    assert "of held-out authors, wanted both" in capsys.readouterr().err


def candidate(make: Callable[..., Any], megabytes: float, bits: float) -> Any:
    return make(None, None, megabytes, bits)


def test_only_shapes_that_no_smaller_one_beats_are_promising() -> None:
    from foretype.lm.compress.search import Candidate, promising

    sizes = [(1.0, 3.0), (2.0, 2.0), (2.5, 2.5), (3.0, 1.5), (4.0, 1.4), (5.0, 1.3), (6.0, 1.2)]
    every = [candidate(Candidate, *each) for each in sizes]
    found = promising(every, target_mb=4.2, count=3)
    assert [each.megabytes for each in found] == [3.0, 4.0, 5.0]
    with pytest.raises(InputError, match=r"wanted at least 1\.0 MB"):
        promising(every, target_mb=0.5, count=3)


@pytest.mark.parametrize("number", [0, 1, 2])
def test_the_size_is_foreseen_to_a_hundredth(tmp_path: Path, number: int) -> None:
    from foretype.lm.compress.shapes import PRECISIONS, stored_mb

    shape = tiny_llama.config(hidden_size=320, intermediate_size=640, vocab_size=4000, head_dim=64)
    path = tiny_llama.write_folder(tmp_path / "m", shape, tiny_llama.weights(shape))
    checkpoint, precision = read_checkpoint(path), PRECISIONS[number]
    rounded = {
        name: quantize(
            checkpoint.weight(name),
            bits=precision.table_bits if "embed" in name else 4,
            block_size=precision.block_size,
            symmetric=True,
        )
        for name, size in expected_shapes(checkpoint.architecture)
        if len(size) == 2 and precision.bits == 4
    }
    export_onnx(checkpoint, tmp_path, precision=precision, rounded=rounded)
    size = sum(file.stat().st_size for file in tmp_path.glob("model*.*")) / 1e6
    assert stored_mb(checkpoint.architecture, precision, tokenizer_bytes=0) == pytest.approx(size, rel=0.01)


def test_a_plot_holds_every_model() -> None:
    points = [Point(str(n), n, 1.0, 3.0 - n / 10, True, n == 2) for n in range(4)]
    text = frontier_text(points)
    assert (text.count("*"), text.count(">")) == (3, 1)
    assert frontier_svg(points[:1], label="one").count("<circle") == 1
